//! From a trace on disk back to a draft, so that something can be added to it.

use polars::prelude::{ParquetReader, SerReader};

use super::draft::{Draft, DraftEndpoint};
use super::endpoint::Endpoint;
use super::partition::partition;
use super::place::TracePlace;
use super::schema::{self, Metric};
use super::table::{Outcomes, Trace};
use super::wanted::Columns;
use crate::error::{Error, Result};

impl From<Trace> for Draft {
    /// The same trace as a draft. Only what was read is in it: [`Draft::open`] reads all.
    fn from(trace: Trace) -> Self {
        let Trace { info, queries, outcomes, .. } = trace;
        let endpoints = info.endpoints.iter().zip(outcomes).map(|(endpoint, outcomes)| redraft(endpoint, &outcomes, &queries.rows));
        Draft { endpoints: endpoints.collect(), info, queries }
    }
}

/// An endpoint's outcomes without the rows of queries that it did not answer.
fn redraft(endpoint: &Endpoint, outcomes: &Outcomes, queries: &[u32]) -> DraftEndpoint {
    let positions: Vec<u32> = outcomes.sparse.clone().unwrap_or_else(|| (0..).take(queries.len()).collect());
    let mut draft = DraftEndpoint { endpoint: endpoint.clone(), ..DraftEndpoint::default() };
    draft.rows = positions.iter().filter_map(|&position| queries.get(position as usize).copied()).collect();
    for (metric, column) in outcomes.metrics.iter() {
        let cells = positions.iter().map(|&position| column.get(position as usize).unwrap_or(f64::NAN));
        draft.metrics.set(metric, cells.collect());
    }
    for (metric, sources) in outcomes.sources.iter() {
        let codes = positions.iter().filter_map(|&position| sources.get(position as usize).copied());
        draft.sources.set(metric, codes.collect());
    }
    draft
}

impl Draft {
    /// Reads a whole trace, by folder or name, to be changed and written again. With it come the
    /// columns that this version of the program does not know and therefore cannot carry over.
    ///
    /// # Errors
    /// As [`Trace::open`].
    pub fn open(name: &str) -> Result<(Draft, Vec<String>)> {
        let trace = Trace::open(name, &Columns::all())?;
        let place = TracePlace::find(name)?;
        let mut unknown = Vec::new();
        let all = Columns::all();
        let is_query = |name: &str| all.wants_of_queries(name);
        unknown.extend(unknown_columns(&place, schema::QUERIES_FILE, is_query)?);
        for endpoint in &trace.info.endpoints {
            let folder = format!("{}/{}", schema::OUTCOMES_DIR, partition(&endpoint.id));
            for file in place.list(&folder).iter().filter(|name| name.ends_with(".parquet")) {
                unknown.extend(unknown_columns(&place, &format!("{folder}/{file}"), is_outcome)?);
            }
        }
        Ok((Draft::from(trace), unknown))
    }
}

fn is_outcome(name: &str) -> bool {
    name == schema::ROW || Metric::from_column(name.strip_suffix(schema::SOURCE_SUFFIX).unwrap_or(name)).is_some()
}

fn unknown_columns(place: &TracePlace, file: &str, known: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let Some(source) = place.open(file)? else { return Ok(Vec::new()) };
    let mut reader = ParquetReader::new(source);
    let columns =
        reader.schema().map_err(|error| Error::new("cannot read a Parquet file of the trace").at(place.name(file)).cause(error))?;
    Ok(columns.iter_names().filter(|name| !known(name)).map(|name| format!("column `{name}` of {file}")).collect())
}

#[cfg(test)]
mod tests {
    use super::super::column::{Column, Names};
    use super::super::table::{Feature, Queries};
    use super::*;

    /// Three queries, rows 2, 5 and 9; `b` answered only rows 2 and 9, and of row 9 nothing is known.
    fn sparse() -> Draft {
        let queries = Queries {
            rows: vec![2, 5, 9],
            ids: Some(vec!["x".into(), "y".into(), "z".into()]),
            dataset: Some(Names::new([Some("d"), None, Some("d")].into_iter())),
            prompts: Some(vec![Some("one".into()), None, Some("three".into())]),
            features: vec![("length".into(), Feature::Number(Column::from_vec(vec![1.0, f64::NAN, 3.0])))],
            ..Queries::default()
        };
        let mut a = DraftEndpoint { endpoint: Endpoint::new("a", None), rows: vec![2, 5, 9], ..DraftEndpoint::default() };
        a.metrics.set(Metric::Score, vec![1.0, 0.0, f64::NAN]);
        let mut b = DraftEndpoint { endpoint: Endpoint::new("b", None), rows: vec![2, 9], ..DraftEndpoint::default() };
        b.metrics.set(Metric::EnergyJ, vec![7.0, f64::NAN]);
        b.sources.set(Metric::EnergyJ, vec![1, 0]);
        let mut draft = Draft { queries, endpoints: vec![a, b], ..Draft::default() };
        draft.info.name = "sparse".into();
        assert_eq!(draft.info.source_code("a guess").unwrap_or_default(), 1);
        draft
    }

    #[test]
    fn a_trace_survives_the_way_through_memory() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("t");
        sparse().write(&path, false)?;
        let (again, unknown) = Draft::open(&path.display().to_string())?;
        assert!(unknown.is_empty(), "{unknown:?}");
        let rows: Vec<&[u32]> = again.endpoints.iter().map(|endpoint| endpoint.rows.as_slice()).collect();
        assert_eq!(
            rows,
            [&[2, 5, 9][..], &[2, 9]],
            "row 5, which `b` did not answer, must not appear; row 9, of which nothing is known, must"
        );
        assert_eq!(again.endpoints[1].sources.get(Metric::EnergyJ), Some(&vec![1, 0]));
        assert_eq!(again.queries.ids, sparse().queries.ids);
        assert_eq!(again.queries.prompts, sparse().queries.prompts);
        assert_eq!(again.queries.features.len(), 1);
        assert_eq!(again.info.sources, sparse().info.sources);
        Ok(())
    }

    #[test]
    fn a_choice_of_rows_keeps_what_was_answered() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("t");
        sparse().write(&path, false)?;
        let trace = Trace::open(&path.display().to_string(), &Columns::all())?.gather(&[1, 2]);
        // Of positions 1 and 2 (rows 5 and 9) `b` answered row 9, now at position 1.
        assert_eq!((trace.outcomes[1].answered, trace.outcomes[1].sparse.clone()), (1, Some(vec![1])));
        assert_eq!((trace.outcomes[0].answered, trace.outcomes[0].sparse.clone()), (2, None));
        Ok(())
    }
}
