//! The closed form of an oracle that errs at one rate, as sums that serve every rate.
//!
//! For a query let o be a figure of the oracle's plan, m the mean of the misroute's and V its variance.
//! At router accuracy a the expectation is a·o + (1 - a)·m and the variance a(1 - a)·(o - m)² + (1 - a)·V,
//! so that the sums of o, m, (o - m)² and V are all that any accuracy needs. Workloads without gaps alone.

use super::account::{QueryResult, Status};
use super::block::{Block, Judge};
use super::expect::result_of;
use super::line::{ENERGY, Judgement, LATENCY, Line, Lines, QUANTITIES};
use super::setup::Replay;
use super::tally::{Lane, UNITS};
use crate::policy::noisy_oracle::{Misroute, NoisyOracle};
use crate::policy::oracle::Choice;
use crate::policy::{Overhead, PlanBlock};
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, OutcomeBlock};

/// The figures of a query, in this order.
pub(crate) const FIGURES: [Lane; 18] = [
    Lane::Score,
    Lane::Power,
    Lane::Sum(0),
    Lane::Sum(1),
    Lane::Sum(2),
    Lane::Sum(3),
    Lane::Queries,
    Lane::Scored,
    Lane::Correct,
    Lane::PowerKnown,
    Lane::Known(0),
    Lane::Known(1),
    Lane::Known(2),
    Lane::Known(3),
    Lane::Solvable,
    Lane::Agreement,
    Lane::TierAgreement,
    Lane::Adequate,
];

/// A number for each of [`FIGURES`].
pub(crate) type Figures = [f64; FIGURES.len()];

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

/// Independent sums of a column: their number is fixed, so that the bytes are the same on every machine.
const LANES: usize = 8;

impl ColumnSums {
    /// The sums of two columns of one length: the closed form of one figure, in one pass over memory.
    pub fn of(right: &[f64], wrong: &[f64]) -> ColumnSums {
        let mut sums = [[0.0_f64; LANES]; 3];
        let (right_lanes, wrong_lanes) = (right.chunks_exact(LANES), wrong.chunks_exact(LANES));
        let rest = right_lanes.remainder().iter().zip(wrong_lanes.remainder());
        for (right, wrong) in right_lanes.zip(wrong_lanes) {
            for lane in 0..LANES {
                let difference = right[lane] - wrong[lane];
                sums[0][lane] += right[lane];
                sums[1][lane] += wrong[lane];
                sums[2][lane] += difference * difference;
            }
        }
        for (lane, (right, wrong)) in rest.enumerate() {
            let difference = right - wrong;
            sums[0][lane] += right;
            sums[1][lane] += wrong;
            sums[2][lane] += difference * difference;
        }
        let [right, wrong, difference_squared] = sums.map(|lanes| lanes.iter().sum());
        ColumnSums { right, wrong, difference_squared }
    }
}

impl ClosedForm {
    /// Adds a block of an entry's queries.
    pub fn add(&mut self, replay: &Replay, entry: usize, noisy: &NoisyOracle, block: &Block, lines: &mut Lines) {
        let judge = replay.judge(entry, block);
        let (Some(choices), overhead) = (judge.choices, &replay.entries[entry].spec.overhead) else { return };
        let simple = |choice: &Choice| choice.endpoint().is_some();
        if noisy.misroute() != Misroute::Cloud || *overhead != Overhead::default() || !choices.iter().all(simple) {
            return self.add_ways(replay, entry, noisy, block, |_, _| ());
        }
        lines.clear(replay.workload.trace().outcomes.len());
        replay.workload.in_use().for_each(|endpoint| {
            lines.of(&block.outcomes, &judge, endpoint);
        });
        let line = |(index, choice): (usize, &Choice)| *lines.get(choice.endpoint().unwrap_or_default(), index);
        let right: Vec<Line> = choices.iter().enumerate().map(line).collect();
        let fallback = noisy.oracle().fallback();
        let wrong: Vec<Line> = (0..choices.len()).map(|index| *lines.get(fallback, index)).collect();
        self.add_lines(&right, &wrong);
    }

