//! Adding up the lines of chosen answers: the loops that a replay consists of.

use super::bases::Choices;
use super::line::Line;
use super::lines::Lines;
use super::times::Chosen;
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;
use crate::wide::{self, Ahead, Loop};

/// Adds the lines of some answers, by query and endpoint, as far as the masks of their endpoints leave them.
pub(super) fn add_masked(sum: &mut Line, lines: &Lines, masks: &[Line], answers: impl Iterator<Item = (usize, EndpointIx)>) {
    wide::run(AddMasked { sum, lines, masks, answers });
}

struct AddMasked<'a, I> {
    sum: &'a mut Line,
    lines: &'a Lines,
    masks: &'a [Line],
    answers: I,
}

impl<I: Iterator<Item = (usize, EndpointIx)>> Loop for AddMasked<'_, I> {
    #[inline(always)]
    fn run(self) {
        let mut sum = *self.sum;
        for (index, endpoint) in self.answers {
            sum.add(&self.lines.get(endpoint, index).masked(&self.masks[usize::from(endpoint)]));
        }
        *self.sum = sum;
    }
}

/// What is added up for each query of a block: rows by bucket and, where there are several, by group, and sums
/// over all, of the lines and of what masks leave of them.
pub(super) struct Sums<'a> {
    pub buckets: &'a mut [Line],
    pub bucket: &'a [u32],
    pub groups: &'a mut [Line],
    pub group: &'a [u32],
    /// By endpoint the mask of its lines.
    pub masks: Option<&'a [Line]>,
    pub total: &'a mut Line,
    pub masked: &'a mut Line,
}

impl Sums<'_> {
    /// Adds the lines of the endpoints chosen; `line` has the one of a query and an endpoint.
    pub fn add<'l>(self, chosen: &[EndpointIx], line: impl Fn(usize, EndpointIx) -> &'l Line, ahead: &mut Ahead) {
        wide::run(AddChosen { sums: self, chosen, line, ahead });
    }

    /// Adds the lines of the endpoints chosen less those of a base, at some queries, but to no sum over all.
    pub fn add_differences(self, lines: &Lines, choices: Choices, ahead: &mut Ahead) {
        wide::run(AddDifferences { sums: self, lines, choices, ahead });
    }

    /// Adds the lines of some answers, each as often as it was chosen, but to no sum over all.
    pub fn add_times(self, lines: &Lines, chosen: &[Chosen]) {
        wide::run(AddTimes { sums: self, lines, chosen });
    }
}

struct AddDifferences<'a, 'b> {
    sums: Sums<'a>,
    lines: &'a Lines,
    choices: Choices<'a>,
    ahead: &'a mut Ahead<'b>,
}

impl Loop for AddDifferences<'_, '_> {
    #[inline(always)]
    fn run(self) {
        let AddDifferences { sums, lines, choices: Choices { chosen, base, differing }, ahead } = self;
        // What left the comparison, or is added elsewhere, has no line here.
        let line = |endpoint: EndpointIx, index: usize| if endpoint == PlanBlock::SKIP { &Line::ZERO } else { lines.get(endpoint, index) };
        let mut masked = *sums.masked;
        for &index in differing {
            ahead.ask();
            let index = index as usize;
            let (chosen, base) = (chosen[index], base[index]);
            let (mine, theirs) = (line(chosen, index), line(base, index));
            let difference = mine.less(theirs);
            sums.buckets[sums.bucket[index] as usize].add(&difference);
            if !sums.groups.is_empty() {
                sums.groups[sums.group[index] as usize].add(&difference);
            }
            if let Some(masks) = sums.masks {
                let mask = |endpoint: EndpointIx| masks.get(usize::from(endpoint)).unwrap_or(&Line::ZERO);
                masked.add(&mine.masked(mask(chosen)).less(&theirs.masked(mask(base))));
            }
        }
        *sums.masked = masked;
    }
}

struct AddTimes<'a> {
    sums: Sums<'a>,
    lines: &'a Lines,
    chosen: &'a [Chosen],
}

impl Loop for AddTimes<'_> {
    #[inline(always)]
    fn run(self) {
        let AddTimes { sums, lines, chosen } = self;
        let mut masked = *sums.masked;
        for &Chosen { index, endpoint, times } in chosen {
            let index = index as usize;
            let line = lines.get(endpoint, index).times(times);
            sums.buckets[sums.bucket[index] as usize].add(&line);
            if !sums.groups.is_empty() {
                sums.groups[sums.group[index] as usize].add(&line);
            }
            if let Some(masks) = sums.masks {
                masked.add(&line.masked(&masks[usize::from(endpoint)]));
            }
        }
        *sums.masked = masked;
    }
}

struct AddChosen<'a, 'b, F> {
    sums: Sums<'a>,
    chosen: &'a [EndpointIx],
    line: F,
    ahead: &'a mut Ahead<'b>,
}

impl<'l, F: Fn(usize, EndpointIx) -> &'l Line> Loop for AddChosen<'_, '_, F> {
    #[inline(always)]
    fn run(self) {
        let AddChosen { sums, chosen, line, ahead } = self;
        let (mut total, mut masked) = (*sums.total, *sums.masked);
        let by_group = !sums.groups.is_empty();
        for (index, &endpoint) in chosen.iter().enumerate() {
            if endpoint == PlanBlock::SKIP {
                continue;
            }
            ahead.ask();
            let line = line(index, endpoint);
            sums.buckets[sums.bucket[index] as usize].add(line);
            if by_group {
                sums.groups[sums.group[index] as usize].add(line);
            }
            total.add(line);
            if let Some(masks) = sums.masks {
                masked.add(&line.masked(&masks[usize::from(endpoint)]));
            }
        }
        (*sums.total, *sums.masked) = (total, masked);
    }
}
