//! Which features a router looks at.

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::trace::{Feature, Names, Queries, Trace};

/// Dimensions of hashed text at most.
const MOST_TEXT_DIMS: usize = 512;

/// Which features, `[parameters.features]` of a learned policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeatureSpec {
    /// The parts; `None` takes all that the trace has, but [`Part::Text`] only where there is no embedding.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "checked_parts")]
    pub parts: Option<Vec<Part>>,
    /// What is done about missing cells.
    pub missing: MissingFeatures,
    /// Dimensions that text is hashed into, 2 to 512: one half for words, the other for n-grams.
    #[serde(deserialize_with = "checked_dims")]
    pub text_dims: usize,
    /// Texts that are looked at most when text features are fitted; where there are more, a sample.
    #[serde(deserialize_with = "checked_rows")]
    pub text_rows: usize,
}

impl Default for FeatureSpec {
    fn default() -> Self {
        FeatureSpec { parts: None, missing: MissingFeatures::Require, text_dims: MOST_TEXT_DIMS, text_rows: 100_000 }
    }
}

/// Features of one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Input tokens n, as ln(1 + n).
    Tokens,
    /// Data set and category, a number for each name.
    Names,
    /// Every `feature_*` column: a number, or a number for each name.
    Columns,
    /// Counts of what is in a prompt, and its reading ease.
    TextCounts,
    /// Words and character n-grams of a prompt, hashed.
    Text,
    /// The embedding.
    Embedding,
}

impl Part {
    /// All parts in the order in which a row has them, with their words.
    pub const ALL: [(&'static str, Part); 6] = [
        ("tokens", Part::Tokens),
        ("names", Part::Names),
        ("columns", Part::Columns),
        ("text-counts", Part::TextCounts),
        ("text", Part::Text),
        ("embedding", Part::Embedding),
    ];

    /// Whether queries have this part: a column without any cell is none.
    pub(super) fn is_of(self, queries: &Queries) -> bool {
        let named = |names: &Names| names.codes.iter().any(|code| *code != Names::MISSING);
        match self {
            Part::Tokens => queries.input_tokens.as_ref().is_some_and(|cells| cells.missing() < cells.len()),
            Part::Names => [&queries.dataset, &queries.category].into_iter().flatten().any(named),
            Part::Columns => queries.features.iter().any(|(_, feature)| match feature {
                Feature::Number(cells) => cells.missing() < cells.len(),
                Feature::Name(names) => named(names),
            }),
            Part::TextCounts | Part::Text => queries.prompts.as_ref().is_some_and(|prompts| prompts.iter().any(Option::is_some)),
            Part::Embedding => queries.embedding.as_ref().is_some_and(|cells| cells.missing() < cells.len()),
        }
    }
}

/// What is done about cells that a feature lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingFeatures {
    /// They are an error that counts them.
    #[default]
    Require,
    /// They take the mean of the rows that are fitted on.
    Mean,
}

/// What must be read of a trace, beside what always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reads {
    /// The `feature_*` columns.
    pub features: bool,
    /// The texts.
    pub prompts: bool,
    /// The embeddings.
    pub embedding: bool,
}

impl FeatureSpec {
    /// What must be read of a trace.
    pub fn reads(&self) -> Reads {
        let wants = |part: Part| self.parts.as_ref().is_none_or(|parts| parts.contains(&part));
        Reads { features: wants(Part::Columns), prompts: wants(Part::TextCounts) || wants(Part::Text), embedding: wants(Part::Embedding) }
    }

    /// The same, with parts named where they were not: those that the trace has, but for text and
    /// embeddings, whose many numbers not everyone can use.
    pub fn narrowed(&self, trace: &Trace) -> FeatureSpec {
        let narrow = |(_, part): &(&str, Part)| !matches!(part, Part::Text | Part::Embedding) && part.is_of(&trace.queries);
        let parts = || Part::ALL.into_iter().filter(narrow).map(|(_, part)| part).collect();
        FeatureSpec { parts: Some(self.parts.clone().unwrap_or_else(parts)), ..self.clone() }
    }