    /// Adds queries by what each takes when it is routed right, and when it is misrouted to one place.
    pub fn add_lines(&mut self, right: &[Line], wrong: &[Line]) {
        const AT_A_TIME: usize = 64;
        let mut marks = [Line::ZERO; 3];
        let (mut mine, mut theirs) = ([[0.0; AT_A_TIME]; QUANTITIES], [[0.0; AT_A_TIME]; QUANTITIES]);
        for (right, wrong) in right.chunks(AT_A_TIME).zip(wrong.chunks(AT_A_TIME)) {
            for (place, (right, wrong)) in right.iter().zip(wrong).enumerate() {
                let (right_numbers, wrong_numbers) = (right.numbers(), wrong.numbers());
                for quantity in 0..QUANTITIES {
                    mine[quantity][place] = right_numbers[quantity];
                    theirs[quantity][place] = wrong_numbers[quantity];
                }
                marks[0].add(right);
                marks[1].add(wrong);
                marks[2].add(&right.differing_marks(wrong));
            }
            for quantity in 0..QUANTITIES {
                let sums = ColumnSums::of(&mine[quantity][..right.len()], &theirs[quantity][..right.len()]);
                self.right[quantity] += sums.right;
                self.wrong[quantity] += sums.wrong;
                self.difference_squared[quantity] += sums.difference_squared;
            }
        }
        for (figure, lane) in FIGURES.into_iter().enumerate().skip(QUANTITIES) {
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
            let (mut mean, mut square) = ([0.0; FIGURES.len()], [0.0; FIGURES.len()]);
            noisy.wrong_cases(&block.outcomes, index, choice, false, |chance, endpoints| {
                let way = of(index, endpoints);
                for figure in 0..FIGURES.len() {
                    mean[figure] += chance * way[figure];
                    square[figure] += chance * way[figure] * way[figure];
                }
            });
            told(index, &mean);
            for figure in 0..FIGURES.len() {
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
        for (figure, lane) in FIGURES.into_iter().enumerate() {
            let mean = accuracy * self.right[figure] + (1.0 - accuracy) * self.wrong[figure];
            let variance = accuracy * (1.0 - accuracy) * self.difference_squared[figure] + (1.0 - accuracy) * self.wrong_variance[figure];
            each(lane, mean, variance);
        }
    }
}

/// The figures of a result; all 0 where the query left the comparison.
#[inline]
fn figures(result: &QueryResult, judge: &Judge, index: usize, correct_at: f64) -> Figures {
    let mut figures = [0.0; FIGURES.len()];
    if result.status == Status::Skipped {
        return figures;
    }
    let known = |value: f64| if value.is_nan() { 0.0 } else { value };
    let is = |yes: bool| f64::from(u8::from(yes));
    let Judgement { solvable, agrees, tier_agrees } = judge.of(result.first, index);
    let correct = result.score >= correct_at;
    let power = if result.totals[LATENCY] > 0.0 { result.totals[ENERGY] / result.totals[LATENCY] } else { f64::NAN };
    figures[0] = known(result.score);
    figures[1] = known(power);
    for account in 0..ACCOUNTS.len() {
        figures[2 + account] = known(result.totals[account] * (1.0 / UNITS[account]));
        figures[10 + account] = is(!result.totals[account].is_nan());
    }
    figures[6] = 1.0;
    figures[7] = is(!result.score.is_nan());
    figures[8] = is(correct);
    figures[9] = is(!power.is_nan());
    figures[14] = is(solvable);
    figures[15] = is(agrees);
    figures[16] = is(tier_agrees);
    figures[17] = is(solvable && correct);
    figures
}

/// What a baseline takes for some queries.
pub(super) struct Baseline {
    score: f64,
    accounts: [f64; ACCOUNTS.len()],
}

impl Baseline {
    /// Over the queries of a block that count.
    pub fn of(outcomes: &OutcomeBlock, endpoint: EndpointIx, counts: impl Fn(usize) -> bool) -> Baseline {
        let sum = |cells: &[f64]| cells.iter().enumerate().filter(|(index, _)| counts(*index)).map(|(_, cell)| cell).sum::<f64>();
        let account = |account: usize| sum(outcomes.accounts(account, endpoint)) / UNITS[account];
        Baseline { score: sum(outcomes.scores(endpoint)), accounts: std::array::from_fn(account) }
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
