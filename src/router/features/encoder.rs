//! Fitting features to rows.

use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::counts;
use super::names::KnownNames;
use super::scale::Scale;
use super::spec::{self, FeatureSpec, MissingFeatures, Part, Reads};
use super::text::TextHash;
use crate::draw::{Draws, Stream};
use crate::error::{Error, Result};
use crate::trace::{Column, Feature, Names, Trace, schema};

/// Numbers that a row may have: some times those of the widest embeddings.
const MOST_WIDTH: usize = 1 << 20;

/// Features fitted to some rows of a trace: how queries of that trace, or of another with the same
/// features, become numbers. It knows columns and names by name, so that it can be saved; read again it
/// writes the same rows to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoder {
    pub(super) missing: MissingFeatures,
    pub(super) features: Vec<Fitted>,
    notes: Vec<String>,
}

/// A feature, in the order of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Fitted {
    /// A column of numbers, standardised.
    Number { column: String, scale: Scale },
    /// A column of counts n, as ln(1 + n), standardised.
    Count { column: String, scale: Scale },
    /// A column of names, a number for each that is known.
    Names { column: String, names: KnownNames },
    /// What [`counts::of`] finds in a prompt, standardised.
    TextCounts { scales: [Scale; counts::NAMES.len()] },
    /// Hashed text.
    Text { hash: TextHash },
    /// The embedding, divided by its length.
    Embedding { width: usize },
}

impl Fitted {
    pub fn width(&self) -> usize {
        match self {
            Fitted::Number { .. } | Fitted::Count { .. } => 1,
            Fitted::Names { names, .. } => names.width(),
            Fitted::TextCounts { scales } => scales.len(),
            Fitted::Text { hash } => hash.width(),
            Fitted::Embedding { width } => *width,
        }
    }
}

impl Encoder {
    /// Fits features to these positions of a trace: means, spreads, names, how rare words are. Texts are
    /// looked at in a sample of `text_rows` rows at most, which a hash of their row numbers draws.
    ///
    /// # Errors
    /// Where the choice of features is none, a part was asked for that the trace lacks (with what it
    /// has), there is no feature or no row at all, or cells are missing anywhere in the trace and must
    /// not be: every such feature with its count.
    pub fn fit(spec: &FeatureSpec, trace: &Trace, positions: &[usize]) -> Result<Encoder> {
        spec.check()?;
        if positions.is_empty() {
            return Err(Error::new("no rows to fit features to").found("0 rows").allowed("1 and more"));
        }
        let mut fitting = Fitting { spec, trace, positions, features: Vec::new(), notes: Vec::new() };
        for part in spec.parts_of(&trace.queries)? {
            fitting.part(part);
        }
        let Fitting { features, notes, .. } = fitting;
        let mut encoder = Encoder { missing: spec.missing, features, notes };
        if encoder.width() == 0 {
            return Err(spec::no_feature());
        }
        let of_trace = encoder.bind(trace)?.notes().to_vec();
        encoder.notes.extend(of_trace);
        encoder.notes.insert(0, format!("features, fitted to {} rows: {}", positions.len(), encoder.names().join(", ")));
        Ok(encoder)
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.features.iter().map(Fitted::width).sum()
    }

    /// Whether its rows have a width that fits in memory: a file may say any.
    ///
    /// # Errors
    /// Where they have not.
    pub fn check(&self) -> Result<()> {
        let mut widths = self.features.iter().map(Fitted::width);
        let width = widths.try_fold(0usize, |sum, width| sum.checked_add(width)).filter(|width| *width <= MOST_WIDTH);
        let error = || Error::new("a saved router has features of no width that can be").allowed(format!("{MOST_WIDTH} numbers and fewer"));
        width.map(drop).ok_or_else(error)
    }

    /// Checks that a trace has the same features, and resolves names to that trace's codes.
    ///
    /// # Errors
    /// Where it lacks features that were fitted (or has them in another form, or was read without them):
    /// all of them; and where cells are missing and must not be.
    pub fn bind<'a>(&'a self, trace: &'a Trace) -> Result<Bound<'a>> {
        Bound::new(self, trace)
    }

    /// What must be read of a trace that it is to be bound to.
    pub fn reads(&self) -> Reads {
        let any = |wanted: fn(&Fitted) -> bool| self.features.iter().any(wanted);
        let column = |feature: &Fitted| match feature {
            Fitted::Number { column, .. } | Fitted::Names { column, .. } => column.starts_with(schema::FEATURE_PREFIX),
            _ => false,
        };
        Reads {
            features: any(column),
            prompts: any(|feature| matches!(feature, Fitted::TextCounts { .. } | Fitted::Text { .. })),
            embedding: any(|feature| matches!(feature, Fitted::Embedding { .. })),
        }
    }

