//! From what was gathered to the draft of a trace: what a person said about endpoints, what is missing, columns.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::Answers;
use super::queries::{Asked, Features, GrowingNames};
use super::{Gather, ImportOptions};
use crate::error::Result;
use crate::trace::column::{Column, Names};
use crate::trace::draft::{Draft, DraftEndpoint};
use crate::trace::endpoint::Endpoint;
use crate::trace::schema::Metric;
use crate::trace::table::{Feature, Queries};
use crate::trace::text;
use crate::trace::threads::side_by_side;

impl Gather {
    /// The draft of the trace, and the notes: the format's own, and what is missing.
    pub fn finish(mut self, options: &ImportOptions) -> Result<(Draft, Vec<String>)> {
        let mut endpoints = std::mem::take(&mut self.endpoints);
        self.describe(&mut endpoints, options)?;
        self.fill_output_tokens(&mut endpoints, options)?;
        if options.tokens_from_text
            && !self.info.sources.iter().any(|source| [text::INPUT_SOURCE, text::OUTPUT_SOURCE].contains(&&*source.name))
        {
            self.note("--tokens-from-text counted nothing: no text is there, or no tokens are missing");
        }
        let endpoints: Vec<DraftEndpoint> = endpoints.into_iter().map(|(endpoint, answers)| answers.finish(endpoint)).collect();
        self.note_missing(&endpoints);
        let mut info = std::mem::take(&mut self.info);
        info.summary = std::mem::take(&mut self.summary);
        let queries = self.columns(options);
        Ok((Draft { info, queries, endpoints }, self.notes))
    }

    /// Tiers and hardware as options name them, by id or model. What names no endpoint is a mistake.
    fn describe(&mut self, endpoints: &mut [(Endpoint, Answers)], options: &ImportOptions) -> Result<()> {
        let mut names = BTreeSet::new();
        for (endpoint, _) in endpoints {
            let before = endpoint.id.clone();
            if let Some(hardware) = options.hardware.get(&endpoint.model).or_else(|| options.hardware.get(&before)) {
                match &endpoint.hardware {
                    None => set_hardware(endpoint, hardware),
                    Some(known) if known == hardware => {}
                    Some(known) => {
                        self.notes.push(format!("`{before}`: the source names the hardware `{known}`, which counts, not `{hardware}`"))
                    }
                }
            }
            let tier = [&endpoint.id, &before, &endpoint.model].into_iter().find_map(|name| options.tiers.get(name));
            endpoint.tier = tier.copied().or(endpoint.tier);
            names.extend([before, endpoint.id.clone(), endpoint.model.clone()]);
        }
        match options.tiers.keys().chain(options.hardware.keys()).find(|wanted| !names.contains(*wanted)) {
            Some(wanted) => Err(crate::error::unknown("endpoint or model in the input", wanted, names.iter().map(String::as_str)).usage()),
            None => Ok(()),
        }
    }

    fn fill_output_tokens(&mut self, endpoints: &mut [(Endpoint, Answers)], options: &ImportOptions) -> Result<()> {
        let Some(tokens) = options.output_tokens else { return Ok(()) };
        let source = format!("{tokens} output tokens, as given by --output-tokens");
        let mut filled = false;
        for (_, answers) in endpoints.iter_mut().filter(|(_, answers)| answers.lack(Metric::OutputTokens)) {
            answers.fill(Metric::OutputTokens, tokens, self.info.source_code(&source)?);
            filled = true;
        }
        if !filled {
            self.note("--output-tokens filled nothing: every answer has its output tokens");
        }
        Ok(())
    }

    fn note_missing(&mut self, endpoints: &[DraftEndpoint]) {
        let queries = self.queries.len();
        let count = |endpoint: usize| {
            let metrics = endpoints.get(endpoint).into_iter().flat_map(|endpoint| endpoint.metrics.iter());
            metrics.map(|(metric, cells)| (metric, cells.iter().filter(|cell| cell.is_nan()).count())).collect::<Vec<_>>()
        };
        let counts = side_by_side(endpoints.len(), count);
        for (DraftEndpoint { endpoint, rows, metrics, .. }, counts) in endpoints.iter().zip(counts) {
            if rows.len() < queries {
                self.notes.push(format!("`{}` answered {} of {queries} queries", endpoint.id, rows.len()));
            }
            let elsewhere = |metric: &Metric| endpoints.iter().any(|other| other.metrics.get(*metric).is_some());
            for metric in Metric::ALL.into_iter().filter(|metric| metrics.get(*metric).is_none() && elsewhere(metric)) {
                self.notes.push(format!("`{}` has no `{metric}` at all, others do", endpoint.id));
            }
            for (metric, missing) in counts.into_iter().filter(|(_, missing)| *missing > 0) {
                self.notes.push(format!("`{}` lacks `{metric}` in {missing} of {} answers", endpoint.id, rows.len()));
            }
        }
    }

