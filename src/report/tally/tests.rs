//! Tallies as files: what is written comes back, and what is no tally says so.

use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use super::*;
use crate::error::Result;
use crate::policy::PolicySpec;
use crate::replay::{Parts, Request, Silent, Stream, Totals};
use crate::report::Report;
use crate::trace::{Columns, Trace};

/// The toy trace without the endpoint that did not answer every query.
struct Toy(Trace);

impl Toy {
    fn new() -> Toy {
        let mut trace = Trace::open("toy", &Columns::all()).unwrap();
        let sparse = trace.outcomes.iter().position(|outcomes| outcomes.answered < trace.len()).unwrap();
        trace.outcomes.remove(sparse);
        trace.info.endpoints.remove(sparse);
        Toy(trace)
    }
}

impl Parts for Toy {
    fn queries(&self) -> usize {
        self.0.len()
    }

    fn read(&self, range: Range<usize>, _: &Columns) -> Result<Trace> {
        Ok(self.0.gather(&range.map(|row| row as u32).collect::<Vec<_>>()))
    }
}

fn tally_of(seed: u64) -> PartTally {
    let (reader, columns) = (Toy::new(), Columns::all());
    let specs: Vec<PolicySpec> = ["oracle", "noisy-oracle", "random"].iter().map(|name| PolicySpec::find(name).unwrap()).collect();
    let request = Request { replicates: 3, seed, ..Request::default() };
    let stream = Stream::within(&reader, 0..12, &columns, &specs, &request, 100).unwrap();
    let arguments = ["replay", "toy", "--policy", "oracle"].map(str::to_owned).to_vec();
    let making = Making { verb: "replay".to_owned(), arguments, carbon_g_per_kwh: None };
    PartTally { making, part: stream.add_up(&Silent).unwrap() }
}

fn merged(bytes: Vec<u8>) -> Result<Report> {
    merge(vec![TallyFile::from_bytes(bytes, "a tally")?])
}

fn refused(bytes: Vec<u8>) -> String {
    merged(bytes).unwrap_err().to_string()
}

/// The head of a tally and its numbers, changed, as a file whose checksum is right.
fn forged(change: impl FnOnce(&mut serde_json::Value, &mut Vec<(String, i128)>)) -> Vec<u8> {
    let tally = tally_of(0);
    let mut head = serde_json::to_value(tally.head()).unwrap();
    let mut rows = Vec::new();
    tally
        .part
        .totals
        .clone()
        .visit(&mut |what, number| {
            rows.push((what.to_owned(), number));
            Ok(number)
        })
        .unwrap();
    change(&mut head, &mut rows);
    let head = serde_json::to_string(&head).unwrap();
    let (of, numbers): (Vec<String>, Vec<i128>) = rows.into_iter().unzip();
    let highs: Vec<i64> = numbers.iter().map(|number| (number >> 64) as i64).collect();
    let lows: Vec<u64> = numbers.iter().map(|number| *number as u64).collect();
    let columns: Vec<Column> =
        vec![Series::new("of".into(), of).into(), Series::new("high".into(), highs).into(), Series::new("low".into(), lows).into()];
    let mut bytes = Vec::new();
    let footer = KeyValueMetadata::from_static(vec![(FORMAT.to_owned(), head), (CHECK.to_owned(), seal::open())]);
    let writer = ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(footer));
    writer.finish(&mut DataFrame::new(numbers.len(), columns).unwrap()).unwrap();
    seal::seal(&mut bytes).unwrap();
    bytes
}

#[test]
fn what_is_written_comes_back() {
    let tally = tally_of(5);
    let bytes = tally.to_bytes().unwrap();
    assert_eq!(bytes, tally_of(5).to_bytes().unwrap());
    let read = TallyFile::from_bytes(bytes.clone(), "here").unwrap().read().unwrap();
    assert_eq!((&read.making, &read.part.outline, &read.part.largest), (&tally.making, &tally.part.outline, &tally.part.largest));
    assert_eq!(read.to_bytes().unwrap(), bytes);
    let report = merged(bytes).unwrap();
    assert_eq!((report.manifest.seed, report.run.queries, report.policies.len()), (5, 12, 3));
}

#[test]
fn the_number_of_numbers_is_known_before_there_is_room_for_them() {
    let PartTally { part, .. } = tally_of(0);
    let mut count = 0_u128;
    part.totals
        .clone()
        .visit(&mut |_, number| {
            count += 1;
            Ok(number)
        })
        .unwrap();
    assert_eq!(Totals::numbers(&part.outline, part.totals.facts.groups.len()), count);
}

