//! A block of a long table as typed columns: what threads make of it ahead of their use.
//!
//! Only blocks in which every cell is as it should be become columns: what is left out, doubled or wrong is for
//! the reader of single rows, which has the words for it.

use std::collections::HashMap;

use super::scan::Token;
use crate::trace::date::seconds;
use crate::trace::import::decimal::number;
use crate::trace::import::ids::hash;
use crate::trace::import::rows::truth;
use crate::trace::import::table::plan::{Metrics, QueryColumns};
use crate::trace::import::table::sheet::trimmed;
use crate::trace::import::table::unit::{Clock, Scale};
use crate::trace::schema::Metric;

/// The columns that name an endpoint.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// Its id.
    Id(usize),
    /// Its model, and perhaps its hardware.
    Model(usize, Option<usize>),
}

/// The columns of a long table, by what they are about.
pub struct Wanted {
    pub id: usize,
    pub endpoint: Key,
    pub of_query: QueryColumns,
    pub metrics: Metrics,
    /// Words that stand for a missing value.
    pub missing: Vec<String>,
}

/// A part of the text.
pub type Span = (u32, u32);

/// Rows next to each other that say the same about one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub first: usize,
    pub id: Span,
    pub hash: u64,
    /// Positions in the lists of the block.
    pub dataset: Option<u32>,
    pub category: Option<u32>,
    pub prompt: Option<Span>,
    /// NaN where missing.
    pub input_tokens: f64,
    pub arrival_s: f64,
}

/// The rows of a block.
#[derive(Default)]
pub struct Typed {
    pub text: String,
    /// Number of lines.
    pub lines: usize,
    /// Number of rows.
    pub rows: usize,
    pub runs: Vec<Run>,
    pub datasets: Vec<Span>,
    pub categories: Vec<Span>,
    pub endpoints: Vec<(Span, Option<Span>)>,
    /// By row the position of its endpoint among them.
    pub endpoint: Vec<u32>,
    /// In the order in which they are wanted, NaN where missing.
    pub metrics: Vec<Vec<f64>>,
    /// Rows without any value.
    pub empty: Vec<usize>,
}

impl Typed {
    /// A part of its text.
    pub fn part(&self, (start, end): Span) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Different parts of a text, in the order in which they first appear.
struct Parts<K> {
    known: HashMap<K, u32>,
    /// With the position of the one that came after it the last time: names often come in turns.
    list: Vec<(K, u32)>,
    spans: Vec<(Span, Option<Span>)>,
    last: u32,
}

impl<K> Default for Parts<K> {
    fn default() -> Self {
        Parts { known: HashMap::new(), list: Vec::new(), spans: Vec::new(), last: 0 }
    }
}

impl<K: std::hash::Hash + Eq + Copy> Parts<K> {
    #[inline]
    fn position(&mut self, part: K, span: (Span, Option<Span>)) -> Option<u32> {
        if let Some(&(last, after)) = self.list.get(self.last as usize) {
            if last == part {
                return Some(self.last);
            }
            if self.list.get(after as usize).is_some_and(|(known, _)| *known == part) {
                self.last = after;
                return Some(after);
            }
        }
        let next = u32::try_from(self.list.len()).ok()?;
        let position = *self.known.entry(part).or_insert(next);
        if let Some((_, after)) = self.list.get_mut(self.last as usize) {
            *after = position;
        }
        if position == next {
            self.list.push((part, 0));
            self.spans.push(span);
        }
        self.last = position;
        Some(position)
    }
}

/// Makes columns of rows of tokens.
pub(super) struct Builder<'t> {
    pub(super) text: &'t str,
    wanted: &'t Wanted,
    out: Typed,
    datasets: Parts<&'t str>,
    categories: Parts<&'t str>,
    endpoints: Parts<(&'t str, Option<&'t str>)>,
}

impl<'t> Builder<'t> {
    /// Before the first row of a text.
    pub(super) fn new(text: &'t str, wanted: &'t Wanted) -> Self {
        let out = Typed { metrics: vec![Vec::new(); wanted.metrics.len()], ..Typed::default() };
        let (datasets, categories, endpoints) = Default::default();
        Builder { text, wanted, out, datasets, categories, endpoints }
    }

