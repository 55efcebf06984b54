//! The totals of a part of a trace, which merge with those of the other parts into the totals of all.

use std::ops::Range;

use super::exact::Exact;
use super::lane::Lane;
use super::line;
use super::outline::Outline;
use super::range::{self, Largest};
use super::stream::in_another_way;
use super::totals::Totals;
use crate::error::{Error, Result};
use crate::trace::BLOCK_ROWS;

/// What some queries of a trace add up to, with what a report asks of their replay.
#[derive(Debug, Clone)]
pub struct PartTotals {
    /// How the replay was set up: the same for every part.
    pub outline: Outline,
    /// Which queries of the trace these are, from 0.
    pub queries: Range<usize>,
    /// Queries of the whole trace.
    pub of: usize,
    /// The row numbers of the first and the last of the queries.
    pub rows: [u32; 2],
    /// The largest cells, by which is checked whether all of them can be added up.
    pub(crate) largest: Largest,
    /// What they add up to.
    pub totals: Totals,
}

impl PartTotals {
    /// Adds the queries that come next.
    ///
    /// # Errors
    /// Where they do not come next, were replayed in another way, or may add up to too much.
    pub fn append(&mut self, next: PartTotals) -> Result<()> {
        let place = || format!("queries {} to {}", next.queries.start, next.queries.end);
        if next.outline != self.outline || next.of != self.of || next.queries.start != self.queries.end {
            return Err(Error::new("parts that do not belong together cannot be added up").at(place()));
        }
        if next.rows[0] <= self.rows[1] {
            return Err(Error::new("row numbers do not increase from one part of the trace to the next").at(place()));
        }
        self.largest.merge(&next.largest);
        range::check(self.of, self.outline.replicates, &self.largest)?;
        if in_lines(&self.largest, self.outline.dense) != self.outline.in_lines {
            return Err(in_another_way().at(place()));
        }
        self.totals.merge(next.totals);
        self.queries.end = next.queries.end;
        self.rows[1] = next.rows[1];
        Ok(())
    }

    /// What of the numbers cannot be, where they come from a file: of a replay, all of this holds.
    ///
    /// # Errors
    /// What cannot be.
    pub fn check(&self) -> Result<()> {
        let (facts, queries) = (&self.totals.facts, self.queries.len() as u64);
        let refuse = |what: &str| Err(Error::new("numbers of the tally contradict each other").at(what));
        let of_all = [facts.trace_queries, facts.queries] == [queries; 2] && facts.dropped == 0;
        if !of_all || !facts.are_within(queries) || !self.largest.fits(&self.outline) {
            return refuse("what is counted of the queries");
        }
        range::check(self.of, self.outline.replicates, &self.largest)?;
        if in_lines(&self.largest, self.outline.dense) != self.outline.in_lines {
            return refuse("the largest cells");
        }
        for (entry, tally) in self.outline.entries.iter().zip(&self.totals.tallies) {
            let place = format!("policy `{}`", self.outline.name(entry));
            let terms = u128::from(queries) * u128::from(self.outline.replicates_of(entry));
            if !tally.counts_agree(terms) {
                return refuse(&place);
            }
            let most = terms as f64 * self.largest.of_all().max(1.0) * (1.0 + 1e-9);
            let is_within = |sum: &Exact| sum.0 >= 0 && sum.to_f64() <= most;
            let rows = [&tally.buckets, &tally.groups, &tally.replicates];
            if !rows.iter().all(|rows| rows.lanes().flatten().all(is_within)) || !tally.estimated.iter().all(is_within) {
                return refuse(&place);
            }
            let [buckets, groups, replicates] = rows.map(|rows| rows.total());
            let counted = buckets.get(self.outline.layout().at(Lane::Queries)).map_or(0, |sum| sum.0);
            if buckets != groups || buckets != replicates || counted > (terms as i128).saturating_mul(Exact::ONE.0) {
                return refuse(&place);
            }
        }
        Ok(())
    }
}

/// Whether results up to the largest are added up in the sums that are fast.
pub(super) fn in_lines(largest: &Largest, dense: bool) -> bool {
    line::room(largest.of_all()).is_some() && dense
}

/// The queries `start..end` of a trace of so many, cut where parts may be: `None` is its start and its end.
///
/// # Errors
/// Where a cut is not at a multiple of [`BLOCK_ROWS`], or there is no such query.
pub fn part_of(trace_queries: usize, start: Option<usize>, end: Option<usize>) -> Result<Range<usize>> {
    let is_cut = |at: usize| at == trace_queries || at.is_multiple_of(BLOCK_ROWS);
    for (what, at) in [("begins", start), ("ends", end)] {
        let Some(at) = at.filter(|at| !is_cut(*at) && *at < trace_queries) else { continue };
        let below = at / BLOCK_ROWS * BLOCK_ROWS;
        let nearest = format!("{below} or {}", (below + BLOCK_ROWS).min(trace_queries));
        return Err(Error::new(format!("a part {what} between blocks of queries, or its tally could not be merged to the last bit"))
            .found(at)
            .allowed(format!("multiples of {BLOCK_ROWS}, and the end of the trace: {nearest}"))
            .usage());
    }
    let queries = start.unwrap_or(0)..end.unwrap_or(trace_queries);
    if queries.is_empty() || queries.end > trace_queries {
        return Err(Error::new("the trace has no such queries")
            .found(format!("{}..{}", queries.start, queries.end))
            .allowed(format!("within 0..{trace_queries}, not empty"))
            .usage());
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_at_blocks() {
        assert_eq!(part_of(7_000, None, None).unwrap(), 0..7_000);
        assert_eq!(part_of(7_000, Some(4_096), None).unwrap(), 4_096..7_000);
        assert_eq!(part_of(7_000, None, Some(4_096)).unwrap(), 0..4_096);
        assert_eq!(part_of(7_000, Some(4_096), Some(7_000)).unwrap(), 4_096..7_000);
        let text = |start, end| part_of(7_000, start, end).unwrap_err().to_string();
        assert!(text(Some(4_000), None).contains("begins between blocks") && text(Some(4_000), None).contains("0 or 4096"));
        assert!(text(None, Some(6_000)).contains("ends between blocks") && text(None, Some(6_000)).contains("4096 or 7000"));
        for (start, end) in
            [(Some(4_096), Some(4_096)), (Some(8_192), None), (None, Some(8_192)), (Some(4_096), Some(0)), (Some(7_000), None)]
        {
            assert!(text(start, end).contains("within 0..7000"), "{start:?} {end:?}");
        }
    }
}
