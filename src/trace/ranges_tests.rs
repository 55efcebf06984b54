//! Ranges of a trace, put together again, are the trace.

use std::ops::Range;
use std::path::Path;

use polars::prelude::{IntoSeries, ParquetReader, ParquetWriter, PolarsError, SerReader};

use super::{Column, Columns, Draft, DraftEndpoint, Endpoint, Metric, Names, Queries, Trace, TraceReader};
use crate::error::{Error, Result};

/// Rows of a row group.
const GROUP: usize = 4_096;
/// Three row groups: two full ones and a rest.
const QUERIES: usize = 2 * GROUP + 501;

fn draft() -> Draft {
    let rows = || (0..QUERIES as u32).map(|row| row * 2);
    let endpoint = |index: u32| {
        let about = Endpoint { params_total_b: Some(1.0), ..Endpoint::new(&format!("m{index}"), None) };
        let mut out = DraftEndpoint { endpoint: about, rows: rows().collect(), ..DraftEndpoint::default() };
        out.metrics.set(Metric::Score, rows().map(|row| f64::from(row % 3 == index)).collect());
        let energy = rows().map(|row| if row % 98 == 0 { f64::NAN } else { f64::from(row) + f64::from(index) / 8.0 });
        out.metrics.set(Metric::EnergyJ, energy.collect());
        out
    };
    let category = (0..QUERIES).map(|row| (row % 7 > 0).then_some(["a", "b", "a category with a long name"][row / 9 % 3]));
    let queries = Queries {
        rows: rows().collect(),
        ids: Some((0..QUERIES).map(|row| format!("query {row}")).collect()),
        dataset: Some(Names::new((0..QUERIES).map(|row| Some(["one data set of a long name", "two"][row / 5_000])))),
        category: Some(Names::new(category)),
        input_tokens: Some(Column::from_vec((0..QUERIES).map(|row| row as f64).collect())),
        ..Queries::default()
    };
    Draft { queries, endpoints: (0..2).map(endpoint).collect(), ..Draft::default() }
}

fn with_trace<T>(draft: Draft, look: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
    let path = folder.path().join("t");
    draft.write_in_groups(&path, false, GROUP)?;
    look(&path)
}

/// Writes some rows of a file of outcomes, `shift` added to their numbers, as a file of their own.
fn copy_rows(from: &Path, to: &Path, rows: Range<usize>, shift: u32) -> Result<()> {
    let fail = |cause: PolarsError| Error::new("not copied").cause(cause);
    let open = |path: &Path| std::fs::File::open(path).map_err(|error| Error::new("not opened").cause(error));
    let table = ParquetReader::new(open(from)?).finish().map_err(fail)?;
    let mut table = table.slice(rows.start as i64, rows.len());
    let row = table.column("row").and_then(|row| Ok(row.as_materialized_series().u32()? + shift)).map_err(fail)?;
    table.with_column(row.into_series().into()).map_err(fail)?;
    let file = std::fs::File::create(to).map_err(|error| Error::new("not created").cause(error))?;
    ParquetWriter::new(file).finish(&mut table).map(|_| ()).map_err(fail)
}

/// The numbers of a column, as bits so that NaN equals itself.
fn bits(column: Option<&Column>) -> Vec<u64> {
    column.into_iter().flat_map(Column::iter).map(f64::to_bits).collect()
}

fn same(part: &Trace, whole: &Trace, start: usize) {
    let rows = start..start + part.len();
    assert_eq!(part.queries.rows, whole.queries.rows[rows.clone()]);
    assert_eq!(part.queries.ids.as_deref(), whole.queries.ids.as_ref().map(|ids| &ids[rows.clone()]));
    let names = |trace: &Trace, row| {
        let of = |names: &Option<Names>| names.as_ref().and_then(|names| names.get(row)).map(str::to_owned);
        (of(&trace.queries.dataset), of(&trace.queries.category))
    };
    assert!(rows.clone().all(|row| names(part, row - start) == names(whole, row)));
    assert_eq!(bits(part.queries.input_tokens.as_ref()), bits(whole.queries.input_tokens.as_ref())[rows.clone()]);
    for endpoint in 0..2 {
        for metric in [Metric::Score, Metric::EnergyJ] {
            let (one, all) = (part.metric(endpoint, metric), whole.metric(endpoint, metric));
            assert_eq!(bits(one), bits(all)[rows.clone()], "endpoint {endpoint}, {metric}, rows {rows:?}");
        }
        assert_eq!((part.outcomes[endpoint].answered, &part.outcomes[endpoint].sparse), (part.len(), &None));
    }
    assert_eq!(part.fingerprint, whole.fingerprint);
}