    /// What is wrong with it, all at once. A file's is refused when it is read, with line and column.
    pub fn check(&self) -> Result<()> {
        let parts = self.parts.as_deref().map_or(Ok(()), parts_fault);
        let faults = [parts, dims_fault(self.text_dims), rows_fault(self.text_rows)];
        Error::all(faults.into_iter().filter_map(|fault| fault.err().map(Error::new)).collect()).map_or(Ok(()), Err)
    }

    /// The parts of a trace's rows, in the order of [`Part::ALL`].
    ///
    /// # Errors
    /// Where a part was asked for that the trace lacks, or where it has none at all.
    pub(super) fn parts_of(&self, queries: &Queries) -> Result<Vec<Part>> {
        let has: Vec<(&str, Part)> = Part::ALL.into_iter().filter(|(_, part)| part.is_of(queries)).collect();
        let Some(asked) = &self.parts else {
            let embedding = has.iter().any(|(_, part)| *part == Part::Embedding);
            let parts: Vec<Part> = has.into_iter().map(|(_, part)| part).filter(|part| *part != Part::Text || !embedding).collect();
            return if parts.is_empty() { Err(no_feature()) } else { Ok(parts) };
        };
        let lacking = Part::ALL.into_iter().filter(|known| asked.contains(&known.1) && !has.contains(known));
        let lacking: Vec<String> = lacking.map(|(word, _)| format!("no `{word}`")).collect();
        if !lacking.is_empty() {
            let words: Vec<&str> = has.iter().map(|(word, _)| *word).collect();
            let words = if words.is_empty() { "nothing that a router could go by".to_owned() } else { words.join(", ") };
            let error = Error::new("the trace lacks parts of the features that were asked for").at("`parts`");
            return Err(error.found(lacking.join(", ")).allowed(format!("what the trace has: {words}")));
        }
        Ok(Part::ALL.into_iter().map(|(_, part)| part).filter(|part| asked.contains(part)).collect())
    }
}

/// The error of a trace, or of rows, without any feature.
pub(super) fn no_feature() -> Error {
    Error::new("the trace tells nothing of its queries that a router could go by")
        .allowed("input tokens, data sets, categories, prompts, embeddings, or `feature_*` columns")
}

fn parts_fault(parts: &[Part]) -> std::result::Result<(), String> {
    let word = |part: &Part| Part::ALL.iter().find(|(_, known)| known == part).map_or("", |(word, _)| word);
    if parts.is_empty() {
        return Err("`parts` is empty: name at least one, or leave it out for all that the trace has".to_owned());
    }
    let twice = parts.iter().enumerate().find(|(index, part)| parts[..*index].contains(part));
    twice.map_or(Ok(()), |(_, part)| Err(format!("`parts` has `{}` twice", word(part))))
}

fn dims_fault(dims: usize) -> std::result::Result<(), String> {
    let fits = (2..=MOST_TEXT_DIMS).contains(&dims);
    if fits { Ok(()) } else { Err(format!("`text_dims` is {dims}: 2 to {MOST_TEXT_DIMS} are allowed")) }
}

fn rows_fault(rows: usize) -> std::result::Result<(), String> {
    if rows > 0 { Ok(()) } else { Err("`text_rows` is 0: 1 and more are allowed".to_owned()) }
}

fn checked_parts<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Vec<Part>>, D::Error> {
    let parts = Vec::<Part>::deserialize(from)?;
    parts_fault(&parts).map_err(serde::de::Error::custom)?;
    Ok(Some(parts))
}

fn checked_dims<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<usize, D::Error> {
    let dims = usize::deserialize(from)?;
    dims_fault(dims).map_err(serde::de::Error::custom).map(|()| dims)
}

fn checked_rows<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<usize, D::Error> {
    let rows = usize::deserialize(from)?;
    rows_fault(rows).map_err(serde::de::Error::custom).map(|()| rows)
}
