//! Measures of routers' papers that are one number a policy.

use super::fixed::zero_router;
use super::subject::Subject;
use crate::analysis::peers::{
    Answers, ArenaScale, Optimality, Point, Points, arena_score, cost_saving, optimality, pareto_distance, performance_gain,
    quality_neutral_cost, ratio_to,
};
use crate::analysis::{ById, Measures};
use crate::error::Result;
use crate::replay::{Firsts, Replay};
use crate::trace::{EndpointIx, Metric};
use crate::workload::ACCOUNTS;

/// Their names, as [`peers::MEASURES`](crate::analysis::peers::MEASURES) has them, in the order of listings.
pub const MEASURES_A_POLICY: [&str; 13] = [
    "zero-router",
    "performance-gain",
    "cost-saving",
    "quality-neutral-cost",
    "best-single-value",
    "reference-value",
    "pareto-distance",
    "arena-score",
    "score-regret",
    "cost-regret",
    "optimal-selection",
    "optimal-cost",
    "optimal-accuracy",
];
/// The position of money among the accounts.
const COST: usize = 2;

/// Computes them for the policies of a replay.
pub(super) struct PolicyMeasures<'a, 't> {
    replay: &'a Replay<'t>,
    subjects: &'a [Subject<'a>],
    measures: Measures,
    account: Option<usize>,
    /// The cells of candidates that were looked at before.
    cells: Vec<(Vec<EndpointIx>, Option<Cells>)>,
}

/// What some endpoints did with every query of the workload, all of it known.
struct Cells {
    scores: Vec<Vec<f64>>,
    costs: Vec<Vec<f64>>,
}

