//! What import does with texts: drops rows by prompt, counts repeated prompts, estimates tokens.

use std::collections::HashSet;

use serde::Deserialize;

use super::files::file_name;
use super::jsonl::json_lines;
use super::{Gather, ImportOptions, Outcome};
use crate::error::Result;
use crate::trace::schema::Metric;
use crate::trace::text;

/// With `--tokens-from-text` fills in the tokens that a source does not have, marked as estimated.
pub(super) fn estimate_tokens(outcome: Outcome, prompt: Option<&str>, answer: Option<&str>, options: &ImportOptions) -> Outcome {
    if !options.tokens_from_text {
        return outcome;
    }
    let count = |metric: Metric, text: Option<&str>| text.filter(|_| !outcome.has(metric)).map(text::tokens);
    let (input, output) = (count(Metric::InputTokens, prompt), count(Metric::OutputTokens, answer));
    outcome.estimate(Metric::InputTokens, input, text::INPUT_SOURCE).estimate(Metric::OutputTokens, output, text::OUTPUT_SOURCE)
}

/// The prompts whose rows are dropped, and which rows were.
#[derive(Debug, Default)]
pub(super) struct Dropper {
    prompts: HashSet<String>,
    hit: HashSet<String>,
    rows: usize,
    file: String,
}

#[derive(Deserialize)]
struct Contaminated {
    eval_prompt: String,
}

impl Dropper {
    /// Reads the file of `--drop-prompts`, if there is one.
    pub fn new(options: &ImportOptions) -> Result<Self> {
        let Some(path) = &options.drop_prompts else { return Ok(Dropper::default()) };
        let mut dropper = Dropper { file: file_name(path), ..Dropper::default() };
        for row in json_lines::<Contaminated>(path)? {
            dropper.prompts.insert(row?.1.eval_prompt);
        }
        Ok(dropper)
    }

    /// Whether a row goes, by its prompt; it is counted.
    pub fn drops(&mut self, prompt: &str) -> bool {
        let drop = self.prompts.contains(prompt);
        if drop {
            self.rows += 1;
            if !self.hit.contains(prompt) {
                self.hit.insert(prompt.to_owned());
            }
        }
        drop
    }

    /// Says what was dropped, and which prompts met no row.
    pub fn note(&self, gather: &mut Gather) {
        if self.prompts.is_empty() {
            return;
        }
        let absent = self.prompts.len() - self.hit.len();
        gather.note(format!("{} rows were dropped because their prompt stands in {}", self.rows, self.file));
        if absent > 0 {
            gather.note(format!("{absent} of the {} prompts of {} met no row", self.prompts.len(), self.file));
        }
    }
}

/// Counts distinct prompts.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    seen: HashSet<String>,
    rows: usize,
}

impl Repeats {
    /// Counts a prompt.
    pub fn count(&mut self, prompt: &str) {
        self.rows += 1;
        if !self.seen.contains(prompt) {
            self.seen.insert(prompt.to_owned());
        }
    }

    /// Says how many rows repeat a prompt, if any do.
    pub fn note(&self, gather: &mut Gather) {
        if self.seen.len() < self.rows {
            let distinct = self.seen.len();
            gather.note(format!(
                "{} rows hold {distinct} distinct prompts: each row is a query of its own, with the id `file:row`",
                self.rows
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_where_asked_for_and_missing() {
        let options = ImportOptions { tokens_from_text: true, ..ImportOptions::default() };
        let measured = Outcome::default().with(Metric::OutputTokens, Some(7.0));
        let outcome = estimate_tokens(measured, Some("hello"), None, &options);
        assert!(outcome.has(Metric::InputTokens) && outcome.has(Metric::OutputTokens));
        assert!(!estimate_tokens(Outcome::default(), Some("hello"), None, &ImportOptions::default()).has(Metric::InputTokens));
    }
}
