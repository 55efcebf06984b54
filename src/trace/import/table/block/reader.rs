//! What the cells of a block say: names, numbers, scores and dates.
#![allow(clippy::indexing_slicing, reason = "cells of a column that are counted here")]

use super::scan::{Grid, Token};
use super::typed::{Span, Wanted};
use crate::trace::date::seconds;
use crate::trace::import::decimal::{Short, number};
use crate::trace::import::rows::truth;
use crate::trace::import::table::sheet::trimmed;
use crate::trace::import::table::unit::Scale;
use crate::trace::schema::Metric;
use crate::wide::{self, Loop};

/// Rows of a text, looked at column by column.
pub(super) struct Reader<'t, G> {
    text: &'t [u8],
    pub grid: &'t G,
    pub wanted: &'t Wanted,
    /// Whether what says a number is one: no word for a missing value does.
    says_numbers: bool,
}

impl<'t, G: Grid> Reader<'t, G> {
    /// Before a look at any cell.
    pub fn new(text: &'t [u8], grid: &'t G, wanted: &'t Wanted) -> Self {
        Reader { text, grid, wanted, says_numbers: wanted.missing.iter().all(|word| number(word).is_none()) }
    }

    #[inline]
    pub fn bytes(&self, (start, end): Span) -> Option<&'t [u8]> {
        self.text.get(start as usize..end as usize)
    }

    pub fn part(&self, span: Span) -> Option<&'t str> {
        std::str::from_utf8(self.bytes(span)?).ok()
    }

    fn stands_for_missing(&self, text: &str) -> bool {
        let text = trimmed(text);
        text.is_empty() || self.wanted.missing.iter().any(|word| word == text)
    }

    /// A name or an id; `None` inside where it is missing.
    pub fn text(&self, token: Token) -> Option<Option<(Span, &'t str)>> {
        let (span, is_text) = match token {
            Token::Missing => return Some(None),
            Token::Text(start, end) => ((start, end), true),
            // Other numbers are shown in another way than they stand there.
            Token::Number(start, end) if end - start < 19 && self.bytes((start, end))?.iter().all(u8::is_ascii_digit) => ((start, end), false),
            Token::Number(..) => return None,
            Token::Truth(_, start, end) => ((start, end), false),
        };
        let text = self.part(span)?;
        let missing = self.stands_for_missing(text);
        // As a text the same would be missing: too odd for one who takes equal bytes for equal cells.
        (is_text || !missing).then_some((!missing).then_some((span, text)))
    }

    /// A number in the trace's unit; NaN where it is missing.
    pub fn number(&self, token: Token, scale: Scale) -> Option<f64> {
        let span = match token {
            Token::Missing => return Some(f64::NAN),
            Token::Text(start, end) | Token::Number(start, end) => (start, end),
            Token::Truth(..) => return None,
        };
        let is_number = self.says_numbers || matches!(token, Token::Number(..));
        let text = self.part(span)?;
        if is_number && let Some(value) = number(text) {
            return Some(scale.apply(value));
        }
        if matches!(token, Token::Number(..)) {
            return None;
        }
        if self.stands_for_missing(text) {
            return Some(f64::NAN);
        }
        number(trimmed(text)).map(|value| scale.apply(value))
    }

    /// As [`Reader::number`], or a word that says right or wrong.
    fn score(&self, token: Token, scale: Scale) -> Option<f64> {
        match (token, self.number(token, scale)) {
            (Token::Truth(right, ..), _) => Some(f64::from(u8::from(right))),
            (Token::Text(start, end), None) => truth(trimmed(self.part((start, end))?)),
            (_, number) => number,
        }
    }

    /// The seconds of a date, from the beginning of 1970; NaN where it is missing.
    pub fn date(&self, token: Token) -> Option<f64> {
        match token {
            Token::Missing => Some(f64::NAN),
            Token::Text(start, end) => {
                let text = self.part((start, end))?;
                if self.stands_for_missing(text) { Some(f64::NAN) } else { seconds(trimmed(text)) }
            }
            Token::Number(..) | Token::Truth(..) => None,
        }
    }

    /// The cells of a metric, NaN where missing.
    pub fn metric(&self, (metric, column, scale): (Metric, usize, Scale)) -> Option<Vec<f64>> {
        let read = |token| if metric == Metric::Score { self.score(token, scale) } else { self.number(token, scale) };
        let cells = self.cells(column, scale, self.grid.rows(), |row| row, read)?;
        let range = metric.range();
        let fits = |cell: f64| cell.is_nan() | ((*range.start() <= cell) & (cell <= *range.end()));
        cells.iter().fold(true, |fit, &cell| fit & fits(cell)).then_some(cells)
    }

    /// The numbers of a column in so many rows: short ones together, the others as they are `read` one by one.
    pub fn cells(
        &self,
        column: usize,
        scale: Scale,
        count: usize,
        row: impl Fn(usize) -> usize + Copy,
        read: impl Fn(Token) -> Option<f64>,
    ) -> Option<Vec<f64>> {
        let mut cells = vec![f64::NAN; count];
        if self.says_numbers {
            wide::run(Numbers { text: self.text, grid: self.grid, column, row, cells: &mut cells });
            if scale != Scale::ONE {
                cells.iter_mut().for_each(|cell| *cell = scale.apply(*cell));
            }
        }
        for (at, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| cell.is_nan()) {
            *cell = read(self.grid.cell(row(at), column))?;
        }
        Some(cells)
    }
}

/// Reads the short numbers of a column in some rows; NaN in place of others.
struct Numbers<'a, G, R> {
    text: &'a [u8],
    grid: &'a G,
    column: usize,
    row: R,
    cells: &'a mut [f64],
}

impl<G: Grid, R: Fn(usize) -> usize> Loop for Numbers<'_, G, R> {
    #[inline(always)]
    fn run(self) {
        let (mut short, mut values) = (Short::new(), [f64::NAN; Short::TOGETHER]);
        for (part, cells) in self.cells.chunks_mut(Short::TOGETHER).enumerate() {
            for place in 0..cells.len() {
                let span = match self.grid.cell((self.row)(part * Short::TOGETHER + place), self.column) {
                    Token::Text(start, end) | Token::Number(start, end) => (start as usize, end as usize),
                    Token::Missing | Token::Truth(..) => (0, 0),
                };
                short.put(place, self.text, span);
            }
            short.read(&mut values);
            // Most often all of them, which is a copy of a known length.
            match <&mut [f64; Short::TOGETHER]>::try_from(&mut *cells) {
                Ok(cells) => *cells = values,
                Err(_) => cells.iter_mut().zip(values).for_each(|(cell, value)| *cell = value),
            }
        }
    }
}
