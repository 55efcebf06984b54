//! Every reader of files, fed with files that were changed at random: it must give a result or an error,
//! and a result must survive being used.
//!
//! `cargo test --test fuzz` replays what was found before (`corpus/`) and tries a few new files.
//! `WATTROUTE_FUZZ_SECONDS=300 cargo test --test fuzz -- --ignored --nocapture for_a_time::policies`
//! tries for longer; README.md here says more.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod corpus;
mod mutate;
mod random;
mod readers;
mod run;
mod seeds;
mod spans;
mod watch;

use std::time::Duration;

use readers::{READERS, Reader};

/// Cases of each reader in a plain `cargo test`.
const BURST: u64 = 4;

#[test]
fn what_was_found_before_is_read() {
    let mut problems = Vec::new();
    for reader in READERS {
        for (path, bytes) in corpus::found(reader.name) {
            problems.extend(run::once(reader, &bytes).err().map(|finding| format!("{}: {finding}", path.display())));
        }
    }
    run::clear();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The seeds are read without an error: else the fuzzer would try nothing but what is refused at once.
#[test]
fn every_seed_is_read() {
    let mut problems = Vec::new();
    for reader in READERS {
        for seed in (reader.seeds)() {
            match run::once(reader, &seed) {
                Ok(None) => {}
                Ok(Some(error)) => problems.push(format!("{}: {error}", reader.name)),
                Err(finding) => problems.push(format!("{}: {finding}", reader.name)),
            }
        }
    }
    run::clear();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_few_changed_files_are_read() {
    let findings: Vec<String> = READERS.iter().flat_map(|reader| run::cases(reader, 1, BURST).findings).collect();
    run::clear();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_folder_of_findings_is_of_a_reader() {
    for folder in corpus::folders() {
        assert!(READERS.iter().any(|reader| reader.name == folder), "corpus/{folder}: of no reader");
    }
}

/// Tries files of the readers of a group for `WATTROUTE_FUZZ_SECONDS`, shared by them; without it nothing.
fn for_a_time(group: &str) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let Some(seconds) = number("WATTROUTE_FUZZ_SECONDS") else { return };
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let seed = number("WATTROUTE_FUZZ_SEED").unwrap_or(clock);
    let readers: Vec<&Reader> = READERS.iter().copied().filter(|reader| reader.group == group || reader.name == group).collect();
    assert!(!readers.is_empty(), "no reader is called {group}");
    let each = Duration::from_secs(seconds) / u32::try_from(readers.len()).unwrap();
    let mut findings = Vec::new();
    for reader in readers {
        let done = run::for_a_time(reader, seed, each);
        println!("{}: {done} (WATTROUTE_FUZZ_SEED={seed})", reader.name);
        findings.extend(done.findings);
    }
    run::clear();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

macro_rules! for_a_time {
    ($($group:ident)*) => {
        mod for_a_time {
            $(
                #[test]
                #[ignore = "needs WATTROUTE_FUZZ_SECONDS"]
                fn $group() {
                    super::for_a_time(stringify!($group));
                }
            )*
        }

        #[test]
        fn every_group_can_be_run_for_a_time() {
            let groups = [$(stringify!($group)),*];
            for reader in READERS {
                assert!(groups.contains(&reader.group), "{} of {}", reader.name, reader.group);
            }
        }
    };
}

for_a_time! { traces cells policies settings specs workloads mappings tables csv_imports json_imports folder_imports arrivals decisions enriching routers reports tallies calls }
