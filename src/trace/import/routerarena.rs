//! RouterArena's cached results: one model's graded answers, a line a question.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::files::files;
use super::jsonl::json_lines;
use super::prompts::{Dropper, estimate_tokens};
use super::{Format, Gather, ImportOptions, Outcome, Place, Query, option};
use crate::error::Result;
use crate::trace::schema::Metric;

pub(super) struct RouterArena;
pub(super) static FORMAT: RouterArena = RouterArena;

/// A line. Fields that are not used here are passed over.
#[derive(Deserialize)]
struct Line {
    global_index: String,
    question: String,
    llm_selected: String,
    generated_answer: Option<String>,
    token_usage: Option<TokenUsage>,
    success: Option<bool>,
    evaluation_result: Option<Evaluation>,
}

#[derive(Deserialize)]
struct TokenUsage {
    input_tokens: Option<f64>,
    output_tokens: Option<f64>,
}

#[derive(Deserialize)]
struct Evaluation {
    score: Option<f64>,
    metric: Option<String>,
    inference_cost: Option<f64>,
}

impl Format for RouterArena {
    fn name(&self) -> &'static str {
        "routerarena"
    }

    fn title(&self) -> &'static str {
        "RouterArena's cached results: graded answers, a file a model"
    }

    fn summary(&self) -> &'static str {
        "RouterArena's cached results: graded answers with tokens and US dollars, a file a model"
    }

    fn input(&self) -> &'static str {
        "JSONL files, one a model, or a folder with them"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::DROP_PROMPTS, option::TOKENS_FROM_TEXT]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut gather = Gather::new("Graded answers of models with tokens and costs, from RouterArena's cached results");
        let mut reading = Reading { dropper: Dropper::new(options)?, failed: BTreeMap::new(), free: BTreeMap::new() };
        for input in inputs {
            for file in files(input, &["jsonl"])? {
                reading.file(&mut gather, &file, options)?;
            }
        }
        reading.dropper.note(&mut gather);
        for (model, count) in reading.failed {
            gather.note(format!("`{model}`: {count} answers are marked as failed and count as missing"));
        }
        for (model, count) in reading.free {
            gather.note(format!("`{model}`: {count} answers took tokens and cost $0 in the source: a model without a price there?"));
        }
        Ok(gather)
    }
}

struct Reading {
    dropper: Dropper,
    failed: BTreeMap<String, usize>,
    free: BTreeMap<String, usize>,
}

