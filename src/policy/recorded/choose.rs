//! From the rows of a file to an endpoint for each query.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::error::{Error, Result};
use crate::policy::{Context, target};
use crate::trace::{EndpointIx, RecordedValue, Recording};

/// The endpoint of each row, `None` where it has none, and whether any depends on the pool.
pub(super) type Chosen = (Vec<Option<EndpointIx>>, bool);

/// The endpoints that a column of names decides for.
pub(super) fn decided(recording: &Recording, column: &str, names: &BTreeMap<String, String>, context: &Context) -> Result<Chosen> {
    let mut known = BTreeMap::<&str, Option<(EndpointIx, bool)>>::new();
    let mut unknown = Vec::new();
    let mut chosen = Vec::with_capacity(recording.rows.len());
    for row in &recording.rows {
        let name = match &row.value {
            RecordedValue::Missing => {
                chosen.push(None);
                continue;
            }
            RecordedValue::Text(name) => name.as_str(),
            other => {
                let place = format!("{}, column `{column}`", recording.place(row));
                return Err(Error::new("a decision is no name").at(place).found(other).allowed("the name of an endpoint or a model"));
            }
        };
        let target = match known.get(name) {
            Some(target) => *target,
            None => {
                let target = endpoint(name, names, context);
                let found = target.as_ref().ok().copied();
                unknown.extend(target.err().map(|error| error.at(format!("{}, column `{column}`", recording.place(row)))));
                known.insert(name, found);
                found
            }
        };
        chosen.push(target.map(|(endpoint, _)| endpoint));
    }
    let uses_pool = known.values().flatten().any(|(_, pooled)| *pooled);
    Error::all(unknown).map_or(Ok((chosen, uses_pool)), Err)
}

/// The endpoint that a name in the file means: by the table, by its id or role, or by its model.
fn endpoint(name: &str, names: &BTreeMap<String, String>, context: &Context) -> Result<(EndpointIx, bool)> {
    if let Some(target) = names.get(name) {
        return target::resolve(target, "endpoints", context);
    }
    let endpoints = &context.trace.info.endpoints;
    let of_model: Vec<(EndpointIx, &str)> =
        (0..).zip(endpoints).filter(|(_, endpoint)| endpoint.model == name).map(|(index, endpoint)| (index, endpoint.id.as_str())).collect();
    if of_model.is_empty() || endpoints.iter().any(|endpoint| endpoint.id == name) {
        return target::resolve(name, "decision", context).map_err(|error| error.hint("names of its own: `endpoints = { name = \"ENDPOINT\" }`"));
    }
    let in_pool: Vec<EndpointIx> = of_model.iter().map(|(index, _)| *index).filter(|index| context.pool.all.contains(index)).collect();
    match (&of_model[..], &in_pool[..]) {
        (&[(only, _)], _) => Ok((only, false)),
        (_, &[only]) => Ok((only, true)),
        _ => {
            let ids: Vec<&str> = of_model.iter().map(|(_, id)| *id).collect();
            Err(Error::new("a decision names a model that has several endpoints")
                .found(format!("`{name}`"))
                .allowed(ids.join(", "))
                .hint(format!("say which: `endpoints = {{ \"{name}\" = \"ENDPOINT\" }}`")))
        }
    }
}

/// The endpoints on both sides of a limit of a column of scores.
pub(super) fn scored(recording: &Recording, column: &str, at_least: f64, [high, low]: [&str; 2], context: &Context) -> Result<Chosen> {
    let (high, high_pooled) = target::resolve(high, "high", context)?;
    let (low, low_pooled) = target::resolve(low, "low", context)?;
    let mut chosen = Vec::with_capacity(recording.rows.len());
    for row in &recording.rows {
        chosen.push(match (&row.value, row.value.number()) {
            (_, Some(score)) => Some(if score >= at_least { high } else { low }),
            (RecordedValue::Missing, None) => None,
            (other, None) => {
                let place = format!("{}, column `{column}`", recording.place(row));
                return Err(Error::new("a score is no number").at(place).found(other).allowed("finite numbers, or nothing where it is missing"));
            }
        });
    }
    Ok((chosen, high_pooled || low_pooled))
}

/// The choice for each query of the trace, in its order.
#[allow(clippy::indexing_slicing, reason = "positions are those of the ids, whose number the cells have")]
pub(super) fn join(
    recording: &Recording,
    chosen: &[Option<EndpointIx>],
    context: &Context,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<Option<EndpointIx>>> {
    let ids = context.trace.queries.ids.as_ref().ok_or_else(|| Error::new("the names of the queries were not read"))?;
    let positions: HashMap<&str, usize> = ids.iter().enumerate().map(|(position, id)| (id.as_str(), position)).collect();
    let mut joined = vec![None; ids.len()];
    let mut strangers = Vec::new();
    for (row, &choice) in recording.rows.iter().zip(chosen) {
        match positions.get(row.id.as_str()) {
            Some(&position) => joined[position] = choice,
            None => strangers.push(row.id.as_str()),
        }
    }
    if strangers.len() == recording.rows.len() {
        let example = |id: Option<&str>| id.map(|id| format!("such as `{id}`")).unwrap_or_default();
        return Err(Error::new("no query of the trace is in the file of decisions")
            .at(path.display())
            .found(format!("{} ids {}", strangers.len(), example(strangers.first().copied())))
            .allowed(format!("ids of the trace {}", example(ids.first().map(String::as_str))))
            .hint("`id` names the column that holds them"));
    }
    if let Some(first) = strangers.first() {
        let count = strangers.len();
        notes.push(format!("{count} decisions of {} are for queries that the trace does not have, such as `{first}`", path.display()));
    }
    Ok(joined)
}

/// The error of queries without a decision where it is not said where they go.
pub(super) fn undecided(joined: &[Option<EndpointIx>], context: &Context, path: &Path) -> Error {
    let lacking = joined.iter().filter(|choice| choice.is_none()).count();
    let first = joined.iter().position(Option::is_none).zip(context.trace.queries.ids.as_ref()).and_then(|(position, ids)| ids.get(position));
    Error::new("queries without a decision")
        .at(path.display())
        .found(format!("{lacking} of {}, such as `{}`", joined.len(), first.map_or("", String::as_str)))
        .hint("say where they go: `missing = \"fallback\"`")
}
