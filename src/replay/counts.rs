//! What is counted of the answers to a block that are lines: who served, attempts, latencies.

use super::account::Status;
use super::block::Block;
use super::cells::Cells;
use super::line::LATENCY;
use super::resolve::Resolved;
use super::tally::Tally;
use super::times::Chosen;
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;

/// Counts the answer chosen for each query but those with [`PlanBlock::SKIP`]; `latency` has the bin of one.
pub(super) fn answers(block: &Block, chosen: &[EndpointIx], latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    let each = |(index, &endpoint): (usize, &EndpointIx)| Chosen { index: index as u32, endpoint, times: 1 };
    count(block, chosen.iter().enumerate().filter(|(_, endpoint)| **endpoint != PlanBlock::SKIP).map(each), latency, tally);
}

/// Counts each answer as often as it was chosen.
pub(super) fn times(block: &Block, chosen: &[Chosen], latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    count(block, chosen.iter().copied(), latency, tally);
}

#[inline(always)]
fn count(block: &Block, chosen: impl Iterator<Item = Chosen>, latency: impl Fn(usize, EndpointIx) -> Option<u16>, tally: &mut Tally) {
    let mut served = 0;
    for Chosen { index, endpoint, times } in chosen {
        let (index, times) = (index as usize, u64::from(times));
        tally.served.add_times(block.group[index], usize::from(endpoint), times);
        tally.attempts[usize::from(endpoint)] += times;
        if let Some(bin) = latency(index, endpoint) {
            tally.latency.add_times(bin, times);
        }
        served += times;
    }
    tally.status[Status::Served as usize] += served;
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
    resolved.attempts().iter().for_each(|(_, endpoint)| tally.attempts[usize::from(*endpoint)] += 1);
}
