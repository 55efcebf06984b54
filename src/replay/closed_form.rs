//! The closed form of an oracle that errs at one rate, as sums that serve every rate.
//!
//! For a query let o be a figure of the oracle's plan, m the mean of the misroute's and V its variance.
//! At router accuracy a the expectation is a·o + (1 - a)·m and the variance a(1 - a)·(o - m)² + (1 - a)·V,
//! so that the sums of o, m, (o - m)² and V are all that any accuracy needs. Workloads without gaps alone.

use super::account::{QueryResult, Status};
use super::block::{Block, Judge};
use super::cells::{Cells, Scratch};
use super::expect::result_of;
use super::lane::{Lane, UNITS};
use super::line::{self, ENERGY, LANES, LATENCY, Line, QUANTITIES};
use super::pair::Pair;
use super::setup::Replay;
use super::tile::TILE;
use crate::policy::noisy_oracle::{Misroute, NoisyOracle};
use crate::policy::oracle::Choice;
use crate::policy::{Overhead, PlanBlock};
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, OutcomeBlock};

/// A number for each of [`LANES`].
pub(crate) type Figures = [f64; LANES.len()];

/// Sums over queries.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClosedForm {
    pub right: Figures,
    pub wrong: Figures,
    pub difference_squared: Figures,
    pub wrong_variance: Figures,
}

/// Sums of what a column of numbers adds up to when every query is routed right and when every one is
/// misrouted, and of the squared differences.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ColumnSums {
    /// Sum over queries that are routed right.
    pub right: f64,
    /// Sum over queries that are misrouted.
    pub wrong: f64,
    /// Sum of (right - wrong)².
    pub difference_squared: f64,
}

impl ColumnSums {
    /// The sums of two columns of one length: the closed form of one figure, in one pass over memory.
    pub fn of(right: &[f64], wrong: &[f64]) -> ColumnSums {
        let mut sums = ManySums::new();
        wide::run(SumColumns { right, wrong, sums: sums.of_mut(0) });
        let [sums] = sums.totals();
        sums
    }

    fn of_kinds([right, wrong, difference_squared]: [f64; KINDS]) -> ColumnSums {
        ColumnSums { right, wrong, difference_squared }
    }
}

/// Independent sums of a column: their number is fixed, so that the bytes are the same on every machine.
const SUMS: usize = 8;

/// [`ColumnSums`] of every eighth query: by kind, eight of each.
pub(super) type Independent = [[f64; SUMS]; KINDS];
const KINDS: usize = 3;

/// The [`Independent`] sums of some columns, with room for totals to be made of.
#[derive(Debug, Clone)]
pub(super) struct ManySums([[f64; SUMS]; 24]);

impl ManySums {
    pub fn new() -> Self {
        ManySums([[0.0; SUMS]; _])
    }

    /// The sums of the column at a place.
    #[inline(always)]
    pub fn of_mut(&mut self, column: usize) -> &mut Independent {
        &mut self.0.as_chunks_mut().0[column]
    }

    /// What each column adds up to, of so many.
    pub fn totals<const COLUMNS: usize>(&self) -> [ColumnSums; COLUMNS] {
        let totals = wide::totals(&self.0);
        let (totals, _) = totals.as_chunks::<KINDS>();
        std::array::from_fn(|column| ColumnSums::of_kinds(totals[column]))
    }
}

/// The sums of two columns take the place of what was there; for loops. Sums are written side by side, and added up by
/// others: the compiler would take them apart otherwise.
#[inline(always)]
pub(super) fn set_sums(into: &mut Independent, mut rights: &[f64], mut wrongs: &[f64]) {
    // Sums of their own stay in registers.
    let mut sums = [[0.0; SUMS]; KINDS];
    while let (Some((right, more_rights)), Some((wrong, more_wrongs))) = (rights.split_first_chunk(), wrongs.split_first_chunk()) {
        add(&mut sums, right, wrong);
        (rights, wrongs) = (more_rights, more_wrongs);
    }
    // What is missing of the last eight adds nothing.
    let (mut right, mut wrong) = ([0.0; SUMS], [0.0; SUMS]);
    right[..rights.len()].copy_from_slice(rights);
    wrong[..wrongs.len()].copy_from_slice(wrongs);
    add(&mut sums, &right, &wrong);
    *into = sums;
}

