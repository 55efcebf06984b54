//! Rows of lines, on their way to exact sums.

use super::lane::{Lane, Layout};
use super::line::{LANES, Line, place_of};
use super::line_sums::Sums;
use super::lines;
use super::rows::Rows;
use super::tally::BUCKETS;

/// Sums of lines by bootstrap bucket and by group of queries.
#[derive(Debug, Clone)]
pub(crate) struct LineRows {
    buckets: Vec<Line>,
    /// None where there is one group: it is the sum of the buckets.
    groups: Vec<Line>,
    /// Lines that were added since the sums were last taken.
    added: usize,
}

impl LineRows {
    pub fn new(groups: usize) -> Self {
        LineRows { buckets: vec![Line::ZERO; BUCKETS], groups: vec![Line::ZERO; if groups > 1 { groups } else { 0 }], added: 0 }
    }

    /// No rows: sums that are made elsewhere.
    pub fn none() -> Self {
        LineRows { buckets: Vec::new(), groups: Vec::new(), added: 0 }
    }

    /// Adds a line for each query of a block.
    pub fn add(&mut self, bucket: &[u32], group: &[u32], lines: &[Line]) {
        lines::add(&mut self.buckets, bucket, lines);
        if !self.groups.is_empty() {
            lines::add(&mut self.groups, group, lines);
        }
    }

    /// The rows by bucket, to be added to.
    pub fn buckets_mut(&mut self) -> &mut [Line] {
        &mut self.buckets
    }

    /// Adds the rows by bucket of others.
    pub fn add_rows(&mut self, other: &LineRows) {
        self.buckets.iter_mut().zip(&other.buckets).for_each(|(mine, theirs)| mine.add(theirs));
    }

    /// What the lines of a block are added to: these rows, and sums over all.
    pub(super) fn sums<'a>(
        &'a mut self,
        bucket: &'a [u32],
        group: &'a [u32],
        masks: Option<&'a [Line]>,
        total: &'a mut Line,
        masked: &'a mut Line,
    ) -> Sums<'a> {
        Sums { buckets: &mut self.buckets, bucket, groups: &mut self.groups, group, masks, total, masked }
    }

    /// Whether there is room for so many more lines.
    pub fn admits(&self, lines: usize, room: usize) -> bool {
        self.added + lines <= room
    }

    /// Says that so many lines will be added.
    pub fn admit(&mut self, lines: usize) {
        self.added += lines;
    }

    /// The sum of all rows.
    pub fn total(&self) -> Line {
        lines::total(&self.buckets)
    }

    /// Takes the sums of some lanes to where they belong, and starts again at nothing.
    pub fn take(&mut self, layout: Layout, lanes: impl Iterator<Item = (Lane, Lane)>, buckets: &mut Rows, groups: Option<&mut Rows>) {
        let (lanes, total): (Vec<_>, _) = (lanes.collect(), [self.total()]);
        add_lanes(layout, &lanes, &self.buckets, buckets);
        if let Some(groups) = groups {
            let of_groups: &[Line] = if self.groups.is_empty() { &total } else { &self.groups };
            add_lanes(layout, &lanes, of_groups, groups);
        }
        self.clear();
    }

    /// Adds the sums of some lanes by bucket to where they belong.
    pub fn add_to(&self, layout: Layout, lanes: impl Iterator<Item = (Lane, Lane)>, buckets: &mut Rows) {
        add_lanes(layout, &lanes.collect::<Vec<_>>(), &self.buckets, buckets);
    }

    /// Starts again at nothing.
    pub fn clear(&mut self) {
        self.buckets.fill(Line::ZERO);
        self.groups.fill(Line::ZERO);
        self.added = 0;
    }
}

/// Rows of which all lanes are added before those of the next: as many as the nearest cache holds.
const ROWS_AT_A_TIME: usize = 128;

fn add_lanes(layout: Layout, lanes: &[(Lane, Lane)], lines: &[Line], rows: &mut Rows) {
    for (part, lines) in lines.chunks(ROWS_AT_A_TIME).enumerate() {
        for &(lane, into) in lanes {
            if let Some(place) = place_of(lane) {
                let cells = &mut rows.lane_mut(layout.at(into))[part * ROWS_AT_A_TIME..];
                cells.iter_mut().zip(lines).for_each(|(cell, line)| *cell += line.at(place));
            }
        }
    }
}

/// The lanes of a policy's own, each where it belongs.
pub(crate) fn own_lanes() -> impl Iterator<Item = (Lane, Lane)> {
    LANES.into_iter().map(|lane| (lane, lane))
}
