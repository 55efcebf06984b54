//! Long lines, deep nesting, and descriptions without end.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::child::{refused, toy};

/// Bytes of a line that is too long.
const LONG: usize = 100_000_000;
/// The longest line that is read takes 67 MB, a parser may hold it more than once, and memory that a growing line has
/// left is kept by the allocator for a while.
const PEAK_MB: u64 = 600;
const SECONDS: u64 = 60;

const MAP: &str = "layout = \"long\"\n[columns]\nid = \"q\"\nmodel = \"m\"\n[metrics]\nscore = { column = \"ok\" }\n";

fn refused_import(input: &str, bytes: &[u8], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("map.toml"), MAP).unwrap();
    fs::write(folder.path().join(input), bytes).unwrap();
    let call = ["import", "table", input, "--map", "map.toml", "--out", "new"];
    refused(folder.path(), &call, words, SECONDS, PEAK_MB);
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_csv_line_of_100_mb_is_refused() {
    let long = vec![b'x'; LONG];
    for (start, end) in [("q,m,ok\nq1,a,1\n", ",a,1\n"), ("", "\n"), ("q,m,ok\nq1,\"", "\n"), ("q,m,ok\nq1,\"two\nlines\",1\n\"", "")] {
        refused_import("rows.csv", &[start.as_bytes(), &long, end.as_bytes()].concat(), &["rows.csv", "more than 67108864 bytes"]);
    }
    // A quote that is never closed makes one record of all lines that follow.
    let lines = [b"q,m,ok\nq1,\"".as_slice(), &b"an honest line,a,1\n".repeat(LONG / 19)].concat();
    refused_import("rows.csv", &lines, &["rows.csv", "more than 67108864 bytes"]);
}

#[test]
fn a_json_line_of_100_mb_is_refused() {
    let long = [b"{\"q\": \"".as_slice(), &vec![b'x'; LONG], b"\", \"m\": \"a\", \"ok\": 1}\n"].concat();
    refused_import("rows.jsonl", &long, &["rows.jsonl", "more than 67108864 bytes"]);
    // The readers of other formats: LLMRouter's lines, a trace of arrivals.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.jsonl"), &long).unwrap();
    for call in [&["import", "llmrouter", "rows.jsonl", "--out", "new"][..], &["day", "toy", "--arrivals", "rows.jsonl"]] {
        refused(folder.path(), call, &["more than 67108864 bytes"], SECONDS, PEAK_MB);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |open: &str| format!("{{\"q\": {}", open.repeat(1_000_000));
    for open in ["[", "{\"a\":"] {
        refused_import("rows.jsonl", deep(open).as_bytes(), &["JSON that cannot be read"]);
    }
    let folder = toy();
    fs::write(folder.path().join("deep.toml"), format!("kind = {}", "[".repeat(1_000_000))).unwrap();
    refused(folder.path(), &["replay", "toy", "--policy", "deep.toml"], &["deep.toml"], SECONDS, PEAK_MB);
    fs::write(folder.path().join("trace/trace.toml"), format!("format = {}", "[".repeat(1_000_000))).unwrap();
    refused(folder.path(), &["inspect", "trace"], &["the trace's description cannot be read"], SECONDS, PEAK_MB);
}

/// A trace with so many endpoints more, of which none has a file.
fn endpoints(folder: &Path, count: usize) {
    let path = folder.join("trace/trace.toml");
    let mut text = fs::read_to_string(&path).unwrap();
    for index in 0..count {
        write!(text, "\n[[endpoint]]\nid = \"e{index}@cloud\"\nmodel = \"e{index}\"\n").unwrap();
    }
    fs::write(path, text).unwrap();
}

#[test]
fn a_hundred_thousand_endpoints_are_refused() {
    let folder = toy();
    endpoints(folder.path(), 100_000);
    // Toy has four of its own.
    refused(folder.path(), &["inspect", "trace"], &["too many endpoints", "100004 [[endpoint]]", "up to 65535"], 120, PEAK_MB);
    // As many as there may be, none with a file: each is a fault.
    let folder = toy();
    endpoints(folder.path(), 60_000);
    refused(folder.path(), &["inspect", "trace"], &["an endpoint has no outcomes", "more faults"], 120, PEAK_MB);
}

#[test]
fn descriptions_and_policies_without_end_are_refused() {
    let folder = toy();
    let long = format!("# {}\n", "x".repeat(LONG));
    let path = folder.path().join("trace/trace.toml");
    fs::write(&path, long.clone() + &fs::read_to_string(&path).unwrap()).unwrap();
    refused(folder.path(), &["inspect", "trace"], &["a file of the trace is too long", "up to 67108864 bytes"], SECONDS, PEAK_MB);
    fs::write(folder.path().join("long.toml"), long + "kind = \"oracle\"\n").unwrap();
    refused(folder.path(), &["replay", "toy", "--policy", "long.toml"], &["too long", "up to 16777216 bytes"], SECONDS, PEAK_MB);
    let text = format!("kind = \"oracle\"\nsummary = \"{}\"\nsurprise = 1\n", "y".repeat(10_000_000));
    fs::write(folder.path().join("wide.toml"), text).unwrap();
    refused(folder.path(), &["replay", "toy", "--policy", "wide.toml"], &["wide.toml"], SECONDS, PEAK_MB);
}
