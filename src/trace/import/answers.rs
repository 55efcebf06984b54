//! What one endpoint answered, kept as columns: a million answers take no more than their numbers.
#![allow(clippy::indexing_slicing, reason = "answers in memory: rows are counted as queries come")]

use crate::trace::draft::DraftEndpoint;
use crate::trace::endpoint::Endpoint;
use crate::trace::schema::{MEASURED, Metric, PerMetric};

/// The answers of one endpoint in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Answers {
    rows: Vec<u32>,
    /// By row, whether there is an answer.
    answered: Vec<bool>,
    metrics: PerMetric<Vec<f64>>,
    sources: PerMetric<Vec<u8>>,
}

impl Answers {
    /// Notes that a query is answered; `false` if it was before.
    pub fn begin(&mut self, row: u32) -> bool {
        let index = row as usize;
        if self.answered.len() <= index {
            self.answered.resize(index + 1, false);
        }
        !std::mem::replace(&mut self.answered[index], true)
    }

    /// Notes that queries are answered, up to the first that was before: how many.
    pub fn begin_all(&mut self, rows: &[u32]) -> usize {
        let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else { return 0 };
        // Most often they are the next ones, without a gap.
        let is_next = first as usize == self.answered.len() && rows.windows(2).all(|pair| pair[0] < pair[1]);
        if is_next && (last - first) as usize == rows.len() - 1 {
            self.answered.resize(last as usize + 1, true);
            return rows.len();
        }
        rows.iter().position(|&row| !self.begin(row)).unwrap_or(rows.len())
    }

    /// Adds the values of an answer, with the codes of their sources.
    pub fn push(&mut self, row: u32, values: impl Fn(Metric) -> Option<(f64, u8)>) {
        let before = self.rows.len();
        self.rows.push(row);
        for metric in Metric::ALL {
            let (value, code) = values(metric).unwrap_or((f64::NAN, MEASURED));
            if !value.is_nan() {
                self.metrics.or_insert_with(metric, || vec![f64::NAN; before]);
            }
            if code != MEASURED {
                self.sources.or_insert_with(metric, || vec![MEASURED; before]);
            }
            if let Some(cells) = self.metrics.get_mut(metric) {
                cells.push(value);
            }
            if let Some(codes) = self.sources.get_mut(metric) {
                codes.push(code);
            }
        }
    }

    /// Adds answers to queries that were begun: columns of their cells, NaN where missing. There is to be room for so
    /// many times as many.
    pub fn extend<'c>(&mut self, rows: &[u32], columns: impl Iterator<Item = (Metric, &'c [f64])>, times: usize) {
        let before = self.rows.len();
        let expected = if before == 0 { rows.len() * times } else { 0 };
        self.rows.reserve(expected);
        self.rows.extend_from_slice(rows);
        for (metric, cells) in columns {
            if self.metrics.get(metric).is_none() && cells.iter().all(|cell| cell.is_nan()) {
                continue;
            }
            let known = self.metrics.or_insert_with(metric, || vec![f64::NAN; before]);
            known.reserve(expected);
            known.extend_from_slice(cells);
        }
        // What these columns do not have.
        for metric in Metric::ALL {
            if let Some(cells) = self.metrics.get_mut(metric) {
                cells.resize(self.rows.len(), f64::NAN);
            }
            if let Some(codes) = self.sources.get_mut(metric) {
                codes.resize(self.rows.len(), MEASURED);
            }
        }
    }

    /// The known cells of a metric, with their rows.
    pub fn cells(&self, metric: Metric) -> impl Iterator<Item = (u32, f64)> + '_ {
        let cells = self.metrics.get(metric).into_iter().flatten();
        self.rows.iter().copied().zip(cells.copied()).filter(|(_, cell)| !cell.is_nan())
    }

    /// Whether any answer lacks a metric.
    pub fn lack(&self, metric: Metric) -> bool {
        self.metrics.get(metric).map_or(!self.rows.is_empty(), |cells| cells.iter().any(|cell| cell.is_nan()))
    }

    /// Fills the missing cells of a metric with an estimate.
    pub fn fill(&mut self, metric: Metric, value: f64, code: u8) {
        let rows = self.rows.len();
        let cells = self.metrics.or_insert_with(metric, || vec![f64::NAN; rows]);
        let codes = self.sources.or_insert_with(metric, || vec![MEASURED; rows]);
        for (cell, code_of) in cells.iter_mut().zip(codes).filter(|(cell, _)| cell.is_nan()) {
            (*cell, *code_of) = (value, code);
        }
    }

    /// The answers of an endpoint in the order of the queries.
    pub fn finish(self, endpoint: Endpoint) -> DraftEndpoint {
        let Answers { rows, metrics, sources, .. } = self;
        if rows.is_sorted() {
            return DraftEndpoint { endpoint, rows, metrics, sources, ..DraftEndpoint::default() };
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by_key(|&index| rows[index]);
        let mut out = DraftEndpoint { endpoint, rows: order.iter().map(|&index| rows[index]).collect(), ..DraftEndpoint::default() };
        for (metric, cells) in metrics.iter() {
            out.metrics.set(metric, order.iter().map(|&index| cells[index]).collect());
        }
        for (metric, codes) in sources.iter() {
            out.sources.set(metric, order.iter().map(|&index| codes[index]).collect());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_answered_once() {
        let mut answers = Answers::default();
        assert_eq!([answers.begin_all(&[]), answers.begin_all(&[0, 1, 2]), answers.begin_all(&[3, 5])], [0, 3, 2]);
        // 4 was not answered, 5 was.
        assert_eq!([answers.begin_all(&[4, 5, 6]), answers.begin_all(&[6, 6]), answers.begin_all(&[7, 9, 8])], [1, 1, 3]);
        assert!([1, 4, 5, 6, 7, 8, 9].into_iter().all(|row| !answers.begin(row)) && answers.begin(10));
    }

    #[test]
    fn answers_come_in_any_order() {
        let mut answers = Answers::default();
        for (row, metric, value, code) in [(3, Metric::Score, 1.0, MEASURED), (1, Metric::CostUsd, 0.5, 2)] {
            assert!(answers.begin(row));
            answers.push(row, |other| (other == metric).then_some((value, code)));
        }
        assert!(!answers.begin(3), "answered before");
        answers.fill(Metric::CostUsd, 0.25, 7);
        let draft = answers.finish(Endpoint::default());
        // Row 1 came second and has the cost that was pushed; row 3 has the filled one.
        assert_eq!((draft.rows, draft.metrics.get(Metric::CostUsd)), (vec![1, 3], Some(&vec![0.5, 0.25])));
        assert_eq!(draft.sources.get(Metric::CostUsd), Some(&vec![2, 7]));
        assert!(draft.metrics.get(Metric::Score).is_some_and(|cells| cells[0].is_nan() && cells[1] == 1.0));
    }
}