    /// What a reader should know, a line each: the features, rare names, features that say nothing, and
    /// of the trace fitted on the [notes](Bound::notes) of binding to it.
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// The features, for listings: several numbers of one origin are one of them.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for feature in &self.features {
            match feature {
                Fitted::Number { column, .. } | Fitted::Count { column, .. } => names.push(column.clone()),
                Fitted::Names { column, names: known } => names.push(format!("{column} ({} names)", known.width())),
                Fitted::TextCounts { .. } => names.extend(counts::NAMES.map(str::to_owned)),
                Fitted::Text { hash } => names.push(hash.describe()),
                Fitted::Embedding { width } => names.push(format!("{} ({width} numbers)", schema::EMBEDDING)),
            }
        }
        names
    }
}

/// An encoder that is being fitted.
struct Fitting<'a> {
    spec: &'a FeatureSpec,
    trace: &'a Trace,
    positions: &'a [usize],
    features: Vec<Fitted>,
    notes: Vec<String>,
}

impl<'a> Fitting<'a> {
    fn part(&mut self, part: Part) {
        let queries = &self.trace.queries;
        match part {
            Part::Tokens => {
                if let Some(cells) = &queries.input_tokens {
                    let scale = self.scale(schema::INPUT_TOKENS, cells_of(cells, self.positions).map(f64::ln_1p));
                    self.features.push(Fitted::Count { column: schema::INPUT_TOKENS.to_owned(), scale });
                }
            }
            Part::Names => {
                for (column, names) in [(schema::DATASET, &queries.dataset), (schema::CATEGORY, &queries.category)] {
                    if let Some(names) = names {
                        self.names(column.to_owned(), names);
                    }
                }
            }
            Part::Columns => queries.features.iter().for_each(|(name, feature)| self.column(name, feature)),
            Part::TextCounts => {
                let counts: Vec<_> = self.texts().into_iter().map(counts::of).collect();
                let scales = std::array::from_fn(|which| self.scale(counts::NAMES[which], counts.iter().map(|counts| counts[which])));
                self.features.push(Fitted::TextCounts { scales });
            }
            Part::Text => {
                let hash = TextHash::fit(self.spec.text_dims, &self.texts());
                self.features.push(Fitted::Text { hash });
            }
            Part::Embedding => {
                let embedding = queries.embedding.iter();
                self.features.extend(embedding.map(|embedding| Fitted::Embedding { width: embedding.width() }));
            }
        }
    }

    /// A `feature_*` column. One without any cell is none, as if the trace had no such column.
    fn column(&mut self, name: &str, feature: &Feature) {
        let column = format!("{}{name}", schema::FEATURE_PREFIX);
        match feature {
            Feature::Number(cells) if cells.missing() < cells.len() => {
                let scale = self.scale(&column, cells_of(cells, self.positions));
                self.features.push(Fitted::Number { column, scale });
            }
            Feature::Number(_) => {}
            Feature::Name(names) => self.names(column, names),
        }
    }

    fn names(&mut self, column: String, names: &Names) {
        if names.codes.iter().all(|code| *code == Names::MISSING) {
            return;
        }
        let (known, notes) = KnownNames::fit(names, self.positions);
        self.notes.extend(notes.into_iter().map(|note| format!("feature `{column}` {note}")));
        self.features.push(Fitted::Names { column, names: known });
    }

    fn scale(&mut self, name: &str, cells: impl Iterator<Item = f64> + Clone) -> Scale {
        let (scale, note) = Scale::fit(cells);
        self.notes.extend(note.map(|note| format!("feature `{name}` {note}")));
        scale
    }

    /// The texts fitted to: those with the least hashes of their row numbers, where there are too many.
    fn texts(&mut self) -> Vec<&'a str> {
        let Some(prompts) = self.trace.queries.prompts.as_deref() else { return Vec::new() };
        let mut there: Vec<usize> = self.positions.iter().copied().filter(|&position| prompts[position].is_some()).collect();
        if there.len() > self.spec.text_rows {
            let note = format!("features of prompts are fitted to a sample of {} of {} texts", self.spec.text_rows, there.len());
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            let stream = Draws::new(0, 0).stream(Stream::FitText, 0);
            let rows = &self.trace.queries.rows;
            there.sort_by_cached_key(|&position| (stream.bits(u64::from(rows[position])), rows[position]));
            there.truncate(self.spec.text_rows);
            there.sort_unstable();
        }
        there.into_iter().filter_map(|position| prompts[position].as_deref()).collect()
    }
}

/// The cells of some positions, NaN where missing.
fn cells_of<'a>(column: &'a Column, positions: &'a [usize]) -> impl Iterator<Item = f64> + Clone + use<'a> {
    positions.iter().map(|&position| column.block(position, position + 1)[0])
}
