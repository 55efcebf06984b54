//! The table that a day's arrivals look up: all endpoints of a query side by side.

use rayon::prelude::*;

use super::fixed::{AMOUNTS, LANES, Units};
use crate::policy::oracle::Oracle;
use crate::replay::Replay;
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// What one endpoint did with one query: half a cache line, so that none reaches into two.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Cell(pub [i64; LANES]);

/// The accounts of all endpoints on all queries, query by query, and each oracle's choices; none of an
/// oracle that sends a query to nobody.
pub(super) fn pack(replay: &Replay, units: &Units, endpoints: &[EndpointIx], oracles: &[&Oracle]) -> (Vec<Cell>, Vec<Option<Vec<u8>>>) {
    let queries = replay.workload.len();
    let mut cells = vec![Cell::default(); queries * endpoints.len()];
    let rows = cells.par_chunks_mut(BLOCK_ROWS * endpoints.len()).enumerate();
    let chosen = rows.map(|(block, cells)| {
        let start = block * BLOCK_ROWS;
        let block = QueryBlock::new(&replay.workload, start..queries.min(start + BLOCK_ROWS));
        let outcomes = OutcomeBlock::new(&replay.workload, &block);
        for (index, row) in cells.chunks_exact_mut(endpoints.len()).enumerate() {
            row.iter_mut().zip(endpoints).for_each(|(cell, &endpoint)| *cell = pack_cell(&outcomes, units, endpoint, index));
        }
        let place = |endpoint: EndpointIx| endpoints.iter().position(|&known| known == endpoint).map(|place| place as u8);
        let choices =
            |oracle: &&Oracle| (0..outcomes.len()).map(|index| oracle.choose(&outcomes, index).endpoint().and_then(place)).collect();
        oracles.iter().map(choices).collect()
    });
    let chosen: Vec<Vec<Option<Vec<u8>>>> = chosen.collect();
    let all = |oracle: usize| {
        let blocks: Option<Vec<&[u8]>> = chosen.iter().map(|block| block[oracle].as_deref()).collect();
        blocks.map(|blocks| blocks.concat())
    };
    (cells, (0..oracles.len()).map(all).collect())
}

fn pack_cell(outcomes: &OutcomeBlock, units: &Units, endpoint: EndpointIx, index: usize) -> Cell {
    let amount = |lane: usize| if lane < AMOUNTS { outcomes.account(lane, endpoint, index) } else { outcomes.score(endpoint, index) };
    // The workload is dense: what is not there is an account that no endpoint has, and is not added up.
    Cell(std::array::from_fn(|lane| Some(amount(lane)).filter(|amount| !amount.is_nan()).map_or(0, |amount| units.count(lane, amount))))
}

// The lanes are those of the engine's accounts, in their order.
const _: () = assert!(AMOUNTS < ACCOUNTS.len() && AMOUNTS + 1 == LANES);