struct SumColumns<'a> {
    right: &'a [f64],
    wrong: &'a [f64],
    sums: &'a mut Independent,
}

impl Loop for SumColumns<'_> {
    #[inline(always)]
    fn run(self) {
        set_sums(self.sums, self.right, self.wrong);
    }
}

/// Adds to each of the independent sums.
#[inline(always)]
fn add(sums: &mut Independent, right: &[f64; SUMS], wrong: &[f64; SUMS]) {
    for place in 0..SUMS {
        sums[0][place] += right[place];
    }
    for place in 0..SUMS {
        sums[1][place] += wrong[place];
    }
    for place in 0..SUMS {
        let difference = right[place] - wrong[place];
        sums[2][place] += difference * difference;
    }
}

impl ClosedForm {
    /// Adds a block of an entry's queries.
    pub fn add(&mut self, replay: &Replay, entry: usize, noisy: &NoisyOracle, block: &Block) {
        let judge = replay.judge(entry, block);
        if judge.choices.is_some() && goes_to_endpoints(noisy, &replay.entries[entry].spec.overhead) {
            let cells = Cells::of(&block.outcomes, replay.workload.trace().outcomes.len());
            self.add_endpoints(&cells, &judge, noisy.oracle().fallback(), &mut Scratch::new(), |_, _| ());
        } else {
            self.add_ways(replay, entry, noisy, block, |_, _| ());
        }
    }

    /// Adds the queries of a block that go to the oracle's endpoint when they are routed right, and to the
    /// fallback when they are not. `told` gets both answers, of which lines can be made, and where in the block they
    /// start.
    pub fn add_endpoints(
        &mut self,
        cells: &Cells,
        judge: &Judge,
        fallback: EndpointIx,
        scratch: &mut Scratch,
        mut told: impl FnMut(usize, &mut Pair),
    ) {
        let mut marks = [Line::ZERO; 3];
        let Scratch { pair, gathered, .. } = scratch;
        for start in (0..judge.oracle().len()).step_by(TILE) {
            cells.pair(judge, fallback, start, gathered, pair);
            for (quantity, sums) in pair.sums().into_iter().enumerate() {
                self.right[quantity] += sums.right;
                self.wrong[quantity] += sums.wrong;
                self.difference_squared[quantity] += sums.difference_squared;
            }
            marks.iter_mut().zip(pair.marks()).for_each(|(sum, more)| sum.add(more));
            told(start, pair);
        }
        for (figure, lane) in LANES.into_iter().enumerate().skip(QUANTITIES) {
            // A mark is 0 or 1, and so is the square of a difference of two.
            let [right, wrong, differing] = marks.map(|line| line.exact(lane).to_f64());
            self.right[figure] += right;
            self.wrong[figure] += wrong;
            self.difference_squared[figure] += differing;
        }
    }

    /// Adds queries whose misroute depends on draws, or whose plans are no endpoints' answers alone: way by
    /// way. `told` gets the means of each query's misroute.
    pub fn add_ways(&mut self, replay: &Replay, entry: usize, noisy: &NoisyOracle, block: &Block, mut told: impl FnMut(usize, &Figures)) {
        let judge = &replay.judge(entry, block);
        let (Some(choices), overhead) = (judge.choices, &replay.entries[entry].spec.overhead) else { return };
        let correct_at = block.outcomes.correct_at();
        let of = |index: usize, endpoints: &[EndpointIx]| {
            figures(&result_of(&block.outcomes, index, endpoints, overhead), judge, index, correct_at)
        };
        for (index, &choice) in choices.iter().enumerate() {
            let right = match choice {
                Choice::Endpoint(endpoint) => of(index, &[endpoint]),
                Choice::Nobody => of(index, &[]),
                Choice::Skip => of(index, &[PlanBlock::SKIP]),
            };
            let (mut mean, mut square) = ([0.0; LANES.len()], [0.0; LANES.len()]);
            noisy.wrong_cases(&block.outcomes, index, choice, false, |chance, endpoints| {
                let way = of(index, endpoints);
                for figure in 0..LANES.len() {
                    mean[figure] += chance * way[figure];
                    square[figure] += chance * way[figure] * way[figure];
                }
            });
            told(index, &mean);
            for figure in 0..LANES.len() {
                let difference = right[figure] - mean[figure];
                self.right[figure] += right[figure];
                self.wrong[figure] += mean[figure];
                self.difference_squared[figure] += difference * difference;
                // Rounding may leave a variance of 0 slightly below it.
                self.wrong_variance[figure] += (square[figure] - mean[figure] * mean[figure]).max(0.0);
            }
        }
    }

