//! What the rows of a block are about: runs of rows about one query, and the endpoints that they name.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "rows and runs of a block that are counted here; a block has fewer bytes than 32 bits count"
)]

use super::parts::Parts;
use super::reader::Reader;
use super::scan::{Grid, Token};
use super::typed::{Answered, Key, Run, Span, Typed};
use crate::trace::import::ids::hash;
use crate::trace::import::table::unit::{Clock, Scale};

impl<'t, G: Grid> Reader<'t, G> {
    /// Finds the runs: by row the position of its run.
    pub fn runs(&self, out: &mut Typed) -> Option<Vec<u32>> {
        let (of_query, id) = (self.wanted.of_query, self.wanted.id);
        let arrival = of_query.arrival.map(|(column, _)| column);
        let others = [of_query.dataset, of_query.category, of_query.prompt, of_query.input_tokens, arrival];
        let columns: Vec<usize> = std::iter::once(id).chain(others.into_iter().flatten()).collect();
        let (mut datasets, mut categories) = (Parts::default(), Parts::default());
        let mut runs = Vec::with_capacity(out.rows);
        for row in 0..out.rows {
            if row == 0 || !columns.iter().all(|&column| self.repeats(row, column)) {
                let run = self.run(row, &mut out.ids, &mut datasets, &mut categories)?;
                out.runs.push(run);
            }
            runs.push(out.runs.len() as u32 - 1);
        }
        (out.datasets, out.categories) = (datasets.spans, categories.spans);
        let input_tokens = self.quantities(of_query.input_tokens.map(|column| (column, Scale::ONE)), &out.runs)?;
        let arrivals = match of_query.arrival {
            Some((column, Clock::Date)) => out.runs.iter().map(|run| self.date(self.grid.cell(run.first, column))).collect::<Option<_>>(),
            Some((column, Clock::Count(scale))) => self.quantities(Some((column, scale)), &out.runs),
            None => self.quantities(None, &out.runs),
        };
        for ((run, input_tokens), arrival_s) in out.runs.iter_mut().zip(input_tokens).zip(arrivals?) {
            (run.input_tokens, run.arrival_s) = (input_tokens, arrival_s);
        }
        Some(runs)
    }

    /// Whether a cell is that of the row before, as far as its bytes tell.
    #[inline]
    fn repeats(&self, row: usize, column: usize) -> bool {
        let same = |one: Span, other: Span| match (self.bytes(one), self.bytes(other)) {
            (Some(one), Some(other)) => are_same(one, other),
            _ => false,
        };
        match (self.grid.cell(row - 1, column), self.grid.cell(row, column)) {
            (Token::Text(start, end), Token::Text(from, to)) | (Token::Number(start, end), Token::Number(from, to)) => same((start, end), (from, to)),
            (Token::Missing, Token::Missing) => true,
            (Token::Truth(one, ..), Token::Truth(other, ..)) => one == other,
            _ => false,
        }
    }

    /// What a row says about its query, but for the numbers.
    fn run(&self, row: usize, ids: &mut String, datasets: &mut Parts<&'t str, Span>, categories: &mut Parts<&'t str, Span>) -> Option<Run> {
        let of_query = self.wanted.of_query;
        let named = |column: Option<usize>| match column {
            Some(column) => self.text(self.grid.cell(row, column)),
            None => Some(None),
        };
        let (_, id) = named(Some(self.wanted.id))??;
        let position = |parts: &mut Parts<&'t str, Span>, cell: Option<(Span, &'t str)>| match cell {
            Some((span, text)) => parts.position(text, span).map(Some),
            None => Some(None),
        };
        let start = ids.len() as u32;
        ids.push_str(id);
        Some(Run {
            first: row,
            id: (start, ids.len() as u32),
            hash: hash(id),
            dataset: position(datasets, named(of_query.dataset)?)?,
            category: position(categories, named(of_query.category)?)?,
            prompt: named(of_query.prompt)?.map(|(span, _)| span),
            input_tokens: f64::NAN,
            arrival_s: f64::NAN,
        })
    }

    /// Finds the endpoints: by row the position of its endpoint.
    pub fn endpoints(&self, out: &mut Typed) -> Option<Vec<u32>> {
        let (name, hardware) = match self.wanted.endpoint {
            Key::Id(name) | Key::Model(name, None) => (name, None),
            Key::Model(name, hardware) => (name, hardware),
        };
        let says = |token: Token, known: &str| match token {
            Token::Text(start, end) => self.bytes((start, end)).is_some_and(|bytes| are_same(bytes, known.as_bytes())),
            _ => false,
        };
        let mut parts = Parts::default();
        let mut endpoints = Vec::with_capacity(out.rows);
        for row in 0..out.rows {
            let (name, hardware) = (self.grid.cell(row, name), hardware.map(|column| self.grid.cell(row, column)));
            let is = |&(known, on): &(&str, Option<&str>)| says(name, known) && hardware.zip(on).is_none_or(|(cell, on)| says(cell, on));
            let position = match parts.foreseen(is) {
                Some(position) => position,
                None => {
                    let (span, text) = self.text(name)??;
                    let hardware = match hardware {
                        Some(cell) => Some(self.text(cell)??),
                        None => None,
                    };
                    let (on, key) = (hardware.map(|(span, _)| span), (text, hardware.map(|(_, text)| text)));
                    let position = parts.position(key, (span, on))?;
                    if position as usize == out.answered.len() {
                        out.answered.push(Answered::new((span, on), row));
                    }
                    position
                }
            };
            endpoints.push(position);
        }
        Some(endpoints)
    }

    /// Numbers from 0 up in the first rows of runs, NaN where missing.
    fn quantities(&self, column: Option<(usize, Scale)>, runs: &[Run]) -> Option<Vec<f64>> {
        let Some((column, scale)) = column else { return Some(vec![f64::NAN; runs.len()]) };
        let cells = self.cells(column, scale, runs.len(), |run| runs[run].first, |token| self.number(token, scale))?;
        cells.iter().all(|cell| cell.is_nan() || *cell >= 0.0).then_some(cells)
    }
}

/// Whether two short texts are the same, eight bytes at a time: calling for each to be compared takes longer, as do
/// iterators, which are not inlined here.
#[inline]
fn are_same(one: &[u8], other: &[u8]) -> bool {
    const TOGETHER: usize = 8;
    if one.len() != other.len() {
        return false;
    }
    let length = one.len();
    let mut at = 0;
    if let (Some(end), Some(other_end)) = (one.last_chunk::<TOGETHER>(), other.last_chunk::<TOGETHER>()) {
        if end != other_end {
            return false;
        }
        while at + TOGETHER < length {
            if one[at..at + TOGETHER] != other[at..at + TOGETHER] {
                return false;
            }
            at += TOGETHER;
        }
        return true;
    }
    while at < length && one[at] == other[at] {
        at += 1;
    }
    at == length
}

#[cfg(test)]
mod tests {
    use super::are_same;

    #[test]
    fn texts_are_the_same_to_the_last_byte() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).collect();
            assert!(are_same(&text, &text.clone()) && !are_same(&text, &[&text[..], b"x"].concat()));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 0x80;
                assert!(!are_same(&text, &other), "{length} bytes, another one at {at}");
            }
        }
    }
}