impl Reading {
    fn file(&mut self, gather: &mut Gather, path: &Path, options: &ImportOptions) -> Result<()> {
        let file = path.display().to_string();
        for line in json_lines::<Line>(path)? {
            let (number, line) = line?;
            if self.dropper.drops(&line.question) {
                continue;
            }
            let place = Place { file: &file, unit: "line", number: number as u64 };
            let row = query(gather, &line, place)?;
            let endpoint = gather.model(&line.llm_selected, place)?;
            if line.success == Some(false) {
                *self.failed.entry(line.llm_selected).or_default() += 1;
                continue;
            }
            let tokens = line.token_usage.as_ref();
            let result = line.evaluation_result.as_ref();
            let score = result.and_then(|result| score_of(gather, result, &line.global_index, place));
            let outcome = Outcome::default()
                .with(Metric::Score, score)
                .with(Metric::CostUsd, result.and_then(|result| result.inference_cost))
                .with(Metric::InputTokens, tokens.and_then(|tokens| tokens.input_tokens))
                .with(Metric::OutputTokens, tokens.and_then(|tokens| tokens.output_tokens));
            let outcome = estimate_tokens(outcome, Some(&line.question), line.generated_answer.as_deref(), options);
            gather.outcome(endpoint, row, outcome, place)?;
            let took = tokens.and_then(|tokens| tokens.output_tokens).is_some_and(|tokens| tokens > 0.0);
            if took && result.and_then(|result| result.inference_cost) == Some(0.0) {
                *self.free.entry(line.llm_selected).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// The score of an answer. METEOR's penalty for broken word order can push it a little below 0, the
/// least that a score may be; any other score out of range is left as it is and refused.
fn score_of(gather: &mut Gather, result: &Evaluation, id: &str, place: Place) -> Option<f64> {
    let score = result.score?;
    if (-1.0..0.0).contains(&score) && result.metric.as_deref() == Some("meteor_score") {
        gather.note(format!("{place}, `{id}`: a METEOR score of {score} counts as 0, the least that a score may be"));
        return Some(0.0);
    }
    Some(score)
}

/// The query of a line. Files of several models join on its index, so the question must be the same.
fn query(gather: &mut Gather, line: &Line, place: Place) -> Result<u32> {
    let (dataset, category) = subject(&line.global_index);
    let row = gather.query_or_insert(&line.global_index, || Query {
        dataset: dataset.map(str::to_owned),
        category: category.map(str::to_owned),
        prompt: Some(line.question.clone()),
        ..Query::default()
    });
    gather.same_prompt(row, &line.question, place)?;
    Ok(row)
}

/// Data set and category of an index: those of `MMLUPro_computer science_12` are MMLUPro and computer science.
fn subject(index: &str) -> (Option<&str>, Option<&str>) {
    let Some((prefix, _)) = index.rsplit_once('_') else { return (None, None) };
    match prefix.split_once('_') {
        Some((dataset, category)) => (Some(dataset), Some(category)),
        None => (Some(prefix), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::import::test_files;

    fn line(index: &str, question: &str, model: &str, rest: &str) -> String {
        format!("{{\"global_index\": \"{index}\", \"question\": \"{question}\", \"llm_selected\": \"{model}\", {rest}}}\n")
    }

    const GRADED: &str = r#""success": true, "token_usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
        "evaluation_result": {"score": 0.5, "metric": "m", "inference_cost": 0.002}"#;

    #[test]
    fn models_join_on_the_index_and_failures_are_missing() -> Result<()> {
        let graded = GRADED.replace('\n', "");
        let first = line("AIME_1", "q1", "m1", &graded) + &line("MMLUPro_computer science_2", "q2", "m1", &graded);
        let second = line("AIME_1", "q1", "m2", r#""success": false, "token_usage": null, "evaluation_result": null"#)
            + "\n"
            + &line("MMLUPro_computer science_2", "q2", "m2", r#""success": true, "token_usage": null, "evaluation_result": null"#);
        let draft = test_files::import(&FORMAT, &[("a.jsonl", &first), ("b.jsonl", &second)], &ImportOptions::default())?;
        assert_eq!(draft.queries.rows.len(), 2);
        assert_eq!(draft.endpoints[0].metrics.get(Metric::CostUsd), Some(&vec![0.002, 0.002]));
        assert_eq!((draft.endpoints[1].rows.clone(), draft.endpoints[1].metrics.get(Metric::Score)), (vec![1], None));
        let notes = draft.info.steps[0].notes.join("\n");
        assert!(notes.contains("`m2`: 1 answers are marked as failed"), "{notes}");
        let category = draft.queries.category.as_ref();
        assert_eq!((category.and_then(|names| names.get(0)), category.and_then(|names| names.get(1))), (None, Some("computer science")));
        Ok(())
    }

    #[test]
    fn only_meteor_may_be_below_zero() -> Result<()> {
        let graded = GRADED.replace('\n', "").replace("0.5", "-0.03");
        let meteor = line("NarrativeQA_1", "q", "m1", &graded.replace("\"m\"", "\"meteor_score\""));
        let draft = test_files::import(&FORMAT, &[("a.jsonl", &meteor)], &ImportOptions::default())?;
        assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![0.0]));
        assert!(draft.info.steps[0].notes[0].contains("a.jsonl, line 1, `NarrativeQA_1`: a METEOR score of -0.03 counts as 0"));
        let error = test_files::failure(&FORMAT, &[("a.jsonl", &line("A_1", "q", "m1", &graded))], &ImportOptions::default());
        assert!(error.contains("found: -0.03"), "{error}");
        Ok(())
    }

    #[test]
    fn an_index_with_two_questions_and_a_broken_line_are_named() {
        let graded = GRADED.replace('\n', "");
        let other = line("AIME_1", "q1", "m1", &graded) + &line("AIME_1", "another", "m2", &graded);
        let error = test_files::failure(&FORMAT, &[("a.jsonl", &other)], &ImportOptions::default());
        assert!(error.contains("a.jsonl, line 2, `AIME_1`") && error.contains("`another`"), "{error}");
        let broken = line("AIME_1", "q1", "m1", &graded.replace("0.5", "\"half\""));
        let error = test_files::failure(&FORMAT, &[("a.jsonl", &broken)], &ImportOptions::default());
        assert!(error.contains("a.jsonl, line 1, character") && error.contains("expected f64"), "{error}");
    }
}
