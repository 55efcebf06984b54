//! A report as a folder of files.

use std::path::{Path, PathBuf};

use super::read::REPORT_FILE;
use super::{Report, Table, csv, parquet, tables};
use crate::error::Result;
use crate::output;

impl Report {
    /// The tidy tables that have rows: those that a run's folder has as CSV and Parquet.
    pub fn tables(&self) -> Vec<Table> {
        tables::all(self)
    }

    /// Writes the folder of a run: `report.json`, `report.md`, every table that has rows as CSV and as
    /// Parquet (`policies`, `shares`, `groups`, `curves`), and what `also` adds to it, which returns the
    /// names of its files. The folder appears when it is whole. Returns the files, `report.json` first.
    ///
    /// # Errors
    /// Where a figure is not finite, where there is something already and `force` is not set or it
    /// is no run of this program, and where the system refuses.
    pub fn write(&self, folder: &Path, force: bool, also: impl FnOnce(&Path) -> Result<Vec<PathBuf>>) -> Result<Vec<PathBuf>> {
        let json = self.to_json()?;
        let mut files = vec![PathBuf::from(REPORT_FILE), PathBuf::from("report.md")];
        output::folder(folder, force, REPORT_FILE, |fresh| {
            output::file(&fresh.join(REPORT_FILE), false, json.as_bytes())?;
            output::file(&fresh.join("report.md"), false, self.to_markdown().as_bytes())?;
            for table in self.tables() {
                let (text, binary) = (format!("{}.csv", table.name), format!("{}.parquet", table.name));
                output::file(&fresh.join(&text), false, &csv::bytes(&table)?)?;
                parquet::write(&table, &fresh.join(&binary))?;
                files.extend([PathBuf::from(text), PathBuf::from(binary)]);
            }
            files.extend(also(fresh)?);
            Ok(())
        })?;
        Ok(files.iter().map(|file| folder.join(file)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::{AnyValue, ParquetReader, SerReader};

    use super::*;
    use crate::report::{Figure, sample};

    fn written(report: &Report) -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let files = report.write(&dir.path().join("run"), false, |_| Ok(Vec::new())).unwrap();
        (dir, files)
    }

    /// A Parquet cell as the text that CSV has for it.
    fn text(cell: AnyValue) -> String {
        match cell {
            AnyValue::Null => String::new(),
            AnyValue::Float64(number) => format!("{number:?}"),
            AnyValue::UInt64(count) => count.to_string(),
            AnyValue::Boolean(flag) => flag.to_string(),
            AnyValue::String(text) => text.to_owned(),
            other => panic!("{other:?} is of a type that no table has"),
        }
    }

    #[test]
    fn csv_and_parquet_hold_the_same() {
        let compared = sample::compared();
        let (dir, files) = written(&Report { compare: compared.compare, routers: compared.routers, ..sample::report() });
        assert!(files.iter().all(|file| file.is_file()), "{files:?}");
        for name in ["policies", "shares", "groups", "curves", "compare", "routers", "reliability"] {
            let run = dir.path().join("run");
            let frame = ParquetReader::new(File::open(run.join(format!("{name}.parquet"))).unwrap()).finish().unwrap();
            let mut reader = ::csv::Reader::from_path(run.join(format!("{name}.csv"))).unwrap();
            let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
            assert!(frame.get_column_names().iter().map(|name| name.as_str()).eq(&header), "{header:?}");
            let records: Vec<::csv::StringRecord> = reader.records().map(|record| record.unwrap()).collect();
            assert_eq!(records.len(), frame.height());
            for (row, record) in records.iter().enumerate() {
                for (column, cell) in frame.columns().iter().zip(record) {
                    assert_eq!(text(column.get(row).unwrap()), cell, "{name}, row {row}, `{}`", column.name());
                }
            }
        }
    }

    #[test]
    fn tables_are_tidy_and_unknown_is_empty() {
        let report = sample::report();
        let text = String::from_utf8(report.policies_csv().unwrap()).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no `{name}`"));
        let rows: Vec<::csv::StringRecord> = reader.records().map(|record| record.unwrap()).collect();
        // 5 policies by 2 baselines.
        assert_eq!(rows.len(), 10);
        assert_eq!(&rows[0][at("energy_saving")], format!("{:?}", report.policies[0].savings[sample::XL1].energy.unwrap().value));
        assert_eq!(&rows[1][at("baseline")], sample::XL16);
        assert_eq!(&rows[0][at("cost_usd_total")], "");
        assert_eq!(&rows[0][at("latency_saving_low")], "");
        // 101 and 5 points by 2 baselines, and the header.
        assert_eq!(String::from_utf8(report.curves_csv().unwrap()).unwrap().lines().count(), 1 + 2 * 106);
    }

    #[test]
    fn a_run_is_written_whole_or_not_at_all() {
        let mut report = sample::report();
        let (dir, _) = written(&report);
        let run = dir.path().join("run");
        assert!(report.write(&run, false, |_| Ok(Vec::new())).unwrap_err().to_string().contains("already"));
        report.curves.clear();
        let files = report.write(&run, true, |_| Ok(Vec::new())).unwrap();
        assert!(!run.join("curves.csv").exists() && files.len() == 10, "{files:?}");
        report.policies[0].apj = Some(Figure::exact(f64::NAN));
        assert!(report.write(&run, true, |_| Ok(Vec::new())).unwrap_err().to_string().contains("policies[0].apj.value"));
        assert!(Report::read(&run).unwrap().policies[0].apj.is_some(), "the run before is still there");
        let other = dir.path().join("notes");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("a.txt"), "mine").unwrap();
        assert!(sample::report().write(&other, true, |_| Ok(Vec::new())).is_err(), "another folder is not replaced");
    }

    #[test]
    fn a_report_is_read_from_its_folder_or_file() {
        let report = sample::report();
        let (dir, files) = written(&report);
        assert_eq!(Report::read(&dir.path().join("run")).unwrap(), report);
        assert_eq!(Report::read(&files[0]).unwrap(), report);
    }
}
