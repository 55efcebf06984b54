//! What a run measured, in the words of a trace: which score counts, which energy is none.

use super::super::prompts::estimate_tokens;
use super::super::{ImportOptions, Outcome};
use super::run::Row;
use crate::trace::schema::Metric;

/// The harness takes a smaller energy for one that was not measured.
const LEAST_ENERGY_J: f64 = 1e-12;
/// The source of an energy that the harness would fill in.
const WATTS_TIMES_SECONDS: &str = "mean power of the answer x its time, from the same run, as the IPW harness fills a missing energy";
/// The metrics that a run may have.
const METRICS: [Metric; 7] =
    [Metric::Score, Metric::EnergyJ, Metric::LatencyS, Metric::TtftS, Metric::InputTokens, Metric::OutputTokens, Metric::Flops];

/// Which column of a run is the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scoring {
    /// `evaluation.is_correct` (v2): it counts as soon as any row has it.
    IsCorrect,
    /// `lm_correctness` (v1).
    LmCorrectness,
    /// `lm_correctness` is false everywhere, as it is before scoring.
    AllFalse,
    /// There is nothing.
    None,
}

impl Scoring {
    /// Looks at all rows of a run.
    pub fn of(rows: &[Row]) -> Self {
        if rows.iter().any(|row| row.is_correct.is_some()) {
            Scoring::IsCorrect
        } else if rows.iter().any(|row| row.lm_correctness == Some(true)) {
            Scoring::LmCorrectness
        } else if rows.iter().any(|row| row.lm_correctness == Some(false)) {
            Scoring::AllFalse
        } else {
            Scoring::None
        }
    }

    /// The score of a row.
    pub fn score(self, row: &Row) -> Option<f64> {
        let right = match self {
            Scoring::IsCorrect => row.is_correct,
            Scoring::LmCorrectness => row.lm_correctness,
            Scoring::AllFalse | Scoring::None => None,
        };
        right.map(|right| if right { 1.0 } else { 0.0 })
    }

    /// What a reader of the trace should know about it.
    pub fn note(self, rows: &[Row]) -> Option<String> {
        match self {
            Scoring::IsCorrect => {
                let scored = rows.iter().filter(|row| row.is_correct.is_some()).count();
                Some(format!("the score is `evaluation.is_correct`, which {scored} of {} rows have", rows.len()))
            }
            Scoring::LmCorrectness => Some("the score is `lm_correctness`".to_owned()),
            Scoring::AllFalse => Some(format!(
                "`lm_correctness` is false in all {} rows, as it is before scoring: taken as not scored, so the score is missing",
                rows.len()
            )),
            Scoring::None => Some("no row is scored, so the score is missing".to_owned()),
        }
    }
}

/// The outcome of a row.
pub(super) fn outcome(row: &Row, score: Option<f64>, options: &ImportOptions) -> Outcome {
    let measured = row.joules.filter(|&joules| joules >= LEAST_ENERGY_J);
    let filled = row.watts.zip(row.seconds).map(|(watts, seconds)| watts * seconds).filter(|&joules| joules >= LEAST_ENERGY_J);
    let outcome = Outcome::default()
        .with(Metric::Score, score)
        .with(Metric::EnergyJ, measured)
        .estimate(Metric::EnergyJ, filled, WATTS_TIMES_SECONDS)
        .with(Metric::LatencyS, row.seconds)
        .with(Metric::TtftS, row.first_token_seconds)
        .with(Metric::InputTokens, row.input_tokens)
        .with(Metric::OutputTokens, row.output_tokens)
        .with(Metric::Flops, row.flops);
    if is_empty(&outcome) {
        return outcome;
    }
    estimate_tokens(outcome, Some(&row.problem), row.answer.as_deref(), options)
}

/// Whether a row has neither score nor measurement: the request failed or was never made.
pub(super) fn is_empty(outcome: &Outcome) -> bool {
    METRICS.iter().all(|&metric| !outcome.has(metric))
}

/// Counts over a run's rows.
#[derive(Default)]
pub(super) struct Tally {
    rows: usize,
    empty: usize,
    repeated: usize,
    filled_energies: usize,
    has: [usize; METRICS.len()],
}

