//! What is counted of the answers to a block that are lines: who served, attempts, latencies.

use super::account::Status;
use super::bases::Choices;
use super::block::Block;
use super::cells::Cells;
use super::line::LATENCY;
use super::lines::Lines;
use super::resolve::Resolved;
use super::tally::Tally;
use super::times::Chosen;
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};

/// Counts the answer chosen for each query but those with [`PlanBlock::SKIP`]; `latency` has the bin of one.
pub(super) fn answers(block: &Block, chosen: &[EndpointIx], latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    wide::run(Attempts { chosen, attempts: &mut tally.attempts });
    let each = |(index, &endpoint): (usize, &EndpointIx)| Chosen { index: index as u32, endpoint, times: 1 };
    count(block, chosen.iter().enumerate().filter(|(_, endpoint)| **endpoint != PlanBlock::SKIP).map(each), latency, tally);
}

/// Counts each answer as often as it was chosen.
pub(super) fn times(block: &Block, chosen: &[Chosen], latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    chosen.iter().for_each(|chosen| tally.attempts[usize::from(chosen.endpoint)] += u64::from(chosen.times));
    count(block, chosen.iter().copied(), latency, tally);
}

/// Endpoints that are counted one after the other, side by side over the queries: of more, each choice is counted.
const FEW: usize = 16;

/// Counts how often each endpoint was chosen.
struct Attempts<'a> {
    chosen: &'a [EndpointIx],
    attempts: &'a mut [u64],
}

impl Loop for Attempts<'_> {
    #[inline(always)]
    fn run(self) {
        let Attempts { chosen, attempts } = self;
        if attempts.len() > FEW {
            let counts = chosen.iter().filter(|endpoint| **endpoint != PlanBlock::SKIP);
            return counts.for_each(|&endpoint| attempts[usize::from(endpoint)] += 1);
        }
        for (endpoint, attempts) in (0..).zip(attempts) {
            let mut here = 0u32;
            for &chosen in chosen {
                here += u32::from(chosen == endpoint);
            }
            *attempts += u64::from(here);
        }
    }
}

#[inline(always)]
fn count(block: &Block, chosen: impl Iterator<Item = Chosen>, latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    let mut served = 0;
    for Chosen { index, endpoint, times } in chosen {
        let (index, times) = (index as usize, u64::from(times));
        tally.served.add_times(block.group[index], usize::from(endpoint), times);
        if let Some(bin) = latency(index, endpoint) {
            tally.latency.add_times(bin, times);
        }
        served += times;
    }
    tally.status[Status::Served as usize] += served;
}

/// Counts of an entry's answers, less those of a base.
pub(super) struct Differences {
    /// By group and endpoint, as a tally has them.
    served: Vec<i64>,
    endpoints: usize,
    latency: Vec<i64>,
}

impl Differences {
    /// None yet, of such counts as a tally has.
    pub fn new(tally: &Tally) -> Self {
        let (served, latency) = (vec![0; tally.served.counts().len()], vec![0; tally.latency.counts().count()]);
        Differences { served, endpoints: tally.attempts.len(), latency }
    }

    /// Counts the answers chosen, less those of the base, at the queries in which they differ.
    pub fn add(&mut self, block: &Block, lines: &Lines, Choices { chosen, base, differing }: Choices) {
        for &index in differing {
            let index = index as usize;
            self.count(block.group[index], lines, index, chosen[index], 1);
            self.count(block.group[index], lines, index, base[index], -1);
        }
    }

    #[inline(always)]
    fn count(&mut self, group: u32, lines: &Lines, index: usize, endpoint: EndpointIx, times: i64) {
        if endpoint != PlanBlock::SKIP {
            self.served[group as usize * (self.endpoints + 1) + usize::from(endpoint)] += times;
            if let Some(bin) = lines.latency(endpoint, index) {
                self.latency[usize::from(bin)] += times;
            }
        }
    }

    /// Adds the counts to a tally that has those of the base.
    pub fn give(&self, tally: &mut Tally) {
        for (place, &more) in self.served.iter().enumerate() {
            let add = |count: &mut u64| *count = count.wrapping_add_signed(more);
            add(&mut tally.served.counts_mut()[place]);
            // Each answer was one attempt, and stands.
            tally.attempts.get_mut(place % (self.endpoints + 1)).into_iter().for_each(add);
            add(&mut tally.status[Status::Served as usize]);
        }
        tally.latency.counts_mut().zip(&self.latency).for_each(|(count, &more)| *count = count.wrapping_add_signed(more));
    }
}

/// Counts queries that paid for several attempts, or that nobody served.
pub(super) fn others(block: &Block, resolved: &Resolved, cells: &Cells, tally: &mut Tally) {
    let nobody = tally.attempts.len();
    for (place, &index) in resolved.others().iter().enumerate() {
        let (status, server, seconds) = match resolved.last(place) {
            PlanBlock::SKIP => (Status::Nobody, nobody, None),
            last => (Status::Served, usize::from(last), cells.has(LATENCY).then(|| resolved.total(LATENCY, place))),
        };
        tally.served.add_times(block.group[index as usize], server, 1);
        tally.status[status as usize] += 1;
        seconds.into_iter().for_each(|seconds| tally.latency.add(seconds));
    }
    // Where all first attempts stand before all second ones, few are counted one by one.
    for attempts in resolved.attempts().chunk_by(|(_, one), (_, next)| one == next) {
        tally.attempts[usize::from(attempts[0].1)] += attempts.len() as u64;
    }
}
