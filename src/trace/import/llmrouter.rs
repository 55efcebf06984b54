//! LLMRouter's files: lists of questions with every model's score, and routing logs, a line an answer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::files::{file_name, file_stem, files};
use super::jsonl::{json, json_lines, score};
use super::prompts::{Dropper, Repeats, estimate_tokens};
use super::{Format, Gather, ImportOptions, Outcome, Place, Query, option};
use crate::error::{Error, Result};
use crate::trace::schema::Metric;

pub(super) struct LlmRouter;
pub(super) static FORMAT: LlmRouter = LlmRouter;

/// A question of a list. `cluster_id` comes from a clustering of the questions' embeddings.
#[derive(Deserialize)]
struct Question {
    question: String,
    scores: serde_json::Map<String, Value>,
    cluster_id: Option<f64>,
}

/// A line of a routing log. Newer logs name both counts of tokens, older ones the sum and the prompt's.
#[derive(Deserialize)]
struct Line {
    task_name: String,
    query: String,
    task_id: Option<Value>,
    embedding_id: Option<u64>,
    model_name: String,
    response: Option<String>,
    token_num: Option<f64>,
    #[serde(alias = "input_tokens")]
    prompt_tokens: Option<f64>,
    output_tokens: Option<f64>,
    response_time: Option<f64>,
    performance: Option<f64>,
}

impl Format for LlmRouter {
    fn name(&self) -> &'static str {
        "llmrouter"
    }

    fn title(&self) -> &'static str {
        "LLMRouter's lists of scored questions, or its routing logs"
    }

    fn summary(&self) -> &'static str {
        "LLMRouter's lists of questions with the score of every model (JSON), or its routing logs (JSONL)"
    }

    fn input(&self) -> &'static str {
        "files such as train.json, or routing logs that end in .jsonl"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::DROP_PROMPTS, option::TOKENS_FROM_TEXT, option::KEEP_FEATURES]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut reading = Reading {
            gather: Gather::new("Scores of models on questions, from LLMRouter"),
            dropper: Dropper::new(options)?,
            repeats: Repeats::default(),
            unnamed: HashMap::new(),
            differences: 0,
            options,
        };
        for input in inputs {
            for file in files(input, &["json", "jsonl"])? {
                match file.extension().is_some_and(|ending| ending == "jsonl") {
                    true => reading.log(&file)?,
                    false => reading.list(&file)?,
                }
            }
        }
        reading.finish()
    }
}

struct Reading<'a> {
    gather: Gather,
    dropper: Dropper,
    repeats: Repeats,
    /// The ids of queries of a log that names none, by task and text.
    unnamed: HashMap<String, HashMap<String, String>>,
    /// Answers whose output tokens are the sum minus the prompt's.
    differences: usize,
    options: &'a ImportOptions,
}

