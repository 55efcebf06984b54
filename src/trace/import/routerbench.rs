//! RouterBench's wide tables: score, answer and cost of every model, a row a question.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::prompts::{Dropper, estimate_tokens};
use super::rows::Csv;
use super::files::files;
use super::{Format, Gather, ImportOptions, Outcome, Query, option};
use crate::error::{Error, Result};
use crate::trace::schema::{Metric, PROMPT};

pub(super) struct RouterBench;
pub(super) static FORMAT: RouterBench = RouterBench;

const ID: &str = "sample_id";
const EVALUATION: &str = "eval_name";
const COST: &str = "|total_cost";
const ANSWER: &str = "|model_response";
/// The cheapest model of those with the top score. It is made of the outcomes, so it is no feature.
const ORACLE: &str = "oracle_model_to_route_to";

impl Format for RouterBench {
    fn name(&self) -> &'static str {
        "routerbench"
    }

    fn title(&self) -> &'static str {
        "RouterBench's wide CSV: score and dollars of every model"
    }

    fn summary(&self) -> &'static str {
        "RouterBench's wide CSV: score, answer and US dollars of every model, a row a question"
    }

    fn input(&self) -> &'static str {
        "CSV files, or a folder with them (from the pickle: pandas.read_pickle(FILE).to_csv(FILE))"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::DROP_PROMPTS, option::TOKENS_FROM_TEXT]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut gather = Gather::new("Scores and costs of models on benchmark questions, from RouterBench");
        let mut dropper = Dropper::new(options)?;
        let mut left = BTreeSet::new();
        for input in inputs {
            for file in files(input, &["csv"])? {
                left.extend(read_file(&mut gather, &file, &mut dropper, options)?);
            }
        }
        note_left(&mut gather, left);
        dropper.note(&mut gather);
        Ok(gather)
    }
}

/// The columns of one model.
struct Model {
    endpoint: usize,
    score: usize,
    cost: Option<usize>,
    answer: Option<usize>,
}

/// Reads a file and gives the names of the columns that nothing uses.
fn read_file(gather: &mut Gather, path: &Path, dropper: &mut Dropper, options: &ImportOptions) -> Result<Vec<String>> {
    if path.extension().is_some_and(|ending| ending == "pkl") {
        return Err(Error::new("a pickle can run any program, so it is not read")
            .at(path.display())
            .allowed("a CSV file")
            .hint("in Python: pandas.read_pickle(\"x.pkl\").to_csv(\"x.csv\")"));
    }
    let mut csv = Csv::open(path, b',')?;
    let (id, prompt, evaluation) = (csv.column(ID)?, csv.column(PROMPT)?, csv.column(EVALUATION)?);
    let (models, left) = models(gather, &csv, path)?;
    while csv.advance()? {
        // The text stands as RouterBench wrote it: as a Python list, `['…']`.
        let text = csv.cell(prompt);
        if dropper.drops(text) {
            continue;
        }
        let (dataset, category) = (dataset(csv.cell(evaluation)), csv.cell(evaluation));
        let query = Query {
            id: csv.cell(id).to_owned(),
            dataset: Some(dataset.to_owned()),
            category: Some(category.to_owned()),
            prompt: Some(text.to_owned()),
            ..Query::default()
        };
        let place = csv.place();
        let row = gather.query(query, place)?;
        for model in &models {
            let cost = model.cost.map_or(Ok(None), |column| csv.number(column))?;
            let outcome = Outcome::default().with(Metric::Score, csv.number(model.score)?).with(Metric::CostUsd, cost);
            if outcome.has(Metric::Score) || outcome.has(Metric::CostUsd) {
                let answer = model.answer.map(|column| csv.cell(column)).filter(|answer| !answer.is_empty());
                gather.outcome(model.endpoint, row, estimate_tokens(outcome, Some(text), answer, options), place)?;
            }
        }
    }
    Ok(left)
}