#[test]
fn ranges_concatenated_are_the_whole() -> Result<()> {
    with_trace(draft(), |path| {
        let name = path.display().to_string();
        let columns = Columns { ids: true, ..Columns::metrics(&[Metric::Score, Metric::EnergyJ]) };
        let whole = Trace::open(&name, &columns)?;
        let reader = TraceReader::open(&name)?;
        assert_eq!((reader.len(), reader.bounds()), (QUERIES, &[0, GROUP, 2 * GROUP, QUERIES][..]));
        assert!(reader.is_dense() && reader.fingerprint() == whole.fingerprint && reader.info() == &whole.info);
        // By row groups, and in pieces that cut row groups and blocks.
        for size in [GROUP, 1_003] {
            for start in (0..QUERIES).step_by(size) {
                let part = reader.read(start..(start + size).min(QUERIES), &columns)?;
                same(&part, &whole, start);
            }
        }
        same(&reader.read(4_095..4_097, &columns)?, &whole, 4_095);
        assert!(reader.read(5..5, &columns).is_err() && reader.read(0..QUERIES + 1, &columns).is_err());
        Ok(())
    })
}

#[test]
fn an_endpoint_of_several_files_is_read_in_ranges() -> Result<()> {
    with_trace(draft(), |path| {
        let name = path.display().to_string();
        let columns = Columns { ids: true, ..Columns::metrics(&[Metric::Score, Metric::EnergyJ]) };
        let whole = Trace::open(&name, &columns)?;
        // The rows of endpoint `m1` in files of which the second begins within a row group of the queries.
        let outcomes = path.join("outcomes/endpoint=m1");
        let file = outcomes.join("part-0.parquet");
        let halves = [(0, 5_001), (5_001, QUERIES)];
        let wrote = halves
            .iter()
            .enumerate()
            .try_for_each(|(part, &(start, end))| copy_rows(&file, &outcomes.join(format!("part-{}.parquet", part + 1)), start..end, 0));
        wrote?;
        std::fs::remove_file(&file).map_err(|error| Error::new("not removed").cause(error))?;
        let again = Trace::open(&name, &columns)?;
        same(&Trace { fingerprint: whole.fingerprint.clone(), ..again }, &whole, 0);
        let reader = TraceReader::open(&name)?;
        for start in (0..QUERIES).step_by(900) {
            let part = reader.read(start..(start + 900).min(QUERIES), &columns)?;
            same(&Trace { fingerprint: whole.fingerprint.clone(), ..part }, &whole, start);
        }
        Ok(())
    })
}

#[test]
fn sparse_outcomes_are_refused_and_faults_name_their_row() -> Result<()> {
    let columns = Columns::metrics(&[Metric::Score]);
    let mut sparse = draft();
    let endpoint = &mut sparse.endpoints[1];
    endpoint.rows.pop();
    endpoint.metrics = Default::default();
    endpoint.metrics.set(Metric::Score, vec![1.0; QUERIES - 1]);
    with_trace(sparse, |path| {
        let reader = TraceReader::open(&path.display().to_string())?;
        assert!(!reader.is_dense());
        let error = reader.read(0..10, &columns).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("8692 outcomes of `m1` for 8693 queries"), "{error}");
        Ok(())
    })?;
    // Rows of the same number that are other rows: those of the first query and no other belong to none.
    with_trace(draft(), |path| {
        let (from, to) = (path.join("outcomes/endpoint=m0"), path.join("outcomes/endpoint=m1"));
        copy_rows(&from.join("part-0.parquet"), &to.join("part-0.parquet"), 0..QUERIES, 1)?;
        let reader = TraceReader::open(&path.display().to_string())?;
        let error = reader.read(5_000..5_004, &columns).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("an outcome belongs to no query") && error.contains("row 5000"), "{error}");
        Ok(())
    })
}

#[test]
fn parts_cut_no_row_group() -> Result<()> {
    with_trace(draft(), |path| {
        let name = path.display().to_string();
        let parts = |least| TraceReader::open(&name).map(|reader| reader.even_parts(least));
        assert_eq!([parts(1)?, parts(GROUP)?, parts(GROUP + 1)?], [Some(GROUP), Some(GROUP), Some(2 * GROUP)]);
        // One part is the whole.
        assert_eq!(parts(2 * GROUP + 1)?, None);
        // A file with other row groups would be decoded twice where parts cut them.
        let outcomes = path.join("outcomes").join("endpoint=m1").join("part-0.parquet");
        let copy = path.join("copy.parquet");
        copy_rows(&outcomes, &copy, 0..QUERIES, 0)?;
        std::fs::rename(&copy, &outcomes).map_err(|error| Error::new("not renamed").cause(error))?;
        assert_eq!(parts(GROUP)?, None);
        Ok(())
    })
}