impl<'a, 't> PolicyMeasures<'a, 't> {
    pub fn new(replay: &'a Replay<'t>, subjects: &'a [Subject<'a>], measures: Measures, account: Option<usize>) -> Self {
        PolicyMeasures { replay, subjects, measures, account, cells: Vec::new() }
    }

    /// The measures of a policy. One that leaves queries out is measured over others than the rest: it has none
    /// of those that compare.
    pub fn of(&mut self, position: usize) -> Result<ById<Option<f64>>> {
        let subject = &self.subjects[position];
        let mut found: ById<Option<f64>> = MEASURES_A_POLICY.map(|name| (name.to_owned(), None)).into();
        let mut put = |name: &str, value: Option<f64>| {
            found.insert(name.to_owned(), value.filter(|value| value.is_finite()));
        };
        let sums = &subject.sample.point;
        let usd = self.measures.per_any_query(sums, COST).map(|usd| 1000.0 * usd);
        let accuracy = self.measures.answer_accuracy(sums);
        if subject.left_queries > 0.0 {
            return Ok(found);
        }
        put("arena-score", accuracy.zip(usd).and_then(|(accuracy, usd)| arena_score(accuracy, usd, &ArenaScale::default())));
        let fixed = subject.held_against(self.subjects);
        if let Some(account) = self.account {
            let points = |subjects: &[&Subject]| Points::new(subjects.iter().filter_map(|of| self.point(of, account)).collect()).ok();
            let all: Vec<&Subject> = self.subjects.iter().filter(|other| !other.hindsight && other.left_queries == 0.0).collect();
            if let (Some(mine), Some(singles), Some(all)) = (points(&[subject]), points(&fixed), points(&all)) {
                put("performance-gain", performance_gain(&mine, &singles));
                put("cost-saving", cost_saving(&mine, &singles, 0.0));
                put("quality-neutral-cost", quality_neutral_cost(&mine, &singles));
                put("best-single-value", ratio_to(mine.best().quality, singles.best().quality));
                put("pareto-distance", (!subject.hindsight).then(|| pareto_distance(&mine, &all)));
            }
            let known = fixed.iter().filter(|of| self.point(of, account).is_some()).map(|of| &of.sample.point[..]);
            let hull = zero_router(self.measures, account, known);
            put("zero-router", hull.zip(self.point(subject, account)).and_then(|(hull, point)| hull.at(point.cost)));
        }
        let reference = self.reference(subject).and_then(|of| self.measures.answer_accuracy(&of.sample.point));
        put("reference-value", accuracy.zip(reference).and_then(|(accuracy, reference)| ratio_to(accuracy, reference)));
        if let Some(oracle) = self.oracle(subject) {
            let theirs = &oracle.sample.point;
            put("score-regret", self.measures.answer_accuracy(theirs).zip(accuracy).map(|(oracle, mine)| oracle - mine));
            let amount = |sums: &[f64]| self.measures.per_any_query(sums, self.account?);
            put("cost-regret", amount(sums).zip(amount(theirs)).map(|(mine, oracle)| mine - oracle));
        }
        if let Some(near) = self.optimality(position)? {
            put("optimal-selection", near.selection);
            put("optimal-cost", near.cost);
            put("optimal-accuracy", near.accuracy);
        }
        Ok(found)
    }

    fn point(&self, subject: &Subject, account: usize) -> Option<Point> {
        let sums = &subject.sample.point;
        Some(Point::new(self.measures.per_any_query(sums, account)?, self.measures.answer_accuracy(sums)?))
    }

    /// The policy that always takes the reference model: the pool's fallback, or the first baseline.
    fn reference(&self, subject: &Subject) -> Option<&Subject<'a>> {
        let roles = &self.replay.roles;
        let wanted = match subject.pool {
            Some(pool) => roles.pools.get(pool).map(|pool| pool.fallback),
            None => roles.baselines.first().copied(),
        }?;
        self.subjects
            .iter()
            .find(|other| other.left_queries == 0.0 && other.fixed.as_ref().is_some_and(|(endpoint, _)| *endpoint == wanted))
    }

    /// The oracle of the same pool, of the only one for a policy that depends on none.
    fn oracle(&self, subject: &Subject) -> Option<&Subject<'a>> {
        let pool = subject.pool.or_else(|| (self.replay.roles.pools.len() == 1).then_some(0))?;
        self.subjects.iter().find(|other| other.kind == "oracle" && other.pool == Some(pool) && other.left_queries == 0.0)
    }

    /// How near it comes to the cheapest right endpoint of its pool, or of all fixed ones; not for a policy
    /// that draws or tries several, nor where a cell is missing.
    fn optimality(&mut self, position: usize) -> Result<Option<Optimality>> {
        let (subject, Some(account)) = (&self.subjects[position], self.account) else { return Ok(None) };
        if !subject.decides_once {
            return Ok(None);
        }
        let candidates: Vec<EndpointIx> = match subject.pool {
            Some(pool) => self.replay.roles.pools[pool].all.clone(),
            None => subject.held_against(self.subjects).iter().filter_map(|of| of.fixed.as_ref().map(|(endpoint, _)| *endpoint)).collect(),
        };
        let firsts = self.replay.firsts(&self.replay.entries[position])?;
        if !self.cells.iter().any(|(known, _)| *known == candidates) {
            let cells = self.cells(&candidates, &firsts, account);
            self.cells.push((candidates.clone(), cells));
        }
        let cells = self.cells.iter().find(|(known, _)| *known == candidates).and_then(|(_, cells)| cells.as_ref());
        let place = |first: &Option<EndpointIx>| candidates.iter().position(|candidate| Some(*candidate) == *first);
        let choices: Option<Vec<usize>> = firsts.endpoint.iter().map(place).collect();
        let (Some(cells), Some(choices)) = (cells, choices) else { return Ok(None) };
        let scores = cells.scores.iter().map(Vec::as_slice).collect();
        let costs = cells.costs.iter().map(Vec::as_slice).collect();
        // What is missing was sorted out before.
        let answers = Answers::new(scores, Some(costs))?;
        optimality(&answers, &choices, self.replay.workload.correct_at()).map(Some)
    }

    /// The scores and amounts of some endpoints; `None` where one is missing.
    fn cells(&self, candidates: &[EndpointIx], firsts: &Firsts, account: usize) -> Option<Cells> {
        let trace = self.replay.workload.trace();
        let column = |endpoint: EndpointIx, metric: Metric| -> Option<Vec<f64>> {
            let column = trace.metric(usize::from(endpoint), metric)?;
            firsts.position.iter().map(|&position| column.get(position)).collect()
        };
        let columns = |metric: Metric| candidates.iter().map(|&endpoint| column(endpoint, metric)).collect::<Option<Vec<_>>>();
        Some(Cells { scores: columns(Metric::Score)?, costs: columns(ACCOUNTS[account])? })
    }
}
