//! Plans column by column, where every endpoint serves every query of a block: who errs is a list, and where an
//! error goes is looked up, since neither is to be foreseen.

use super::{Misroute, NoisyOracle, Rates};
use crate::draw::{Draws, Stream, below};
use crate::policy::oracle::{Choice, endpoints_of};
use crate::policy::{PlanBlock, StopRule};
use crate::trace::EndpointIx;
use crate::wide::Loop;
use crate::workload::{OutcomeBlock, QueryBlock};

/// The endpoints that errors may go to.
struct Wrong {
    among: Vec<EndpointIx>,
    /// By endpoint its place among them, which it leaves where it is the right one; their number for one that is
    /// not among them.
    place: Vec<usize>,
    fallback: EndpointIx,
    /// What may send a wrong answer on to the fallback.
    stop: StopRule,
}

impl NoisyOracle {
    /// Appends plans of which those of `errors`, by index and in order, are misrouted; nothing, and `false`, where
    /// plans must be made one by one.
    pub(super) fn plan_columns(
        &self,
        errors: &[u32],
        choices: &[Choice],
        queries: &QueryBlock,
        outcomes: &OutcomeBlock,
        draws: &Draws,
        out: &mut PlanBlock,
    ) -> bool {
        let Some(wrong) = self.wrong_columns(outcomes).filter(|_| out.plain().is_some() && !choices.contains(&Choice::Nobody)) else {
            return false;
        };
        let keys: Vec<u32> = errors.iter().map(|&index| queries.keys[index as usize]).collect();
        let mut bits = Vec::new();
        draws.stream(Stream::Wrong, 0).all_bits(&keys, &mut bits);
        let pick = |(&index, &bits): (&u32, &u64)| (index as usize, wrong.pick(choices[index as usize], bits));
        let picked = errors.iter().zip(&bits).map(pick);
        if wrong.stop == StopRule::Always
            && let Some(endpoints) = out.more_plain(choices.len())
        {
            endpoints_of(choices, endpoints);
            picked.for_each(|(index, (endpoint, _))| endpoints[index] = endpoint);
            return true;
        }
        let (mut endpoints, mut goes_on) = (vec![PlanBlock::SKIP; choices.len()], vec![false; choices.len()]);
        endpoints_of(choices, &mut endpoints);
        picked.for_each(|(index, picked)| (endpoints[index], goes_on[index]) = picked);
        out.more_in_two(&endpoints, &goes_on, wrong.stop, wrong.fallback);
        true
    }

    /// Where errors go, if it depends on nothing but the oracle's choice and a draw.
    fn wrong_columns(&self, outcomes: &OutcomeBlock) -> Option<Wrong> {
        let fallback = self.oracle.fallback();
        let candidates = || self.oracle.candidates().iter().copied();
        let one_rate = matches!(self.rates, Rates::Accuracy(_));
        let every_one_serves = candidates().all(|endpoint| outcomes.serves_all(endpoint));
        let (among, stop): (Vec<EndpointIx>, StopRule) = match self.misroute {
            Misroute::Local { .. } if self.failing_only => return None,
            Misroute::Local { detect, false_alarm } => (candidates().filter(|&endpoint| endpoint != fallback).collect(), verifier(detect, false_alarm)),
            Misroute::Uniform => (candidates().collect(), StopRule::Always),
            Misroute::Cloud => (Vec::new(), StopRule::Always),
        };
        // Whoever may be drawn is drawn, but for the right one where that would be no error.
        let leaves = self.misroute != Misroute::Uniform;
        let mut place = vec![among.len(); candidates().max().map_or(0, |last| usize::from(last) + 1)];
        among.iter().enumerate().filter(|_| leaves).for_each(|(at, &endpoint)| place[usize::from(endpoint)] = at);
        (one_rate && every_one_serves).then_some(Wrong { among, place, fallback, stop })
    }
}

/// What sends answers on with these chances.
pub(super) fn verifier(detect: f64, false_alarm: f64) -> StopRule {
    if (detect, false_alarm) == (0.0, 0.0) { StopRule::Always } else { StopRule::Verify { detect, false_alarm } }
}

