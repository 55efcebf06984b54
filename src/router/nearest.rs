//! The rows of one matrix that are nearest to each row of another.
//!
//! All products of the two are formed, in tiles that stay in a core's cache, and of each row's products
//! only those are kept that may still be among its nearest: the time is queries x references x width, the
//! memory is a tile. An index (k-d tree, HNSW) saves little at hundreds of dimensions, and what it finds
//! depends on the order in which it was built.

use std::cmp::Ordering;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Rows of a tile: queries are taken in such blocks.
const QUERIES: usize = 256;
/// Columns of a tile: 1 MB of f32 with the rows above.
const REFERENCES: usize = 1024;
/// Similarities that are looked at together.
const AT_ONCE: usize = 16;

/// One of the nearest references of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// How similar it is: more is nearer.
    pub similarity: f32,
    /// Its row.
    pub row: u32,
}

/// The references that others are compared with, and how.
#[derive(Debug, Clone, Copy)]
pub struct References<'a> {
    /// References x width.
    pub rows: ArrayView2<'a, f32>,
    /// What is taken off a reference's products. Half its squared length makes the most similar
    /// reference the one at the least Euclidean distance: |q - r|² = |q|² - 2 (q·r - |r|²/2).
    pub penalties: Option<&'a [f32]>,
}

impl References<'_> {
    /// Hands each query's `k` nearest references to `visit`, with the query's row, the references in the
    /// order of their rows. Of equally similar ones the first rows are taken. A similarity that is no
    /// number is never near, so that there may be fewer than `k`.
    pub fn nearest(&self, queries: ArrayView2<f32>, k: usize, mut visit: impl FnMut(usize, &[Near])) {
        let most = QUERIES.min(queries.nrows());
        let mut best = vec![Best::new(k); most];
        let mut tile = Array2::zeros((most, REFERENCES.min(self.rows.nrows())));
        for (block, queries) in queries.axis_chunks_iter(Axis(0), QUERIES).enumerate() {
            crate::work::go_on();
            best.iter_mut().for_each(Best::clear);
            for (part, rows) in self.rows.axis_chunks_iter(Axis(0), REFERENCES).enumerate() {
                let sizes = [queries.nrows(), rows.nrows()];
                let mut tile = tile.slice_each_axis_mut(|each| Slice::from(..sizes[each.axis.index()]));
                general_mat_mul(1.0, &queries, &rows.t(), 0.0, &mut tile);
                let first = part * REFERENCES;
                let penalties = self.penalties.map(|penalties| &penalties[first..first + rows.nrows()]);
                for (mut products, best) in tile.rows_mut().into_iter().zip(&mut best) {
                    if let Some(penalties) = penalties {
                        products.iter_mut().zip(penalties).for_each(|(product, penalty)| *product -= penalty);
                    }
                    match products.as_slice() {
                        Some(products) => best.offer(products, first as u32),
                        None => best.offer(&products.to_vec(), first as u32),
                    }
                }
            }
            for (index, best) in best.iter_mut().take(queries.nrows()).enumerate() {
                visit(block * QUERIES + index, best.finish());
            }
        }
    }
}

/// The most similar references of one query so far.
#[derive(Debug, Clone)]
struct Best {
    k: usize,
    /// The `k`, and some more: they are sorted out when `room` is full.
    kept: Vec<Near>,
    room: usize,
    /// What a later reference must exceed to be among the `k`: that of an equal one stands first.
    above: f32,
}

impl Best {
    fn new(k: usize) -> Best {
        Best { k, kept: Vec::new(), room: 2 * k + 16, above: f32::NEG_INFINITY }
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.above = f32::NEG_INFINITY;
    }

    /// Takes in the similarities of the next references, which start at a row. Most are too small: a few at
    /// once are looked at without a branch each.
    fn offer(&mut self, similarities: &[f32], first: u32) {
        let (parts, rest) = similarities.as_chunks::<AT_ONCE>();
        let mut row = first;
        for part in parts {
            let above = self.above;
            if part.iter().fold(false, |any, &similarity| any | (similarity > above)) {
                self.keep(part, row);
            }
            row += AT_ONCE as u32;
        }
        self.keep(rest, row);
    }

    fn keep(&mut self, similarities: &[f32], first: u32) {
        for (row, &similarity) in (first..).zip(similarities) {
            if similarity > self.above {
                self.kept.push(Near { similarity, row });
                if self.kept.len() == self.room {
                    self.sort_out();
                }
            }
        }
    }

    /// Keeps the `k` most similar, of equal ones the first.
    fn sort_out(&mut self) {
        if self.kept.len() <= self.k {
            return;
        }
        // Not `total_cmp`: it tells 0 from -0. What is kept is never NaN.
        let order = |a: &Near, b: &Near| b.similarity.partial_cmp(&a.similarity).unwrap_or(Ordering::Equal).then(a.row.cmp(&b.row));
        self.kept.select_nth_unstable_by(self.k - 1, order);
        self.kept.truncate(self.k);
        self.above = self.kept[self.k - 1].similarity;
    }

    fn finish(&mut self) -> &[Near] {
        self.sort_out();
        self.kept.sort_unstable_by_key(|near| near.row);
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    /// Small whole numbers, so that products are exact and many are equal.
    fn whole(rows: usize, width: usize, seed: u64) -> Array2<f32> {
        let draws = Draws::new(seed, 0).stream(Stream::Choice, 0);
        Array2::from_shape_fn((rows, width), |(row, column)| draws.below((row * width + column) as u64, 5) as f32 - 2.0)
    }

    #[test]
    fn the_nearest_are_those_of_a_full_sort_across_tiles() {
        let (queries, references) = (whole(260, 3, 1), whole(1100, 3, 2));
        let penalties: Vec<f32> = references.rows().into_iter().map(|row| row.dot(&row) / 2.0).collect();
        for k in [1, 40] {
            for penalties in [None, Some(penalties.as_slice())] {
                let mut visited = 0;
                References { rows: references.view(), penalties }.nearest(queries.view(), k, |query, near| {
                    assert_eq!(query, visited);
                    visited += 1;
                    if query % 13 != 0 && query < 254 {
                        return;
                    }
                    let similarity = |row: usize| {
                        queries.row(query).iter().zip(references.row(row)).map(|(a, b)| a * b).sum::<f32>()
                            - penalties.map_or(0.0, |penalties| penalties[row])
                    };
                    let mut all: Vec<usize> = (0..references.nrows()).collect();
                    // A stable sort: equal ones stay in the order of their rows.
                    all.sort_by(|&a, &b| similarity(b).partial_cmp(&similarity(a)).unwrap());
                    all.truncate(k);
                    all.sort_unstable();
                    assert_eq!(near.iter().map(|near| near.row as usize).collect::<Vec<_>>(), all, "query {query}, k {k}");
                });
                assert_eq!(visited, 260);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_near_nothing() {
        let rows = ndarray::array![[1.0f32], [f32::NAN], [2.0]];
        let mut found: Vec<Vec<u32>> = Vec::new();
        References { rows: rows.view(), penalties: None }
            .nearest(ndarray::array![[1.0f32], [f32::NAN]].view(), 3, |_, near| found.push(near.iter().map(|near| near.row).collect()));
        assert_eq!(found, [vec![0, 2], vec![]]);
    }
}
