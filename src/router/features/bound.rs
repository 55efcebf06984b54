//! Features of the queries of one trace, a row at a time.

use super::counts;
use super::encoder::{Encoder, Fitted};
use super::names::BoundNames;
use super::scale::Scale;
use super::spec::MissingFeatures;
use super::text::{TextWeights, normalise};
use crate::error::{Error, Result};
use crate::trace::{Column, Embedding, Feature, Names, Queries, Trace, schema};

/// An [`Encoder`] with the trace whose queries it encodes. Any number of threads may ask for rows.
#[derive(Debug)]
pub struct Bound<'a> {
    readers: Vec<Reader<'a>>,
    width: usize,
    notes: Vec<String>,
}

/// The texts of a trace.
type Prompts = [Option<String>];

/// A feature with its cells.
#[derive(Debug)]
enum Reader<'a> {
    Number { column: &'a str, cells: &'a Column, scale: Scale },
    Count { column: &'a str, cells: &'a Column, scale: Scale },
    Names { column: &'a str, names: BoundNames<'a> },
    TextCounts { prompts: &'a Prompts, scales: &'a [Scale] },
    Text { prompts: &'a Prompts, weights: TextWeights },
    Embedding { embedding: &'a Embedding },
}

impl<'a> Bound<'a> {
    pub(super) fn new(encoder: &'a Encoder, trace: &'a Trace) -> Result<Self> {
        let (mut readers, mut lacking) = (Vec::new(), Vec::new());
        for feature in &encoder.features {
            match Reader::new(feature, &trace.queries) {
                Ok(reader) => readers.push(reader),
                Err(lack) => lacking.push(lack),
            }
        }
        if !lacking.is_empty() {
            return Err(Error::new("a router of another feature set: this trace does not have what it was fitted to")
                .at(format!("trace `{}`", trace.info.name))
                .found(lacking.join("; "))
                .hint("fit a router to the features of this trace, or add them to it"));
        }
        let mut bound = Bound { readers, width: encoder.width(), notes: Vec::new() };
        bound.check(encoder.missing, trace.len())?;
        Ok(bound)
    }

    /// Missing cells and unknown names: notes, or an error.
    fn check(&mut self, rule: MissingFeatures, queries: usize) -> Result<()> {
        let mut problems: Vec<Error> = Vec::new();
        let mut told = Vec::new();
        for reader in &self.readers {
            let (name, missing, instead) = reader.missing();
            // Two features of one column lack the same cells.
            if missing > 0 && !told.contains(&name) {
                told.push(name);
                let lacking = format!("{missing} of {queries} missing");
                match rule {
                    MissingFeatures::Mean => self.notes.push(format!("feature `{name}`: {lacking}, {instead}")),
                    MissingFeatures::Require => problems.push(
                        Error::new("a router needs a feature of every query")
                            .at(format!("feature `{name}`"))
                            .found(lacking)
                            .hint("say `missing = \"mean\"`, fill them in, or leave the feature out by `parts`"),
                    ),
                }
            }
            self.notes.extend(reader.note(queries));
        }
        Error::all(problems).map_or(Ok(()), Err)
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// What a reader should know of this trace, a line each: missing cells, names that are not known.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Writes the encoded features of a query: numbers in spreads from their mean, 0 where missing and
    /// allowed to be; names as one number for each that is known, all 0 where it is unknown or missing
    /// ([scaled](super::Encoder) as numbers are, and not centred); text and embedding of length 1, all 0
    /// where missing or empty.
    ///
    /// # Panics
    /// If the position is beyond the trace, or `out` is shorter than a row.
    pub fn row(&self, position: usize, out: &mut [f32]) {
        let mut rest = out;
        for reader in &self.readers {
            let (cells, after) = rest.split_at_mut(reader.width());
            reader.write(position, cells);
            rest = after;
        }
    }
}

impl<'a> Reader<'a> {
    /// The cells of a feature; where the trace lacks them, what it lacks.
    fn new(feature: &'a Fitted, queries: &'a Queries) -> std::result::Result<Self, String> {
        let prompts = || queries.prompts.as_deref().ok_or_else(|| format!("no column `{}`", schema::PROMPT));
        Ok(match feature {
            Fitted::Number { column, scale } => Reader::Number { column, cells: numbers(column, queries)?, scale: *scale },
            Fitted::Count { column, scale } => Reader::Count { column, cells: numbers(column, queries)?, scale: *scale },
            Fitted::Names { column, names } => Reader::Names { column, names: names.bind(self::names(column, queries)?) },
            Fitted::TextCounts { scales } => Reader::TextCounts { prompts: prompts()?, scales },
            Fitted::Text { hash } => Reader::Text { prompts: prompts()?, weights: hash.weights() },
            Fitted::Embedding { width } => match &queries.embedding {
                None => return Err(format!("no column `{}`", schema::EMBEDDING)),
                Some(embedding) if embedding.width() != *width => {
                    return Err(format!("column `{}` of {} numbers and not of {width}", schema::EMBEDDING, embedding.width()));
                }
                Some(embedding) => Reader::Embedding { embedding },
            },
        })
    }

    fn width(&self) -> usize {
        match self {
            Reader::Number { .. } | Reader::Count { .. } => 1,
            Reader::Names { names, .. } => names.width(),
            Reader::TextCounts { scales, .. } => scales.len(),
            Reader::Text { weights, .. } => weights.width(),
            Reader::Embedding { embedding } => embedding.width(),
        }
    }

    /// The column, its missing cells, and what stands in for them.
    fn missing(&self) -> (&'a str, usize, &'static str) {
        let mean = "taken as the mean of the rows fitted on";
        match self {
            Reader::Number { column, cells, .. } | Reader::Count { column, cells, .. } => (column, cells.missing(), mean),
            Reader::Names { column, names } => (column, names.missing_and_unknown().0, "taken as an unknown name"),
            Reader::TextCounts { prompts, .. } | Reader::Text { prompts, .. } => {
                let missing = prompts.iter().filter(|prompt| prompt.is_none()).count();
                (schema::PROMPT, missing, "counts taken as their mean, words as none")
            }
            Reader::Embedding { embedding } => (schema::EMBEDDING, embedding.missing(), "taken as a vector of zeros"),
        }
    }

    /// What is unusual in cells that are there.
    fn note(&self, queries: usize) -> Option<String> {
        match self {
            Reader::Names { column, names } => {
                let unknown = names.missing_and_unknown().1;
                let told = || format!("feature `{column}`: {unknown} of {queries} have a name that is not known, and is taken as none");
                (unknown > 0).then(told)
            }
            Reader::TextCounts { prompts, .. } => {
                let blank = prompts.iter().flatten().filter(|prompt| prompt.trim().is_empty()).count();
                (blank > 0).then(|| format!("{blank} of {queries} prompts are blank: their reading ease is taken as the mean"))
            }
            _ => None,
        }
    }

    fn write(&self, position: usize, out: &mut [f32]) {
        match self {
            Reader::Number { cells, scale, .. } => out[0] = scale.apply(cells.block(position, position + 1)[0]),
            Reader::Count { cells, scale, .. } => out[0] = scale.apply(cells.block(position, position + 1)[0].ln_1p()),
            Reader::Names { names, .. } => names.write(position, out),
            Reader::TextCounts { prompts, scales } => {
                let counts = prompts[position].as_deref().map_or([f64::NAN; counts::NAMES.len()], counts::of);
                out.iter_mut().zip(*scales).zip(counts).for_each(|((cell, scale), count)| *cell = scale.apply(count));
            }
            Reader::Text { prompts, weights } => match &prompts[position] {
                Some(prompt) => weights.write(prompt, out),
                None => out.fill(0.0),
            },
            Reader::Embedding { embedding } => match embedding.get(position) {
                Some(vector) => {
                    out.copy_from_slice(vector);
                    normalise(out);
                }
                None => out.fill(0.0),
            },
        }
    }
}

/// A column of numbers by its name in the file.
fn numbers<'a>(column: &str, queries: &'a Queries) -> std::result::Result<&'a Column, String> {
    let found = match (column, feature(column, queries)) {
        (schema::INPUT_TOKENS, _) => queries.input_tokens.as_ref(),
        (_, Some(Feature::Number(cells))) => Some(cells),
        (_, Some(Feature::Name(_))) => return Err(format!("column `{column}` has names and not numbers")),
        (_, None) => None,
    };
    found.ok_or_else(|| format!("no column `{column}`"))
}

/// A column of names by its name in the file.
fn names<'a>(column: &str, queries: &'a Queries) -> std::result::Result<&'a Names, String> {
    let found = match (column, feature(column, queries)) {
        (schema::DATASET, _) => queries.dataset.as_ref(),
        (schema::CATEGORY, _) => queries.category.as_ref(),
        (_, Some(Feature::Name(names))) => Some(names),
        (_, Some(Feature::Number(_))) => return Err(format!("column `{column}` has numbers and not names")),
        (_, None) => None,
    };
    found.ok_or_else(|| format!("no column `{column}`"))
}

fn feature<'a>(column: &str, queries: &'a Queries) -> Option<&'a Feature> {
    let name = column.strip_prefix(schema::FEATURE_PREFIX)?;
    queries.features.iter().find(|(known, _)| known == name).map(|(_, feature)| feature)
}