fn note_left(gather: &mut Gather, mut left: BTreeSet<String>) {
    if left.remove(ORACLE) {
        gather.note(format!("`{ORACLE}` is not taken: it is made of the outcomes, which no router may see"));
    }
    for name in left {
        gather.note(format!("column `{name}` is not taken: it has no `{COST}` or `{ANSWER}` beside it"));
    }
}

/// A model is a column that has another with its cost or its answers. The names of what is left over come too.
fn models(gather: &mut Gather, csv: &Csv, path: &Path) -> Result<(Vec<Model>, Vec<String>)> {
    let header = csv.header();
    let position = |name: String| header.iter().position(|column| *column == name);
    let (mut models, mut left) = (Vec::new(), Vec::new());
    for (score, name) in header.iter().enumerate() {
        let (cost, answer) = (position(format!("{name}{COST}")), position(format!("{name}{ANSWER}")));
        if cost.is_some() || answer.is_some() {
            let endpoint = gather.model(name, path.display())?;
            models.push(Model { endpoint, score, cost, answer });
        } else if !(name.contains('|') || name.is_empty() || [ID, PROMPT, EVALUATION].contains(&name.as_str())) {
            left.push(name.clone());
        }
    }
    if models.is_empty() {
        return Err(Error::new("a file has no model")
            .at(path.display())
            .found(header.join(", "))
            .allowed(format!("for each model a column of its name, and others that end in `{COST}` and `{ANSWER}`")));
    }
    Ok((models, left))
}

/// The data set of an evaluation: that of `mmlu-sociology` is mmlu, all others are their own.
fn dataset(evaluation: &str) -> &str {
    if evaluation.starts_with("mmlu-") { "mmlu" } else { evaluation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::import::test_files;

    const HEADER: &str = ",sample_id,prompt,eval_name,a/m1,m2,a/m1|model_response,a/m1|total_cost,m2|total_cost,oracle_model_to_route_to\n";

    #[test]
    fn blank_cells_are_missing_and_the_oracle_is_no_feature() -> Result<()> {
        let text = format!("{HEADER}7,x.1,['q'],mmlu-law,0.5,,['B'],0.001,0.01,a/m1\n8,x.2,['r'],mbpp,1.0,,['C'],,,a/m1\n");
        let draft = test_files::import(&FORMAT, &[("t.csv", &text)], &ImportOptions::default())?;
        assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![0.5, 1.0]));
        let cost = draft.endpoints[0].metrics.get(Metric::CostUsd).map(Vec::as_slice);
        assert!(matches!(cost, Some([first, second]) if *first == 0.001 && second.is_nan()), "{cost:?}");
        assert_eq!((draft.endpoints[1].rows.clone(), draft.endpoints[1].metrics.get(Metric::Score)), (vec![0], None));
        assert!(draft.queries.features.is_empty());
        assert!(draft.info.steps[0].notes.iter().any(|note| note.contains(ORACLE)), "{:?}", draft.info.steps[0].notes);
        let names = |names: &Option<crate::trace::Names>| names.as_ref().map(|names| names.names.clone()).unwrap_or_default();
        assert_eq!((names(&draft.queries.dataset), names(&draft.queries.category)), (vec!["mmlu".into(), "mbpp".into()], vec!["mmlu-law".into(), "mbpp".into()]));
        Ok(())
    }

    #[test]
    fn what_cannot_be_is_named() {
        let row = "7,x.1,['q'],mbpp,1.7,1,,,,\n";
        let error = test_files::failure(&FORMAT, &[("t.csv", &format!("{HEADER}{row}"))], &ImportOptions::default());
        assert!(error.contains("t.csv, line 2, `score` of `m1`") && error.contains("found: 1.7"), "{error}");
        let good = format!("{HEADER}{}", row.replace("1.7", "1"));
        let error = test_files::failure(&FORMAT, &[("t.csv", &good), ("u.csv", &good)], &ImportOptions::default());
        assert!(error.contains("u.csv, line 2") && error.contains("`x.1`, which is query 0 already"), "{error}");
    }
}