impl Tally {
    /// Counts a row whose question stands in the run for the `times`-th time.
    pub fn count(&mut self, row: &Row, outcome: &Outcome, times: u32) {
        self.rows += 1;
        self.empty += usize::from(is_empty(outcome));
        self.repeated += usize::from(times > 1);
        let measured = row.joules.is_some_and(|joules| joules >= LEAST_ENERGY_J);
        self.filled_energies += usize::from(outcome.has(Metric::EnergyJ) && !measured);
        for (count, metric) in self.has.iter_mut().zip(METRICS) {
            *count += usize::from(outcome.has(metric));
        }
    }

    /// What there is to say. Cells that some rows lack are counted for every format alike.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.empty > 0 {
            notes.push(format!("{} of {} rows have neither score nor measurement and were left out", self.empty, self.rows));
        }
        if self.repeated > 0 {
            let line = "rows repeat a question of the same run: each is a query of its own, matched in order with those of other runs";
            notes.push(format!("{} {line}", self.repeated));
        }
        if self.filled_energies > 0 {
            notes.push(format!("{} energies were not measured and are estimated as power x time", self.filled_energies));
        }
        let lacking: Vec<&str> = self.has.iter().zip(METRICS).skip(1).filter(|(count, _)| **count == 0).map(|(_, m)| m.column()).collect();
        if !lacking.is_empty() {
            notes.push(format!("no row has {}", lacking.join(", ")));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            problem: "8 chars!".to_owned(),
            subject: None,
            dataset: None,
            dataset_index: None,
            answer: Some("four".to_owned()),
            lm_correctness: Some(false),
            is_correct: None,
            joules: None,
            watts: Some(30.0),
            seconds: Some(2.0),
            first_token_seconds: None,
            input_tokens: None,
            output_tokens: None,
            flops: None,
            place: String::new(),
        }
    }

    #[test]
    fn false_everywhere_is_not_scored() {
        let mut rows = vec![row(), row()];
        assert_eq!(Scoring::of(&rows), Scoring::AllFalse);
        assert_eq!(Scoring::of(&rows).score(&rows[0]), None);
        rows[1].lm_correctness = Some(true);
        assert_eq!(Scoring::of(&rows).score(&rows[0]), Some(0.0));
    }

    #[test]
    fn the_evaluation_counts_instead_of_lm_correctness() {
        let mut rows = vec![row(), row()];
        rows[0].lm_correctness = Some(true);
        rows[0].is_correct = Some(false);
        let scoring = Scoring::of(&rows);
        assert_eq!((scoring.score(&rows[0]), scoring.score(&rows[1])), (Some(0.0), None));
    }

    #[test]
    fn a_tiny_energy_is_estimated_by_power_times_time() {
        // 5e-13 J < 1e-12 J is none; 30 W x 2 s = 60 J takes its place, with a source.
        let row = Row { joules: Some(5e-13), ..row() };
        let found = format!("{:?}", outcome(&row, None, &ImportOptions::default()));
        assert!(found.contains("(60.0, Some(\"mean power"), "{found}");
        let row = Row { joules: Some(7.0), ..row };
        let found = format!("{:?}", outcome(&row, None, &ImportOptions::default()));
        assert!(found.contains("(7.0, None)"), "{found}");
        let row = Row { joules: Some(0.0), watts: None, ..row };
        assert!(!outcome(&row, None, &ImportOptions::default()).has(Metric::EnergyJ));
    }

    #[test]
    fn tokens_come_from_texts_only_when_asked_for() {
        assert!(!outcome(&row(), None, &ImportOptions::default()).has(Metric::OutputTokens));
        let options = ImportOptions { tokens_from_text: true, ..ImportOptions::default() };
        // 8 / 4 = 2 and 4 / 4 = 1.
        let found = format!("{:?}", outcome(&row(), None, &options));
        assert!(found.contains("(2.0, Some(\"input tokens") && found.contains("(1.0, Some(\"output tokens"), "{found}");
    }
}
