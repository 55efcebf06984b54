//! The rows of a generated trace: the queries in random order.

use std::sync::Arc;

use rayon::prelude::*;

use super::cells::Cell;
use super::drawn::Drawn;
use super::spec::Spec;
use crate::draw::Draws;
use crate::trace::{Column, Names, Queries};

/// What was drawn, and the order that the rows have it in.
pub(super) struct Rows<'a> {
    pub spec: &'a Spec,
    pub cells: &'a [Cell],
    pub draws: &'a Draws,
    /// The query of each row.
    pub order: Vec<u32>,
    /// The tokens of answers, in the order of the cells.
    pub drawn_tokens: Vec<f64>,
    /// The tokens of prompts and answers.
    pub input_tokens: Column,
    pub output_tokens: Column,
    /// By model, whether its answer is right.
    pub right: Vec<Arc<Vec<bool>>>,
}

impl<'a> Rows<'a> {
    pub fn new(spec: &'a Spec, cells: &'a [Cell], draws: &'a Draws, drawn: Drawn, order: Vec<u32>) -> Self {
        let Drawn { input_tokens, output_tokens: drawn_tokens, right } = drawn;
        let column = |tokens: &[f64]| Column::from_vec(by_row(&order, |query| tokens[query]));
        let (input_tokens, output_tokens) = rayon::join(|| column(&input_tokens), || column(&drawn_tokens));
        let right = right.par_iter().map(|right| Arc::new(by_row(&order, |query| right[query]))).collect();
        Rows { spec, cells, draws, order, drawn_tokens, input_tokens, output_tokens, right }
    }

    /// The table of queries.
    pub fn queries(&self) -> Queries {
        let datasets = &self.spec.answers.datasets;
        let (dataset, category) = rayon::join(
            || self.names(|cell| Some(&datasets[cell.dataset].name)),
            || self.names(|cell| datasets[cell.dataset].categories[cell.category].name.as_deref()),
        );
        let named = category.codes.iter().any(|&code| code != Names::MISSING);
        Queries {
            rows: (0..self.order.len() as u32).collect(),
            ids: Some(self.order.par_iter().map(|&query| id(query)).collect()),
            dataset: Some(dataset),
            category: named.then_some(category),
            input_tokens: Some(self.input_tokens.clone()),
            ..Queries::default()
        }
    }

    /// A name of each query's cell.
    fn names<'s>(&'s self, name: impl Fn(&'s Cell) -> Option<&'s str>) -> Names {
        let of_cells = Names::new(self.cells.iter().map(name));
        let find = CellOf::new(self.cells);
        Names { names: of_cells.names, codes: by_row(&self.order, |query| of_cells.codes[find.cell(query)]) }
    }
}

/// Which cell a query belongs to.
struct CellOf<'a> {
    cells: &'a [Cell],
    /// The cell of every so many queries, from which it is not far.
    first: Vec<usize>,
}

impl<'a> CellOf<'a> {
    const APART: usize = 256;

    fn new(cells: &'a [Cell]) -> Self {
        let total = cells.last().map_or(0, |cell| cell.queries.end);
        let first = (0..total).step_by(Self::APART).map(|query| cells.partition_point(|cell| cell.queries.end <= query));
        CellOf { cells, first: first.collect() }
    }

    #[inline]
    fn cell(&self, query: usize) -> usize {
        let mut cell = self.first[query / Self::APART];
        while self.cells[cell].queries.end <= query {
            cell += 1;
        }
        cell
    }
}

/// Rows that are worked on at a time.
const ROWS: usize = 1 << 13;

/// What there is of the query of each row.
pub(super) fn by_row<T: Copy + Default + Send + Sync>(order: &[u32], of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut out = vec![T::default(); order.len()];
    out.par_chunks_mut(ROWS).zip(order.par_chunks(ROWS)).for_each(|(out, order)| {
        out.iter_mut().zip(order).for_each(|(out, &query)| *out = of(query as usize));
    });
    out
}

/// `q` and the number of a query: formatting takes several times as long.
fn id(mut query: u32) -> String {
    let mut text = [b'q'; 11];
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] = b'0' + (query % 10) as u8;
        query /= 10;
        if query == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&text[start - 1..]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers() {
        for query in [0, 7, 10, 4_294_967_295] {
            assert_eq!(id(query), format!("q{query}"));
        }
    }
}