impl Wrong {
    /// The first attempt of an error by the bits that it is drawn from, and whether another may follow.
    #[inline]
    fn pick(&self, right: Choice, bits: u64) -> (EndpointIx, bool) {
        let Choice::Endpoint(right) = right else { return (PlanBlock::SKIP, false) };
        let place = self.place.get(usize::from(right)).copied().unwrap_or(self.among.len());
        let count = self.among.len() - usize::from(place < self.among.len());
        let drawn = below(bits, count);
        match self.among.get(drawn + usize::from(drawn >= place)) {
            Some(&endpoint) if count > 0 => (endpoint, self.stop != StopRule::Always),
            _ => (self.fallback, false),
        }
    }
}

/// The oracle's endpoint where a draw lies below a bound, else the fallback.
pub(super) struct RightOrFallback<'a> {
    pub choices: &'a [Choice],
    pub draws: &'a [u64],
    pub right_below: u64,
    pub fallback: EndpointIx,
    pub endpoints: &'a mut [EndpointIx],
}

impl Loop for RightOrFallback<'_> {
    #[inline(always)]
    fn run(self) {
        let RightOrFallback { choices, draws, right_below, fallback, endpoints } = self;
        for ((endpoint, choice), &draw) in endpoints.iter_mut().zip(choices).zip(draws) {
            // A query that leaves the comparison; those that nobody serves are planned one by one.
            let (right, wrong) = match choice {
                Choice::Endpoint(right) => (*right, fallback),
                _ => (PlanBlock::SKIP, PlanBlock::SKIP),
            };
            // Both are at hand: no branch hangs on a coin.
            *endpoint = if draw < right_below { right } else { wrong };
        }
    }
}

/// The queries whose draw does not lie below a bound, put behind each other without a branch.
pub(super) fn not_below(draws: &[u64], bound: u64) -> Vec<u32> {
    let mut indices = vec![0; draws.len()];
    let mut count = 0;
    for (index, &draw) in draws.iter().enumerate() {
        indices[count] = index as u32;
        count += usize::from(draw >= bound);
    }
    indices.truncate(count);
    indices
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{build, trace};
    use super::*;
    use crate::policy::Rule;
    use crate::workload::{Workload, WorkloadSpec};

    #[test]
    fn plans_are_the_same_one_by_one() {
        // Scores that make every endpoint, and nobody, the right one of some queries.
        let scores: Vec<Vec<f64>> = (1..5).map(|endpoint| (0..500).map(|query| f64::from(query * endpoint % 7 < 2)).collect()).collect();
        let trace = trace(&scores);
        let workload = Workload::new(&trace, &[0, 1, 2, 3], &WorkloadSpec { correct_at: Some(1.0), ..WorkloadSpec::default() }).unwrap();
        let queries = QueryBlock::new(&workload, 0..500);
        let outcomes = OutcomeBlock::new(&workload, &queries);
        for rest in ["misroute=accept", "misroute=retry", "misroute=uniform", "misroute=retry,none_correct=skip"] {
            let built = build(&format!("noisy-oracle:router_accuracy=0.3,{rest}"), &trace).unwrap();
            let Rule::NoisyOracle(noisy) = &built.rule else { panic!("a noisy oracle is one") };
            let plans = |before: bool, misroutes: bool| {
                let (mut plans, mut choices) = (PlanBlock::new(), Vec::new());
                noisy.oracle().choose_all(&outcomes, &mut choices);
                // Behind a plan of another kind they are made one by one.
                (0..usize::from(before)).for_each(|_| plans.next());
                match misroutes {
                    true => noisy.plan_misroutes(&choices, &queries, &outcomes, &Draws::new(1, 0), &mut plans),
                    false => noisy.plan_around(&choices, &queries, &outcomes, &Draws::new(1, 0), &mut plans),
                }
                let of = |index: usize| plans.attempts(usize::from(before) + index).collect::<Vec<_>>();
                (0..500).map(of).collect::<Vec<_>>()
            };
            for misroutes in [false, true] {
                assert_eq!(plans(false, misroutes), plans(true, misroutes), "{rest}");
            }
        }
    }
}
