//! Several runs as one trace: the same question is the same query.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::super::{Gather, ImportOptions, Query};
use super::outcome::{Scoring, Tally, is_empty, outcome};
use super::run::{Row, Run};
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;

/// Joins the runs.
pub(super) fn join(runs: Vec<Run>, options: &ImportOptions) -> Result<Gather> {
    let mut gather = Gather::new(format!("{} runs of the IPW profiling harness", runs.len()));
    gather.note("runs are joined on the question (`problem`); its id is a hash of its text, its `input_tokens` are the first run's");
    let endpoints = endpoints(&runs)?;
    let mut questions = Questions::default();
    for (run, endpoint) in runs.into_iter().zip(endpoints) {
        add(&mut gather, &mut questions, run, endpoint, options)?;
    }
    if questions.differ > 0 {
        gather.note(format!("{} times a later run gives a question another data set or subject: the first run's count", questions.differ));
    }
    Ok(gather)
}

/// An endpoint for each run. Where runs of one model and hardware differ in batch size, the id tells it.
fn endpoints(runs: &[Run]) -> Result<Vec<Endpoint>> {
    let plain: Vec<Endpoint> = runs.iter().map(|run| Endpoint::new(&run.model, run.hardware.as_deref())).collect();
    let mut endpoints = plain.clone();
    for (endpoint, (own, run)) in endpoints.iter_mut().zip(plain.iter().zip(runs)) {
        endpoint.batch_size = run.batch_size;
        for (other, run) in plain.iter().zip(runs).filter(|(other, _)| other.id == own.id) {
            if (&other.model, &other.hardware) != (&endpoint.model, &endpoint.hardware) {
                let name = |model: &str, hardware: &Option<String>| format!("`{model}` on `{}`", hardware.as_deref().unwrap_or("?"));
                let (one, two) = (name(&endpoint.model, &endpoint.hardware), name(&other.model, &other.hardware));
                return Err(Error::new("two models or hardwares make the same endpoint")
                    .at(&run.place)
                    .found(format!("{one} and {two}, both `{}`", other.id))
                    .hint("import them apart, or rename one in its files"));
            }
            if run.batch_size != endpoint.batch_size {
                let size = endpoint.batch_size.map_or("unknown".to_owned(), |size| size.to_string());
                endpoint.id = format!("{}-bs{size}", other.id);
            }
        }
    }
    Ok(endpoints)
}

fn add(gather: &mut Gather, questions: &mut Questions, mut run: Run, endpoint: Endpoint, options: &ImportOptions) -> Result<()> {
    let id = endpoint.id.clone();
    std::mem::take(&mut run.notes).into_iter().for_each(|note| gather.note(note));
    if let Some(size) = run.batch_size {
        gather.note(format!("`{id}`: batch size {size}, from the folder's name"));
    }
    in_order(&mut run.rows)?;
    let scoring = Scoring::of(&run.rows);
    let position = gather.endpoint(endpoint, &run.place)?;
    let mut times_seen = HashMap::<&str, u32>::new();
    let mut tally = Tally::default();
    for row in &run.rows {
        let times = times_seen.entry(&row.problem).and_modify(|times| *times += 1).or_insert(1);
        let outcome = outcome(row, scoring.score(row), options);
        tally.count(row, &outcome, *times);
        if !is_empty(&outcome) {
            let query = questions.row(gather, row, *times, run.dataset.as_deref(), options);
            gather.outcome(position, query, outcome, &row.place)?;
        }
    }
    for note in scoring.note(&run.rows).into_iter().chain(tally.notes()) {
        gather.note(format!("`{id}`: {note}"));
    }
    Ok(())
}

/// Puts rows that know their place in the data set (v2) in its order, so that a question which is
/// there twice is the same first and second time in every run.
fn in_order(rows: &mut [Row]) -> Result<()> {
    let mut seen = HashSet::new();
    for row in rows.iter() {
        let Some(index) = row.dataset_index else { return Ok(()) };
        if !seen.insert((row.dataset.as_deref(), index.to_bits())) {
            return Err(Error::new("a run answers a question twice")
                .at(format!("{}, column `dataset_index`", row.place))
                .found(format!("{index} for the second time"))
                .allowed("each `dataset_index` once in a run"));
        }
    }
    drop(seen);
    rows.sort_by(|a, b| a.dataset_index.unwrap_or(f64::NAN).total_cmp(&b.dataset_index.unwrap_or(f64::NAN)));
    Ok(())
}

/// What the first run says of each question, by row of the trace.
#[derive(Default)]
struct Questions {
    first: Vec<(Option<String>, Option<String>)>,
    differ: usize,
}

impl Questions {
    /// The row of a question that a run has for the `times`-th time; added where it is new.
    fn row(&mut self, gather: &mut Gather, row: &Row, times: u32, dataset: Option<&str>, options: &ImportOptions) -> u32 {
        let dataset = row.dataset.as_deref().or(dataset).map(str::to_owned);
        let about = (dataset, row.subject.clone());
        let new = gather.len();
        let query = gather.query_or_insert(&id(&row.problem, times), || Query {
            dataset: about.0.clone(),
            category: about.1.clone(),
            input_tokens: row.input_tokens,
            prompt: (!options.no_prompts).then(|| row.problem.clone()),
            ..Query::default()
        });
        if query as usize == new {
            self.first.push(about);
        } else if self.first.get(query as usize) != Some(&about) {
            self.differ += 1;
        }
        query
    }
}

/// The id of a question: the same in every run and every import, whatever else is in the trace.
fn id(problem: &str, times: u32) -> String {
    let hash = xxh3_64(problem.as_bytes());
    if times == 1 { format!("{hash:016x}") } else { format!("{hash:016x}-{times}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_the_text_and_counts_repeats() {
        assert_eq!(id("a", 1), id("a", 1));
        assert_ne!(id("a", 1), id("b", 1));
        assert_eq!(id("a", 2), format!("{}-2", id("a", 1)));
    }
}