#[test]
fn what_is_no_tally_says_so() {
    assert!(refused(Vec::new()).contains("not a tally"));
    assert!(refused(b"a,b\n1,2\n".to_vec()).contains("no Parquet file"));
    let whole = tally_of(0).to_bytes().unwrap();
    assert!(refused(whole[..whole.len() - 9].to_vec()).contains("cut off"));
    let mut other = Vec::new();
    ParquetWriter::new(&mut other).finish(&mut DataFrame::new(1, vec![Series::new("a".into(), [1_u64]).into()]).unwrap()).unwrap();
    assert!(refused(other).contains("without `wattroute-tally-check`"));
    let folder = tempfile::tempdir().unwrap();
    assert!(TallyFile::open(folder.path()).unwrap_err().to_string().contains("a folder, a pipe or a device"));
    let later = refused(forged(|head, _| head["version"] = 2.into()));
    assert!(later.contains("does not read this version") && later.contains("found: 2") && later.contains("allowed: 1"), "{later}");
    assert!(refused(forged(|head, _| head["format"] = "other".into())).contains("not a tally"));
}

#[test]
fn a_change_of_a_bit_is_seen() {
    let whole = tally_of(0).to_bytes().unwrap();
    for place in (0..whole.len()).step_by(997).chain(whole.len() - 200..whole.len()) {
        let mut bytes = whole.clone();
        bytes[place] ^= 4;
        let text = refused(bytes);
        assert!(text.contains("damaged") || text.contains("not a tally"), "byte {place}: {text}");
    }
}

#[test]
fn a_forged_head_is_refused() {
    let changes: [(&str, serde_json::Value); 7] = [
        ("queries", serde_json::json!([12, 0])),
        ("queries", serde_json::json!([0, 5])),
        ("of", serde_json::json!(1_u64 << 40)),
        ("groups", serde_json::json!([])),
        ("groups", serde_json::json!([[null, null], [null, null]])),
        ("rows", serde_json::json!([0, -1])),
        ("largest", serde_json::json!({"cells": [], "power": 1.0, "overheads": []})),
    ];
    for (key, value) in changes {
        let text = refused(forged(|head, _| head[key] = value.clone()));
        assert!(text.contains("damaged") || text.contains("contradict"), "{key} {value}: {text}");
    }
    let of_outline: [(&str, serde_json::Value); 6] = [
        ("replicates", serde_json::json!(0)),
        ("replicates", serde_json::json!(u32::MAX)),
        ("in_use", serde_json::json!([9])),
        ("entries", serde_json::json!([])),
        ("dense", serde_json::json!(false)),
        ("in_lines", serde_json::json!(false)),
    ];
    for (key, value) in of_outline {
        let text = refused(forged(|head, _| head["outline"][key] = value.clone()));
        assert!(text.contains("damaged") || text.contains("contradict"), "{key} {value}: {text}");
    }
    let text = refused(forged(|head, _| head["outline"]["entries"][1]["pool"] = 3.into()));
    assert!(text.contains("damaged"), "{text}");
}

#[test]
fn forged_numbers_are_refused() {
    let number = |what: &'static str, value: i128| {
        refused(forged(|_, rows| {
            let row = rows.iter_mut().find(|(of, _)| of == what).unwrap_or_else(|| panic!("no {what}"));
            row.1 = value;
        }))
    };
    for (what, value) in [
        ("queries", 11),
        ("solved", 13),
        ("known cells", -1),
        ("policy 0: buckets", i128::MAX),
        ("policy 0: groups", -5),
        ("policy 1: replicates", 1),
        ("policy 1: status", 1 << 60),
        ("policy 2: served", 1 << 70),
        ("policy 2: attempts", 1 << 60),
        ("policy 0: latency", 1 << 62),
        ("policy 0: estimated", i128::MIN),
        ("policy 0: not learned from", 1 << 50),
    ] {
        let text = number(what, value);
        assert!(["contradict", "no count"].iter().any(|said| text.contains(said)), "{what}: {text}");
    }
    assert!(refused(forged(|_, rows| drop(rows.pop()))).contains("numbers"));
    assert!(refused(forged(|_, rows| rows.swap(0, 5))).contains("in this place"));
}
