//! What is asked for, what is told, and whether two sides agree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use wattroute::trace::{Columns, Metric, Trace};
use wattroute::workload::ACCOUNTS;

/// How far exact figures may be apart, as a share of the largest of their list.
const EXACT: f64 = 1e-9;
/// How many standard errors of their difference figures may be apart that each side draws.
const ERRORS: f64 = 5.0;

/// Numbers by name.
pub type Figures = BTreeMap<String, Vec<f64>>;

/// The command line.
pub struct Settings {
    pub names: Vec<String>,
    pub json: bool,
    pub serve: bool,
    pub runs: usize,
    pub theirs: Option<Value>,
    /// Folder with `trace` and `roc.f64`.
    folder: PathBuf,
    /// Folder with the real files.
    data: Option<PathBuf>,
    pub arrivals: u64,
    /// Rows of the columns of a closed form.
    pub rows: u64,
}

impl Settings {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Settings {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/full");
        let data = std::env::var_os("WATTROUTE_DATA").map(PathBuf::from);
        let mut settings = Settings {
            names: Vec::new(),
            json: false,
            serve: false,
            runs: 5,
            theirs: None,
            folder,
            data,
            arrivals: wattroute::workload::PAPER_ARRIVALS,
            rows: 10_000_000,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} has a value"));
            match argument.as_str() {
                "--bench" => {} // cargo's own
                "--json" => settings.json = true,
                "--serve" => settings.serve = true,
                "--runs" => settings.runs = value().parse().expect("a number of runs"),
                "--folder" => settings.folder = value().into(),
                "--data" => settings.data = Some(value().into()),
                "--arrivals" => settings.arrivals = value().parse().expect("a number of arrivals"),
                "--rows" => settings.rows = value().parse().expect("a number of rows"),
                "--theirs" => settings.theirs = Some(read(&value())),
                name if name.starts_with('-') => panic!("no option {name}"),
                name => settings.names.push(name.to_owned()),
            }
        }
        settings
    }

    /// A file that `benches/run.py` prepares.
    pub fn file(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        assert!(path.exists(), "{} is not there: python3 benches/run.py prepares it", path.display());
        path
    }

    /// A file among the real ones.
    pub fn data(&self, path: &str) -> PathBuf {
        self.data.as_deref().expect("WATTROUTE_DATA or --data names the folder with the real files").join(path)
    }

    /// The prepared trace, for as long as the program runs.
    pub fn trace(&self) -> &'static Trace {
        let mut metrics = vec![Metric::Score];
        metrics.extend(ACCOUNTS);
        let name = self.file("trace").display().to_string();
        let columns = Columns::metrics(&metrics);
        Box::leak(Box::new(Trace::open(&name, &columns).expect("the prepared trace can be read")))
    }
}

fn read(file: &str) -> Value {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A measurement: what came out, and the work to be timed.
pub struct Side {
    pub result: Figures,
    /// What a run's time is multiplied by: more than 1 where only a part of the work is done.
    pub factor: f64,
    pub work: Box<dyn FnMut()>,
}

impl Side {
    pub fn new(result: Figures, work: impl FnMut() + 'static) -> Side {
        Side { result, factor: 1.0, work: Box::new(work) }
    }

    /// Seconds of the clock and of the processor.
    pub fn once(&mut self) -> (f64, f64) {
        let (start, processor) = (Instant::now(), processor_seconds());
        (self.work)();
        (start.elapsed().as_secs_f64() * self.factor, (processor_seconds() - processor) * self.factor)
    }

    pub fn told(&self, name: &str, runs: &[(f64, f64)]) -> Value {
        let (seconds, processor): (Vec<f64>, Vec<f64>) = runs.iter().copied().unzip();
        let versions = json!({ "wattroute": env!("CARGO_PKG_VERSION") });
        json!({ "name": name, "seconds": seconds, "processor": processor, "result": self.result, "standard_errors": {}, "versions": versions })
    }

    /// Stops where the other side's result is another one.
    pub fn agree(&self, theirs: &Value) {
        let lists = |key: &str| -> Figures {
            let of = |value: &Value| match value {
                Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
                value => value.as_f64().into_iter().collect(),
            };
            theirs[key].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), of(value))).collect()
        };
        let (found, errors) = (lists("result"), lists("standard_errors"));
        assert!(found.keys().eq(self.result.keys()), "figures {:?} here, {:?} there", self.result.keys(), found.keys());
        for (name, ours) in &self.result {
            let theirs = &found[name];
            assert_eq!(ours.len(), theirs.len(), "figures of {name}");
            let largest = ours.iter().chain(theirs).fold(0.0, |largest: f64, figure| largest.max(figure.abs()));
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                // Both sides draw as many numbers, so that their errors are the same.
                let error = errors.get(name).map_or(0.0, |errors| errors[index] * std::f64::consts::SQRT_2);
                let apart = (ours - theirs).abs();
                assert!(
                    apart <= EXACT * largest + ERRORS * error,
                    "{name}, figure {index}: {ours} here, {theirs} there, standard error {error}"
                );
            }
        }
    }
}

/// A line for a person.
pub fn line(name: &str, runs: &[(f64, f64)]) -> String {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let (seconds, processor) = runs.iter().copied().unzip();
    format!("{name}: {:.4} s, {:.4} s of processor time, medians of {}", middle(seconds), middle(processor), runs.len())
}

/// What all threads that are there have taken so far, where the system tells.
fn processor_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}