    fn columns(&mut self, options: &ImportOptions) -> Queries {
        let Asked { ids, dataset, category, input_tokens, arrival_s, mut prompts, features, .. } = std::mem::take(&mut self.queries);
        let numbers = |cells: Vec<f64>| cells.iter().any(|cell| !cell.is_nan()).then(|| Column::from_vec(cells));
        let names = |names: GrowingNames| Some(names.names).filter(|names| !names.names.is_empty());
        if !prompts.is_empty() {
            prompts.resize(ids.len(), None);
        }
        Queries {
            rows: (0..).take(ids.len()).collect(),
            dataset: names(dataset),
            category: names(category),
            input_tokens: numbers(input_tokens),
            arrival_s: numbers(arrival_s),
            features: self::features(&features, ids.len()),
            embedding: None,
            prompts: Some(prompts).filter(|prompts| !prompts.is_empty() && !options.no_prompts),
            ids: Some(ids),
        }
    }
}

#[allow(clippy::indexing_slicing, reason = "rows are those of the queries, whose number the cells have")]
fn features(queries: &[Features], rows: usize) -> Vec<(String, Feature)> {
    let mut numbers = BTreeMap::<&str, Vec<f64>>::new();
    let mut names = BTreeMap::<&str, Vec<Option<&str>>>::new();
    for (row, (number_features, name_features)) in queries.iter().enumerate() {
        for (name, value) in number_features {
            let cells = numbers.entry(name).or_insert_with(|| vec![f64::NAN; rows]);
            cells[row] = *value;
        }
        for (name, value) in name_features {
            let cells = names.entry(name).or_insert_with(|| vec![None; rows]);
            cells[row] = Some(value);
        }
    }
    let numbers = numbers.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Number(Column::from_vec(cells))));
    let names = names.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Name(Names::new(cells.into_iter()))));
    numbers.chain(names).collect()
}

/// Sets the hardware of an endpoint that had none. An id that was made of the model, perhaps with a
/// batch size, gets the hardware too; any other is kept.
fn set_hardware(endpoint: &mut Endpoint, hardware: &str) {
    let bare = Endpoint::new(&endpoint.model, None).id;
    if let Some(rest) = endpoint.id.strip_prefix(&bare).filter(|rest| rest.is_empty() || rest.starts_with("-bs")) {
        endpoint.id = format!("{}{rest}", Endpoint::new(&endpoint.model, Some(hardware)).id);
    }
    endpoint.hardware = Some(hardware.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::endpoint::Tier;
    use crate::trace::import::Query;

    fn gather(ids: &[&str]) -> Gather {
        let mut gather = Gather::default();
        let query = gather.query_or_insert("q", Query::default);
        for id in ids {
            let endpoint = Endpoint { id: (*id).to_owned(), model: "org/M".to_owned(), ..Endpoint::default() };
            let position = gather.endpoint(endpoint, "here").unwrap_or_default();
            let added = gather.outcome(position, query, super::super::Outcome::default().with(Metric::OutputTokens, Some(1.0)), "here");
            assert!(added.is_ok());
        }
        gather
    }

    fn one<T>(key: &str, value: T) -> BTreeMap<String, T> {
        BTreeMap::from([(key.to_owned(), value)])
    }

    #[test]
    fn hardware_goes_into_ids_that_are_made_of_the_model() {
        let options =
            ImportOptions { hardware: one("org/M", "H 100".to_owned()), tiers: one("m-bs8", Tier::Local), ..ImportOptions::default() };
        let (draft, _) = gather(&["m", "m-bs8", "mine"]).finish(&options).unwrap_or_default();
        let endpoints: Vec<_> =
            draft.endpoints.iter().map(|e| (e.endpoint.id.as_str(), e.endpoint.hardware.as_deref(), e.endpoint.tier)).collect();
        let hardware = Some("H 100");
        assert_eq!(endpoints, [("m@h-100", hardware, None), ("m@h-100-bs8", hardware, Some(Tier::Local)), ("mine", hardware, None)]);
    }

    #[test]
    fn a_name_that_is_no_endpoint_is_a_mistake_and_each_known_one_is_listed_once() {
        let options = ImportOptions { tiers: one("gpt", Tier::Cloud), ..ImportOptions::default() };
        let error = gather(&["a", "b"]).finish(&options).map_or_else(|error| error.to_string(), |_| String::new());
        assert!(error.contains("`gpt`") && error.matches("org/M").count() == 1, "{error}");
    }

    #[test]
    fn an_option_that_fills_nothing_is_noted() {
        let options = ImportOptions { output_tokens: Some(9.0), tokens_from_text: true, ..ImportOptions::default() };
        let notes = gather(&["m"]).finish(&options).map(|(_, notes)| notes.join("; ")).unwrap_or_default();
        assert!(notes.contains("--output-tokens filled nothing") && notes.contains("--tokens-from-text counted nothing"), "{notes}");
    }
}
