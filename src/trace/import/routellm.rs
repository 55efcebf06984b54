//! RouteLLM's evaluation files: per question whether each of two models is right.

use std::path::{Path, PathBuf};

use super::files::{file_name, file_stem, files};
use super::prompts::{Dropper, Repeats, estimate_tokens};
use super::rows::Csv;
use super::{Format, Gather, ImportOptions, Outcome, Query, option};
use crate::error::{Error, Result};
use crate::trace::schema::{Metric, PROMPT};

pub(super) struct RouteLlm;
pub(super) static FORMAT: RouteLlm = RouteLlm;

/// End of the name of a column with a model's answers.
const RESPONSE: &str = "_response";

impl Format for RouteLlm {
    fn name(&self) -> &'static str {
        "routellm"
    }

    fn title(&self) -> &'static str {
        "RouteLLM's evaluation CSV: which models answer correctly"
    }

    fn summary(&self) -> &'static str {
        "RouteLLM's evaluation CSV: a prompt, and for each model whether it answers it correctly"
    }

    fn input(&self) -> &'static str {
        "CSV files such as mmlu_anatomy.csv, or the folder with them"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::DROP_PROMPTS, option::TOKENS_FROM_TEXT]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut gather = Gather::new("Correctness of models on benchmark questions, from RouteLLM's evaluation files");
        let mut texts = Texts { dropper: Dropper::new(options)?, repeats: Repeats::default() };
        for input in inputs {
            for file in files(input, &["csv"])? {
                read_file(&mut gather, &file, &mut texts, options)?;
            }
        }
        texts.dropper.note(&mut gather);
        texts.repeats.note(&mut gather);
        Ok(gather)
    }
}

struct Texts {
    dropper: Dropper,
    repeats: Repeats,
}

/// The columns of one model.
struct Model {
    endpoint: usize,
    score: usize,
    answer: Option<usize>,
}

fn read_file(gather: &mut Gather, path: &Path, texts: &mut Texts, options: &ImportOptions) -> Result<()> {
    let mut csv = Csv::open(path, b',')?;
    let prompt = csv.column(PROMPT)?;
    let models = models(gather, &csv, prompt, path)?;
    if models.is_empty() {
        return Err(Error::new("a file has no column of a model")
            .at(path.display())
            .found(csv.header().join(", "))
            .allowed(format!("`{PROMPT}` and a True/False column for each model")));
    }
    let (dataset, category) = subject(path);
    let file = file_name(path);
    while csv.advance()? {
        let text = csv.cell(prompt);
        if texts.dropper.drops(text) {
            continue;
        }
        texts.repeats.count(text);
        let query = Query {
            id: format!("{file}:{}", csv.row()),
            dataset: Some(dataset.clone()),
            category: category.clone(),
            prompt: Some(text.to_owned()),
            ..Query::default()
        };
        let place = csv.place();
        let row = gather.query(query, place)?;
        for model in &models {
            let answer = model.answer.map(|column| csv.cell(column)).filter(|answer| !answer.is_empty());
            let outcome = Outcome::default().with(Metric::Score, csv.truth(model.score)?);
            if outcome.has(Metric::Score) || answer.is_some() {
                gather.outcome(model.endpoint, row, estimate_tokens(outcome, Some(text), answer, options), place)?;
            }
        }
    }
    Ok(())
}

/// Every column is a model's but the prompt, the answers, and the index that pandas writes without a name.
fn models(gather: &mut Gather, csv: &Csv, prompt: usize, path: &Path) -> Result<Vec<Model>> {
    let header = csv.header();
    let position = |name: &str| header.iter().position(|column| column == name);
    let answers_a_model = |name: &str| name.strip_suffix(RESPONSE).and_then(position).is_some();
    let mut models = Vec::new();
    for (score, name) in header.iter().enumerate() {
        if score == prompt || answers_a_model(name) || name.is_empty() || name.starts_with("Unnamed:") {
            continue;
        }
        let endpoint = gather.model(name, path.display())?;
        models.push(Model { endpoint, score, answer: position(&format!("{name}{RESPONSE}")) });
    }
    Ok(models)
}

/// Data set and category of a file: `mmlu_anatomy.csv` is anatomy of mmlu, `gsm8k_responses.csv` is gsm8k.
fn subject(path: &Path) -> (String, Option<String>) {
    let stem = file_stem(path);
    let stem = stem.strip_suffix("_responses").unwrap_or(&stem);
    match stem.split_once('_') {
        Some((dataset, category)) => (dataset.to_owned(), Some(category.to_owned())),
        None => (stem.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::import::test_files;

    #[test]
    fn rows_become_queries_with_the_tokens_that_are_known() -> Result<()> {
        let text = "prompt,a,b,a_response\n\"q\n1\",True,False,four\nq2,False,,fiver\n";
        let options = ImportOptions { tokens_from_text: true, ..ImportOptions::default() };
        let draft = test_files::import(&FORMAT, &[("gsm8k_responses.csv", text)], &options)?;
        assert_eq!(draft.queries.ids.as_deref(), Some(&["gsm8k_responses.csv:0".to_owned(), "gsm8k_responses.csv:1".to_owned()][..]));
        assert_eq!((draft.endpoints[0].rows.len(), draft.endpoints[1].rows.len()), (2, 1), "the blank cell is no answer");
        assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![1.0, 0.0]));
        // 4 and 5 characters are 1 and 2 tokens; `b` has no answers to count.
        assert_eq!(draft.endpoints[0].metrics.get(Metric::OutputTokens), Some(&vec![1.0, 2.0]));
        assert_eq!(draft.endpoints[1].metrics.get(Metric::OutputTokens), None);
        assert_eq!(draft.endpoints[0].sources.get(Metric::InputTokens), Some(&vec![1, 1]));
        Ok(())
    }

    #[test]
    fn a_cell_that_says_neither_true_nor_false_is_named() {
        let error = test_files::failure(&FORMAT, &[("mmlu_x.csv", "prompt,a\n\"q\n1\",True\nq2,perhaps\n")], &ImportOptions::default());
        assert!(error.contains("mmlu_x.csv, line 4, column `a`") && error.contains("`perhaps`"), "{error}");
    }

    #[test]
    fn subjects() {
        assert_eq!(subject(Path::new("x/mmlu_high_school_physics.csv")), ("mmlu".into(), Some("high_school_physics".into())));
        assert_eq!(subject(Path::new("gsm8k_responses.csv")), ("gsm8k".into(), None));
    }
}
