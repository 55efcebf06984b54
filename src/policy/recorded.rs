//! `recorded`: what another program decided, or how it scored, read from a file.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

mod choose;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Built, Context, Needs, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Problems, Rule, target};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Recording, RecordingColumns, schema};
use crate::workload::QueryBlock;

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "recorded",
    summary: "another program's decisions or scores, from a file",
    parameters: &[
        ("file", "CSV, JSON Lines, JSON list or Parquet; sought in the working directory, then beside the policy file"),
        ("id", "the column that names the query, as `query_id` does in the trace (the default)"),
        ("decision", "the column that names an endpoint, a model that has one endpoint, `fallback` or `local`"),
        ("endpoints", "a table from names in the file to endpoints of the trace"),
        ("score", "instead of a decision: a column of numbers"),
        ("at_least", "the score from which it is high"),
        ("high", "where high ones go: an id, `fallback` (default) or `local`"),
        ("low", "where low ones go: an id, `fallback` or `local` (default)"),
        ("missing", "where queries without a decision or score go; without it they are an error"),
        ("skip_if", "rows where this column is true are passed over (RouterArena's `for_optimality`)"),
    ],
    read: |text| PolicySpec::read(text, "recorded", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    file: Option<String>,
    id: Option<String>,
    decision: Option<toml::Spanned<String>>,
    endpoints: Option<BTreeMap<String, String>>,
    score: Option<toml::Spanned<String>>,
    at_least: Option<toml::Spanned<f64>>,
    high: Option<String>,
    low: Option<String>,
    missing: Option<String>,
    skip_if: Option<String>,
}

/// Which column counts, and how its values become endpoints.
enum Value {
    Decision { column: String, endpoints: BTreeMap<String, String> },
    Score { column: String, at_least: f64, high: String, low: String },
}

impl Value {
    fn column(&self) -> &str {
        match self {
            Value::Decision { column, .. } | Value::Score { column, .. } => column,
        }
    }
}

/// Checked parameters. Without a file and a column the policy can be listed, not replayed: they are
/// given with its name, `recorded:file=FILE,decision=COLUMN`.
struct Recorded {
    source: Option<(String, Value)>,
    folder: Option<PathBuf>,
    id: String,
    missing: Option<String>,
    skip_if: Option<String>,
}

fn check(file: File, problems: &mut Problems) -> Recorded {
    let listed = file.file.is_none() && file.decision.is_none() && file.score.is_none();
    let of_score = file.at_least.is_some() || file.high.is_some() || file.low.is_some();
    let wrong = |what: &str, allowed: &str| Error::new(what).allowed(allowed);
    let value = match (file.decision, file.score) {
        (Some(column), None) => {
            if of_score {
                problems.add(column.span(), wrong("a decision needs no limit of a score", "`at_least`, `high` and `low` with a `score`"));
            }
            Some(Value::Decision { column: column.into_inner(), endpoints: file.endpoints.unwrap_or_default() })
        }
        (None, Some(column)) => {
            if file.endpoints.is_some() {
                problems.add(column.span(), wrong("a score names no endpoints", "`endpoints` with a `decision`"));
            }
            match &file.at_least {
                None => problems.add(column.span(), wrong("a score has no limit", "`at_least`, a number")),
                Some(limit) if !limit.get_ref().is_finite() => {
                    problems.add(limit.span(), Error::new("`at_least` is no number").found(limit.get_ref()).allowed("finite numbers"));
                }
                Some(_) => {}
            }
            let at_least = file.at_least.map_or(f64::NAN, toml::Spanned::into_inner);
            let (high, low) = (file.high.unwrap_or_else(|| target::FALLBACK.into()), file.low.unwrap_or_else(|| target::LOCAL.into()));
            Some(Value::Score { column: column.into_inner(), at_least, high, low })
        }
        (Some(_), Some(column)) => {
            problems.add(column.span(), wrong("a recorded policy has two columns that decide", "either `decision` or `score`"));
            None
        }
        (None, None) => None,
    };
    if !listed && file.file.is_none() {
        problems.whole(wrong("a recorded policy has no file", "`file`"));
    } else if !listed && value.is_none() {
        problems.whole(wrong("a recorded policy has no column that decides", "either `decision` or `score`"));
    }
    Recorded {
        source: file.file.zip(value),
        folder: problems.folder().map(Path::to_owned),
        id: file.id.unwrap_or_else(|| schema::QUERY_ID.to_owned()),
        missing: file.missing,
        skip_if: file.skip_if,
    }
}

impl Parameters for Recorded {
    fn needs(&self) -> Needs {
        Needs { ids: true, ..Needs::default() }
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let (file, value) = self.source.as_ref().ok_or_else(|| {
            Error::new("a recorded policy has no file").hint("say `recorded:file=FILE,decision=COLUMN`, or write a policy file of kind `recorded`")
        })?;
        let path = self.find(file)?;
        let columns = RecordingColumns { id: &self.id, value: value.column(), skip_if: self.skip_if.as_deref() };
        let recording = Recording::read(&path, &columns)?;
        let (chosen, mut uses_pool) = match value {
            Value::Decision { column, endpoints } => choose::decided(&recording, column, endpoints, context)?,
            Value::Score { column, at_least, high, low } => choose::scored(&recording, column, *at_least, [high, low], context)?,
        };
        let mut notes = Vec::new();
        if recording.skipped > 0 {
            notes.push(format!("{} rows of {} passed over by `skip_if`", recording.skipped, path.display()));
        }
        let joined = choose::join(&recording, &chosen, context, &path, &mut notes)?;
        let lacking = joined.iter().filter(|choice| choice.is_none()).count();
        let rest = match &self.missing {
            Some(name) => {
                let (endpoint, pooled) = target::resolve(name, "missing", context)?;
                uses_pool |= pooled;
                if lacking > 0 {
                    let id = context.trace.info.endpoints.get(usize::from(endpoint)).map_or("", |endpoint| endpoint.id.as_str());
                    notes.push(format!("{lacking} of {} queries have no decision and go to {id}", joined.len()));
                }
                endpoint
            }
            None if lacking > 0 => return Err(choose::undecided(&joined, context, &path)),
            None => context.pool.fallback,
        };
        let by_position: Vec<EndpointIx> = joined.into_iter().map(|choice| choice.unwrap_or(rest)).collect();
        let mut endpoints = by_position.clone();
        endpoints.sort_unstable();
        endpoints.dedup();
        Ok(Built { uses_pool, notes, ..Built::fixed(Rule::Foresight(Box::new(ByPosition(by_position))), endpoints) })
    }
}

impl Recorded {
    /// The file: in the working directory, or beside the policy file.
    fn find(&self, file: &str) -> Result<PathBuf> {
        let beside = self.folder.iter().map(|folder| folder.join(file));
        let tried: Vec<PathBuf> = std::iter::once(PathBuf::from(file)).chain(beside).collect();
        tried.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
            let places = tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
            Error::new("there is no such file of decisions").at("`file`").found(file).allowed("a file in the working directory or beside the policy file").hint(format!("tried {places}"))
        })
    }
}

/// An endpoint for each query of the trace.
pub(super) struct ByPosition(pub(super) Vec<EndpointIx>);

impl Policy for ByPosition {
    fn plan(&self, queries: &QueryBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        for index in 0..queries.len() {
            let endpoint = self.0.get(queries.position(index));
            out.single(*endpoint.ok_or_else(|| Error::new("a query came that was not there when its endpoint was chosen"))?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