impl Reading<'_> {
    fn finish(mut self) -> Result<Gather> {
        self.dropper.note(&mut self.gather);
        self.repeats.note(&mut self.gather);
        if self.differences > 0 {
            let text = format!("output tokens of {} answers are `token_num` (all tokens) minus `prompt_tokens`", self.differences);
            self.gather.note(text);
        }
        Ok(self.gather)
    }

    fn list(&mut self, path: &Path) -> Result<()> {
        let questions: Vec<Question> = json(path).map_err(|error| error.allowed("a list of objects with `question` and `scores`"))?;
        let whole = path.display().to_string();
        let (dataset, file) = (file_stem(path), file_name(path));
        for (index, question) in questions.into_iter().enumerate() {
            if self.dropper.drops(&question.question) {
                continue;
            }
            self.repeats.count(&question.question);
            let place = Place { file: &whole, unit: "question", number: index as u64 };
            let cluster = question.cluster_id.filter(|_| self.options.keep_features);
            let query = Query {
                id: format!("{file}:{index}"),
                dataset: Some(dataset.clone()),
                prompt: Some(question.question),
                number_features: cluster.map(|cluster| ("cluster_id".to_owned(), cluster)).into_iter().collect(),
                ..Query::default()
            };
            let text = query.prompt.clone().filter(|_| self.options.tokens_from_text);
            let row = self.gather.query(query, place)?;
            for (model, value) in &question.scores {
                let Some(score) = score(value, format_args!("{place}, `{model}`"))? else { continue };
                let endpoint = self.gather.model(model, place)?;
                let outcome = Outcome::default().with(Metric::Score, Some(score));
                self.gather.outcome(endpoint, row, estimate_tokens(outcome, text.as_deref(), None, self.options), place)?;
            }
        }
        Ok(())
    }

    fn log(&mut self, path: &Path) -> Result<()> {
        let (whole, file) = (path.display().to_string(), file_name(path));
        for line in json_lines::<Line>(path)? {
            let (number, line) = line?;
            if self.dropper.drops(&line.query) {
                continue;
            }
            let place = Place { file: &whole, unit: "line", number: number as u64 };
            let row = self.query_of(&line, place, || format!("{file}:{}", number - 1))?;
            let output = match (line.output_tokens, line.token_num, line.prompt_tokens) {
                (None, Some(all), Some(prompt)) => {
                    self.differences += 1;
                    Some(all - prompt)
                }
                (output, ..) => output,
            };
            let outcome = Outcome::default()
                .with(Metric::Score, line.performance)
                .with(Metric::LatencyS, line.response_time)
                .with(Metric::InputTokens, line.prompt_tokens)
                .with(Metric::OutputTokens, output);
            let outcome = estimate_tokens(outcome, Some(&line.query), line.response.as_deref(), self.options);
            let endpoint = self.gather.model(&line.model_name, place)?;
            self.gather.outcome(endpoint, row, outcome, place)?;
        }
        Ok(())
    }

    /// The query of a line of a log: by task and id, or embedding; else by task and text.
    fn query_of(&mut self, line: &Line, place: Place, new: impl FnOnce() -> String) -> Result<u32> {
        let id = match (&line.task_id, line.embedding_id) {
            (Some(Value::String(id)), _) => format!("{}:{id}", line.task_name),
            (Some(Value::Number(id)), _) => format!("{}:{id}", line.task_name),
            (_, Some(id)) => format!("{}:embedding-{id}", line.task_name),
            (None | Some(Value::Null), None) => {
                let task = match self.unnamed.get_mut(&line.task_name) {
                    Some(task) => task,
                    None => self.unnamed.entry(line.task_name.clone()).or_default(),
                };
                match task.get(&line.query) {
                    Some(id) => id.clone(),
                    None => task.entry(line.query.clone()).or_insert_with(new).clone(),
                }
            }
            (Some(other), None) => {
                return Err(Error::new("`task_id` is no id").at(place).found(other).allowed("a text, a number or null"));
            }
        };
        let row = self.gather.query_or_insert(&id, || Query {
            dataset: Some(line.task_name.clone()),
            prompt: Some(line.query.clone()),
            ..Query::default()
        });
        self.gather.same_prompt(row, &line.query, place)?;
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::import::test_files;

    #[test]
    fn lists_join_models_in_any_order() -> Result<()> {
        let train = r#"[{"question": "q", "scores": {"a": 0.0, "b": 0.25}, "cluster_id": 3}]"#;
        let test = r#"[{"question": "q", "scores": {"b": 1, "a": null}}]"#;
        let options = ImportOptions { keep_features: true, ..ImportOptions::default() };
        let draft = test_files::import(&FORMAT, &[("train.json", train), ("test.json", test)], &options)?;
        assert_eq!((draft.endpoints[0].rows.clone(), draft.endpoints[1].rows.clone()), (vec![0], vec![0, 1]));
        assert_eq!(draft.endpoints[1].metrics.get(Metric::Score), Some(&vec![0.25, 1.0]));
        assert_eq!(draft.queries.features.first().map(|(name, _)| name.as_str()), Some("cluster_id"));
        let notes = draft.info.steps[0].notes.join("\n");
        assert!(notes.contains("2 rows hold 1 distinct prompts"), "{notes}");
        Ok(())
    }

    #[test]
    fn a_log_has_a_line_an_answer() -> Result<()> {
        let line = |task: &str, id: &str, model: &str, tokens: &str| {
            format!("{{\"task_name\":\"{task}\",\"query\":\"q\",\"metric\":\"em\",\"task_id\":{id},\"model_name\":\"{model}\",\"response\":\"r\",{tokens},\"response_time\":1.5,\"performance\":1.0}}\n")
        };
        let old = line("mmlu", "null", "a", "\"token_num\":30,\"prompt_tokens\":20") + &line("mmlu", "null", "b", "\"token_num\":null");
        let new = line("code", "\"HumanEval/0\"", "a", "\"token_num\":30,\"input_tokens\":20,\"output_tokens\":9");
        let draft = test_files::import(&FORMAT, &[("old.jsonl", &old), ("new.jsonl", &new)], &ImportOptions::default())?;
        assert_eq!(draft.queries.ids.as_deref(), Some(&["old.jsonl:0".to_owned(), "code:HumanEval/0".to_owned()][..]));
        // 30 tokens in all less 20 of the prompt; the newer log says 9 itself.
        assert_eq!(draft.endpoints[0].metrics.get(Metric::OutputTokens), Some(&vec![10.0, 9.0]));
        assert_eq!(draft.endpoints[0].metrics.get(Metric::LatencyS), Some(&vec![1.5, 1.5]));
        assert_eq!(draft.endpoints[1].metrics.get(Metric::OutputTokens), None);
        let twice = old.clone() + &line("mmlu", "null", "b", "\"token_num\":1");
        let error = test_files::failure(&FORMAT, &[("old.jsonl", &twice)], &ImportOptions::default());
        assert!(error.contains("old.jsonl, line 3") && error.contains("a second answer of `b`"), "{error}");
        Ok(())
    }

    #[test]
    fn a_list_that_is_none_is_named() {
        let error = test_files::failure(&FORMAT, &[("train.json", "[\n{\"question\": 3}]")], &ImportOptions::default());
        assert!(error.contains("train.json, line 2") && error.contains("expected a string"), "{error}");
        let error = test_files::failure(&FORMAT, &[("t.json", r#"[{"question": "q", "scores": {"a": "x"}}]"#)], &ImportOptions::default());
        assert!(error.contains("t.json, question 0, `a`"), "{error}");
    }
}
