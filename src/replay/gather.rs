//! The cells of a tile whose queries go to different endpoints.

// Loops over queries by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::cells::Cells;
use super::tile::TILE;
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::ACCOUNTS;

/// Scores and accounts of the answers of different endpoints.
pub(crate) struct Gathered([[f64; TILE]; 1 + ACCOUNTS.len()]);

impl Gathered {
    pub fn new() -> Gathered {
        Gathered([[0.0; TILE]; _])
    }

    /// Takes the cells of the endpoint chosen for each query of a tile, from a place in the block on.
    pub fn gather(&mut self, cells: &Cells, chosen: &[EndpointIx], start: usize) {
        wide::run(Gather { cells, chosen, start, gathered: self });
    }

    /// The scores, and each account.
    pub fn columns(&self) -> &[[f64; TILE]; 1 + ACCOUNTS.len()] {
        &self.0
    }
}

struct Gather<'a, 'b> {
    cells: &'a Cells<'b>,
    chosen: &'a [EndpointIx],
    start: usize,
    gathered: &'a mut Gathered,
}

impl Loop for Gather<'_, '_> {
    #[inline(always)]
    fn run(self) {
        if self.cells.by_endpoint.len() > FEW || self.chosen.len() < TILE {
            return self.pick();
        }
        let mut chosen = [0; TILE];
        for (into, &endpoint) in chosen.iter_mut().zip(self.chosen) {
            *into = u64::from(endpoint);
        }
        let Cells { by_endpoint, .. } = self.cells;
        blend(&mut self.gathered.0[0], &chosen, by_endpoint.len(), |endpoint| from(by_endpoint[endpoint].0, self.start));
        for account in 0..ACCOUNTS.len() {
            let into = &mut self.gathered.0[1 + account];
            blend(into, &chosen, by_endpoint.len(), |endpoint| from(by_endpoint[endpoint].1[account], self.start));
        }
    }
}

/// What a column has from a place on.
#[inline(always)]
fn from(column: &[f64], start: usize) -> &[f64] {
    column.get(start..).unwrap_or(&[])
}

/// Endpoints whose columns are read side by side, whoever is chosen: of more, single cells are picked.
const FEW: usize = 8;

/// Takes the cell of each query from the column of its endpoint, or NaN for what left the comparison.
#[inline(always)]
fn blend<'a>(into: &mut [f64; TILE], chosen: &[u64; TILE], endpoints: usize, column: impl Fn(usize) -> &'a [f64]) {
    // Columns of a known length: it is asked once whether they reach that far. Endpoints that are not in use have none.
    let mut columns = [&[f64::NAN; TILE]; FEW];
    for endpoint in 0..endpoints.min(FEW) {
        columns[endpoint] = column(endpoint).first_chunk::<TILE>().unwrap_or(columns[endpoint]);
    }
    *into = [f64::NAN; TILE];
    for (endpoint, column) in (0..).zip(&columns[..endpoints.min(FEW)]) {
        for index in 0..TILE {
            // Bits of both, since a branch would read single cells.
            let here = 0u64.wrapping_sub(u64::from(chosen[index] == endpoint));
            into[index] = f64::from_bits(column[index].to_bits() & here | into[index].to_bits() & !here);
        }
    }
}

impl Gather<'_, '_> {
    /// Takes the cells of each query from the columns of its endpoint.
    #[inline(always)]
    fn pick(self) {
        let into = &mut self.gathered.0;
        for (index, &endpoint) in self.chosen.iter().enumerate().take(TILE) {
            let at = self.start + index;
            match self.cells.by_endpoint.get(usize::from(endpoint)) {
                Some((scores, accounts)) => {
                    into[0][index] = scores[at];
                    for account in 0..ACCOUNTS.len() {
                        into[1 + account][index] = accounts[account][at];
                    }
                }
                // What left the comparison is nowhere.
                None => (0..=ACCOUNTS.len()).for_each(|column| into[column][index] = f64::NAN),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PlanBlock;

    #[test]
    fn each_query_has_the_cell_of_its_endpoint() {
        let column = |endpoint: usize| -> Vec<f64> { (0..TILE).map(|index| (100 * endpoint + index) as f64).collect() };
        // The second is not in use, and some queries left the comparison.
        let columns = [column(0), Vec::new(), column(2)];
        let chosen: [u64; TILE] = std::array::from_fn(|index| [0, 2, u64::from(PlanBlock::SKIP)][index * 7 % 3]);
        let mut cells = [-1.0; TILE];
        blend(&mut cells, &chosen, columns.len(), |endpoint| &columns[endpoint]);
        for (index, (&cell, &endpoint)) in cells.iter().zip(&chosen).enumerate() {
            let expected = columns.get(endpoint as usize).map_or(f64::NAN, |column| column[index]);
            assert_eq!(cell.to_bits(), expected.to_bits(), "query {index} of endpoint {endpoint}");
        }
    }
}