    /// Expectation and variance of each figure's sum at a router accuracy.
    pub fn moments(&self, accuracy: f64, mut each: impl FnMut(Lane, f64, f64)) {
        for (figure, lane) in LANES.into_iter().enumerate() {
            let mean = accuracy * self.right[figure] + (1.0 - accuracy) * self.wrong[figure];
            let variance = accuracy * (1.0 - accuracy) * self.difference_squared[figure] + (1.0 - accuracy) * self.wrong_variance[figure];
            each(lane, mean, variance);
        }
    }
}

/// The figures of a result; all 0 where the query left the comparison.
#[inline]
fn figures(result: &QueryResult, judge: &Judge, index: usize, correct_at: f64) -> Figures {
    let mut figures = [0.0; LANES.len()];
    if result.status == Status::Skipped {
        return figures;
    }
    let (score, totals) = (result.score, result.totals);
    let power = line::power(totals[ENERGY], totals[LATENCY]);
    let quantities = [score, power].into_iter().chain((0..ACCOUNTS.len()).map(|account| totals[account] * (1.0 / UNITS[account])));
    let counts = line::counts(score, score >= correct_at, power, totals, judge.of(result.first, index));
    let numbers = quantities.map(line::at_least_nothing).chain(counts.map(|is| f64::from(u8::from(is))));
    figures.iter_mut().zip(numbers).for_each(|(figure, number)| *figure = number);
    figures
}

/// Whether every query goes to one endpoint, right or wrong, whose answer is all that counts.
pub(crate) fn goes_to_endpoints(noisy: &NoisyOracle, overhead: &Overhead) -> bool {
    noisy.misroute() == Misroute::Cloud && noisy.oracle().finds_endpoints() && *overhead == Overhead::default()
}

/// What a baseline takes for some queries.
pub(super) struct Baseline {
    score: f64,
    accounts: [f64; ACCOUNTS.len()],
}

impl Baseline {
    /// Over the queries of a block that count.
    pub fn of(outcomes: &OutcomeBlock, endpoint: EndpointIx, counts: impl Fn(usize) -> bool) -> Baseline {
        let columns: [&[f64]; 1 + ACCOUNTS.len()] =
            std::array::from_fn(|column| if column == 0 { outcomes.scores(endpoint) } else { outcomes.accounts(column - 1, endpoint) });
        // Side by side, since each addition waits for the one before; a column that is not there adds nothing.
        let mut sums = [0.0; 1 + ACCOUNTS.len()];
        for index in (0..outcomes.len()).filter(|&index| counts(index)) {
            sums.iter_mut().zip(columns).for_each(|(sum, cells)| *sum += cells.get(index).copied().unwrap_or(0.0));
        }
        let [score, accounts @ ..] = sums;
        Baseline { score, accounts: std::array::from_fn(|account| accounts[account] / UNITS[account]) }
    }

    /// The lanes of the baseline at a position.
    pub fn lanes(&self, baseline: usize, mut each: impl FnMut(Lane, f64)) {
        each(Lane::TheirScore(baseline), self.score);
        (0..ACCOUNTS.len()).for_each(|account| each(Lane::Theirs(baseline, account), self.accounts[account]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_columns_by_hand() {
        // 1 + .. + 11 = 66, all misroutes take 2 more: 66 + 22, and eleven times 4.
        let right: Vec<f64> = (1..=11).map(f64::from).collect();
        let wrong: Vec<f64> = right.iter().map(|right| right + 2.0).collect();
        assert_eq!(ColumnSums::of(&right, &wrong), ColumnSums { right: 66.0, wrong: 88.0, difference_squared: 44.0 });
        assert_eq!(ColumnSums::of(&[], &[]), ColumnSums::default());
    }
}