    fn part(&self, (start, end): Span) -> Option<&'t str> {
        self.text.get(start as usize..end as usize)
    }

    fn stands_for_missing(&self, text: &str) -> bool {
        let text = trimmed(text);
        text.is_empty() || self.wanted.missing.iter().any(|word| word == text)
    }

    /// A name or an id; `None` inside where it is missing.
    #[inline]
    fn text(&self, token: Token) -> Option<Option<(Span, &'t str)>> {
        let span = match token {
            Token::Missing => return Some(None),
            Token::Text(start, end) => (start, end),
            // Other numbers are shown in another way than they stand there.
            Token::Number(start, end) if end - start < 19 && self.part((start, end))?.bytes().all(|byte| byte.is_ascii_digit()) => (start, end),
            Token::Number(..) => return None,
            Token::Truth(_, start, end) => return Some(Some(((start, end), self.part((start, end))?))),
        };
        let text = self.part(span)?;
        let missing = matches!(token, Token::Text(..)) && self.stands_for_missing(text);
        Some((!missing).then_some((span, text)))
    }

    /// A number in the trace's unit; NaN where it is missing.
    #[inline]
    fn number(&self, token: Token, scale: Scale) -> Option<f64> {
        let text = match token {
            Token::Missing => return Some(f64::NAN),
            Token::Text(start, end) => {
                let text = self.part((start, end))?;
                // Where no word stands for a missing value, what says a number is one.
                if let Some(value) = number(text).filter(|_| self.wanted.missing.is_empty()) {
                    return Some(scale.apply(value));
                }
                if self.stands_for_missing(text) {
                    return Some(f64::NAN);
                }
                trimmed(text)
            }
            Token::Number(start, end) => self.part((start, end))?,
            Token::Truth(..) => return None,
        };
        number(text).map(|value| scale.apply(value))
    }

    /// As [`Builder::number`], or a word that says right or wrong.
    #[inline]
    fn score(&self, token: Token, scale: Scale) -> Option<f64> {
        match (token, self.number(token, scale)) {
            (Token::Truth(right, ..), _) => Some(f64::from(u8::from(right))),
            (Token::Text(start, end), None) => truth(trimmed(self.part((start, end))?)),
            (_, number) => number,
        }
    }

    fn quantity(&self, cells: &[Token], column: Option<(usize, Scale)>) -> Option<f64> {
        let Some((column, scale)) = column else { return Some(f64::NAN) };
        self.number(*cells.get(column)?, scale).filter(|value| value.is_nan() || *value >= 0.0)
    }

    /// The seconds of a date, from the beginning of 1970; NaN where it is missing.
    fn date(&self, token: Token) -> Option<f64> {
        match token {
            Token::Missing => Some(f64::NAN),
            Token::Text(start, end) => {
                let text = self.part((start, end))?;
                if self.stands_for_missing(text) { Some(f64::NAN) } else { seconds(trimmed(text)) }
            }
            Token::Number(..) | Token::Truth(..) => None,
        }
    }

    /// Adds a row; `None` where a cell is not as it should be.
    pub(super) fn push(&mut self, cells: &[Token]) -> Option<()> {
        let (wanted, of_query) = (self.wanted, self.wanted.of_query);
        let (id, id_text) = self.text(*cells.get(wanted.id)?)??;
        let named = |column: Option<usize>| match column {
            Some(column) => self.text(*cells.get(column)?),
            None => Some(None),
        };
        let (dataset, category, prompt) = (named(of_query.dataset)?, named(of_query.category)?, named(of_query.prompt)?);
        let (name, hardware) = match wanted.endpoint {
            Key::Id(name) | Key::Model(name, None) => (name, None),
            Key::Model(name, Some(hardware)) => (name, Some(named(Some(hardware))??)),
        };
        let name = named(Some(name))??;
        let input_tokens = self.quantity(cells, of_query.input_tokens.map(|column| (column, Scale::ONE)))?;
        let arrival_s = match of_query.arrival {
            Some((column, Clock::Date)) => self.date(*cells.get(column)?)?,
            Some((column, Clock::Count(scale))) => self.quantity(cells, Some((column, scale)))?,
            None => f64::NAN,
        };
        let dataset = position(&mut self.datasets, dataset)?;
        let category = position(&mut self.categories, category)?;
        let key = (name.1, hardware.map(|(_, text)| text));
        let endpoint = self.endpoints.position(key, (name.0, hardware.map(|(span, _)| span)))?;
        self.out.endpoint.push(endpoint);
        let prompt = prompt.map(|(span, _)| span);
        let run = Run { first: self.out.rows, id, hash: 0, dataset, category, prompt, input_tokens, arrival_s };
        if !self.out.runs.last().is_some_and(|last| self.goes_on(last, &run, id_text)) {
            self.out.runs.push(Run { hash: hash(id_text), ..run });
        }
        let mut any = false;
        for (index, &(metric, column, scale)) in wanted.metrics.iter().enumerate() {
            let cell = *cells.get(column)?;
            let value = if metric == Metric::Score { self.score(cell, scale)? } else { self.number(cell, scale)? };
            let known = !value.is_nan();
            if known && !metric.allows(value) {
                return None;
            }
            any |= known;
            self.out.metrics.get_mut(index)?.push(value);
        }
        if !any {
            self.out.empty.push(self.out.rows);
        }
        self.out.rows += 1;
        Some(())
    }

    /// Whether a row says the same about the same query as the one before.
    #[inline]
    fn goes_on(&self, last: &Run, run: &Run, id: &str) -> bool {
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        self.part(last.id) == Some(id)
            && (last.dataset, last.category) == (run.dataset, run.category)
            && same(last.input_tokens, run.input_tokens)
            && same(last.arrival_s, run.arrival_s)
            && last.prompt.map(|span| self.part(span)) == run.prompt.map(|span| self.part(span))
    }

    /// The columns, of so many lines.
    pub(super) fn finish(self, lines: usize) -> Typed {
        let spans = |spans: Vec<(Span, Option<Span>)>| spans.into_iter().map(|(span, _)| span).collect();
        Typed { lines, datasets: spans(self.datasets.spans), categories: spans(self.categories.spans), endpoints: self.endpoints.spans, ..self.out }
    }
}

#[inline]
fn position<'t>(parts: &mut Parts<&'t str>, cell: Option<(Span, &'t str)>) -> Option<Option<u32>> {
    match cell {
        Some((span, text)) => parts.position(text, (span, None)).map(Some),
        None => Some(None),
    }
}
