//! Running a reader on files: once, so many cases, or for a time; findings are made smaller and kept.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use wattroute::Error;

use crate::corpus;
use crate::mutate::{Material, mutated};
use crate::random::Random;
use crate::readers::Reader;
use crate::seeds::THOROUGH;
use crate::watch::watched;

/// One case in so many is used in ways that take long too.
const THOROUGHLY: u64 = 16;
/// Tries to make a finding smaller.
const TRIES: usize = 300;

/// What came of many cases.
pub struct Done {
    cases: u64,
    read: u64,
    took: Duration,
    /// What was found, a line each.
    pub findings: Vec<String>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        let rate = self.cases as f64 / seconds;
        write!(
            f,
            "{} cases in {seconds:.0} s ({rate:.0} a second), {} without an error, {} findings",
            self.cases,
            self.read,
            self.findings.len()
        )
    }
}

/// The folder of this test's cases: in memory where the system has such a folder, since writing what was
/// imported to a disk would take most of the time. The last case stays, should the process be killed.
fn folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let place = if memory.is_dir() { memory } else { env!("CARGO_TARGET_TMPDIR").into() };
    place.join(format!("wattroute-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()))
}

/// Removes the folder of this test's cases.
pub fn clear() {
    let _ = fs::remove_dir_all(folder());
}

/// Reads one file: its error where it has one, or a finding.
pub fn once(reader: &Reader, bytes: &[u8]) -> Result<Option<Error>, String> {
    run(reader, bytes, true)
}

fn run(reader: &Reader, bytes: &[u8], thorough: bool) -> Result<Option<Error>, String> {
    let folder = folder().join(reader.name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(reader.file), bytes).unwrap();
    let done = watched(reader.name, bytes, || {
        THOROUGH.store(thorough, Ordering::Relaxed);
        let error = (reader.read)(&folder, bytes).err();
        // An error is shown, so that this must not fail either.
        error.inspect(|error| assert!(!error.to_string().is_empty(), "an error without a word"))
    });
    let _ = fs::remove_file(folder.join(reader.file));
    done
}

/// The cases `0..cases` of a seed.
pub fn cases(reader: &Reader, seed: u64, cases: u64) -> Done {
    many(reader, seed, |case, _| case < cases)
}

/// Cases of a seed for a time.
pub fn for_a_time(reader: &Reader, seed: u64, time: Duration) -> Done {
    many(reader, seed, |_, took| took < time)
}

fn many(reader: &Reader, seed: u64, go_on: impl Fn(u64, Duration) -> bool) -> Done {
    let mut seeds = (reader.seeds)();
    seeds.extend(corpus::found(reader.name).into_iter().map(|(_, bytes)| bytes));
    let material = Material { seeds: &seeds, words: reader.words };
    let (start, mut case, mut read) = (Instant::now(), 0, 0);
    let mut findings: BTreeMap<String, PathBuf> = BTreeMap::new();
    while go_on(case, start.elapsed()) {
        let bytes = mutated(&material, &mut Random::new(seed, case));
        case += 1;
        let thorough = bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>() % THOROUGHLY == 0;
        match run(reader, &bytes, thorough) {
            Ok(error) => read += u64::from(error.is_none()),
            Err(finding) if findings.contains_key(&place(&finding)) => {}
            Err(finding) => {
                let small = smaller(reader, &place(&finding), bytes);
                findings.insert(place(&finding), corpus::keep(reader.name, &finding, &small));
                println!("{}: {finding}", reader.name);
            }
        }
    }
    let findings = findings.into_iter().map(|(finding, path)| format!("{}: {finding}: {}", reader.name, path.display())).collect();
    Done { cases: case, read, took: start.elapsed(), findings }
}

/// What tells one finding from another: where it panicked, without the values in it.
fn place(finding: &str) -> String {
    let start = finding.find(".rs:").and_then(|at| finding[..at].rfind(' ')).map_or(finding, |at| &finding[at..]);
    start.split(": ").next().unwrap_or(start).trim().to_owned()
}

/// The file without what can be left out so that the same is still found.
fn smaller(reader: &Reader, place_of: &str, mut bytes: Vec<u8>) -> Vec<u8> {
    let (mut piece, mut tries) = (bytes.len() / 2, 0);
    let start = Instant::now();
    while piece > 0 && tries < TRIES && start.elapsed() < Duration::from_secs(20) {
        let mut at = 0;
        while at < bytes.len() && tries < TRIES {
            let mut without = bytes.clone();
            without.drain(at..(at + piece).min(bytes.len()));
            tries += 1;
            match once(reader, &without) {
                Err(finding) if place(&finding) == place_of => bytes = without,
                _ => at += piece,
            }
        }
        piece /= 2;
    }
    bytes
}
