//! What a router may know of a query before it is answered, as numbers.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::trace::{Column, Feature, Names, Trace, schema};

/// Names of one column that get a number of their own; rarer ones count as unknown.
const MOST_NAMES: usize = 64;

/// What is done about cells that a feature lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingFeatures {
    /// They are an error that counts them.
    #[default]
    Require,
    /// They take the mean of the rows that a model is fitted on.
    Mean,
}

/// Counts something in a text.
type Count = fn(&str) -> usize;

/// The features of every query of a trace.
#[derive(Debug, Clone)]
pub struct Features {
    parts: Vec<(String, Part)>,
    /// Numbers of a query.
    pub width: usize,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

/// One feature: NaN, or [`Names::MISSING`], where missing.
#[derive(Debug, Clone)]
enum Part {
    Number(Vec<f64>),
    /// A number of 0 or 1 for each of `kept` names; codes from `kept` on are unknown names.
    Names {
        codes: Vec<u32>,
        kept: usize,
    },
}

impl Part {
    fn width(&self) -> usize {
        match self {
            Part::Number(_) => 1,
            Part::Names { kept, .. } => *kept,
        }
    }

    fn missing(&self) -> usize {
        match self {
            Part::Number(cells) => cells.iter().filter(|cell| cell.is_nan()).count(),
            Part::Names { codes, .. } => codes.iter().filter(|code| **code == Names::MISSING).count(),
        }
    }
}

impl Features {
    /// The features of a trace: input tokens, data set, category, every `feature_*` column, and, where
    /// prompts were read, counts of what is in them. Counts of tokens and characters are taken as
    /// ln(1 + n), since they spread over orders of magnitude.
    ///
    /// # Errors
    /// Where there is no feature, or cells are missing and must not be: with the feature and the count.
    pub fn new(trace: &Trace, missing: MissingFeatures) -> Result<Features> {
        let queries = &trace.queries;
        let mut features = Features { parts: Vec::new(), width: 0, notes: Vec::new() };
        if let Some(tokens) = &queries.input_tokens {
            features.number(schema::INPUT_TOKENS, tokens.iter().map(f64::ln_1p).collect());
        }
        for (name, names) in [(schema::DATASET, &queries.dataset), (schema::CATEGORY, &queries.category)] {
            if let Some(names) = names {
                features.names(name, names);
            }
        }
        for (name, feature) in &queries.features {
            match feature {
                Feature::Number(column) => features.number(name, Column::iter(column).collect()),
                Feature::Name(names) => features.names(name, names),
            }
        }
        if let Some(prompts) = &queries.prompts {
            features.texts(prompts);
        }
        features.checked(missing, trace.len())
    }

    fn number(&mut self, name: &str, cells: Vec<f64>) {
        // A column without any cell says nothing, as if the trace had none.
        if cells.iter().any(|cell| !cell.is_nan()) {
            self.parts.push((name.to_owned(), Part::Number(cells)));
        }
    }

    fn names(&mut self, name: &str, names: &Names) {
        let mut counts = vec![0usize; names.names.len()];
        for &code in names.codes.iter().filter(|code| **code != Names::MISSING) {
            counts[code as usize] += 1;
        }
        let mut frequent: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
        frequent.sort_by_key(|&code| std::cmp::Reverse(counts[code]));
        if frequent.is_empty() {
            return;
        }
        if frequent.len() > MOST_NAMES {
            let rest: usize = frequent[MOST_NAMES..].iter().map(|&code| counts[code]).sum();
            let others = frequent.len() - MOST_NAMES;
            self.notes.push(format!("feature `{name}`: {others} rarer names, of {rest} queries, count as unknown"));
            frequent.truncate(MOST_NAMES);
        }
        let rank: BTreeMap<u32, u32> = (0..).zip(&frequent).map(|(rank, &code)| (code as u32, rank)).collect();
        let kept = frequent.len();
        let recode = |code: &u32| if *code == Names::MISSING { *code } else { rank.get(code).copied().unwrap_or(kept as u32) };
        self.parts.push((name.to_owned(), Part::Names { codes: names.codes.iter().map(recode).collect(), kept }));
    }

    /// Counts of what is in a prompt: cheap, and without any idea of its meaning.
    fn texts(&mut self, prompts: &[Option<String>]) {
        let counts: [(&str, Count); 5] = [
            ("prompt characters", |text| text.chars().count()),
            ("prompt digits", |text| text.bytes().filter(u8::is_ascii_digit).count()),
            ("prompt words", |text| text.split_whitespace().count()),
            ("prompt question marks", |text| text.matches('?').count()),
            ("prompt code fences", |text| text.matches("```").count()),
        ];
        for (name, count) in counts {
            let cell = |prompt: &Option<String>| prompt.as_deref().map_or(f64::NAN, |text| (count(text) as f64).ln_1p());
            self.number(name, prompts.iter().map(cell).collect());
        }
    }

    fn checked(mut self, missing: MissingFeatures, queries: usize) -> Result<Features> {
        let mut problems = Vec::new();
        for (name, part) in self.parts.iter().filter(|(_, part)| part.missing() > 0) {
            let lacking = format!("{} of {queries} missing", part.missing());
            match missing {
                MissingFeatures::Mean => self.notes.push(format!("feature `{name}`: {lacking}, taken as the mean of the rows fitted on")),
                MissingFeatures::Require => problems.push(
                    Error::new("a router needs a feature of every query")
                        .at(format!("feature `{name}`"))
                        .found(lacking)
                        .hint("say `missing_features = \"mean\"`, or fill them in"),
                ),
            }
        }
        if let Some(error) = Error::all(problems) {
            return Err(error);
        }
        self.width = self.parts.iter().map(|(_, part)| part.width()).sum();
        if self.width == 0 {
            return Err(Error::new("the trace tells nothing of its queries that a router could go by")
                .allowed("input tokens, data sets, categories, prompts, or `feature_*` columns"));
        }
        let names = self.parts.iter().map(|(name, part)| match part {
            Part::Number(_) => name.clone(),
            Part::Names { kept, .. } => format!("{name} ({kept} names)"),
        });
        self.notes.insert(0, format!("features: {}", names.collect::<Vec<_>>().join(", ")));
        Ok(self)
    }

    /// Writes the features of a query, NaN where missing; an unknown name is none of the known ones.
    pub fn row(&self, position: usize, out: &mut [f64]) {
        let mut start = 0;
        for (_, part) in &self.parts {
            let cells = &mut out[start..start + part.width()];
            match part {
                Part::Number(numbers) => cells[0] = numbers[position],
                Part::Names { codes, .. } if codes[position] == Names::MISSING => cells.fill(f64::NAN),
                Part::Names { codes, .. } => {
                    cells.fill(0.0);
                    if let Some(cell) = cells.get_mut(codes[position] as usize) {
                        *cell = 1.0;
                    }
                }
            }
            start += part.width();
        }
    }
}
