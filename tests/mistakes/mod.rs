//! Mistakes that people make: calls, with the exit code, and the files that they are about.

use std::fs;
use std::path::Path;
use std::process::Command;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};

/// Exit code 2: called wrongly; 1: called well, on something that does not work.
pub const CALLS: &[(i32, &[&str])] = &[
    (2, &["replya"]),
    (2, &["replay", "toy"]),
    (2, &["replay", "toy", "--polcy", "oracle"]),
    (1, &["replay", "nowhere", "--policy", "oracle"]),
    (1, &["replay", "tyo", "--policy", "oracle"]),
    (1, &["replay", "folder", "--policy", "oracle"]),
    (1, &["replay", "cut-off", "--policy", "oracle"]),
    (1, &["replay", "words-for-numbers", "--policy", "oracle"]),
    (1, &["replay", "score-too-high", "--policy", "oracle"]),
    (1, &["replay", "negative-energy", "--policy", "oracle"]),
    (1, &["replay", "not-a-number", "--policy", "oracle"]),
    (1, &["check", "twin-ids"]),
    (1, &["replay", "no-queries", "--policy", "oracle"]),
    (1, &["replay", "mistyped-description", "--policy", "oracle"]),
    (2, &["replay", "toy", "--policy", "oracle", "--baseline", "large@sever"]),
    (2, &["replay", "toy", "--policy", "oracle", "--local", "smal@laptop"]),
    (2, &["replay", "toy", "--policy", "oracel"]),
    (2, &["replay", "toy", "--policy", "oracle", "--policy", "oracle"]),
    (1, &["replay", "toy", "--policy", "kind.toml"]),
    (1, &["replay", "toy", "--policy", "field.toml"]),
    (1, &["replay", "toy", "--policy", "values.toml"]),
    (1, &["replay", "toy", "--policy", "endpoint.toml"]),
    (1, &["replay", "toy", "--policy", "column.toml"]),
    (1, &["replay", "ladder", "--policy", "confidence.toml"]),
    (2, &["replay", "toy", "--policy", "noisy-oracle:router_accuracy"]),
    (1, &["replay", "toy", "--policy", "noisy-oracle:router_accuracy=1.2"]),
    (2, &["replay", "toy", "--policy", "oracle", "--objective", "speed"]),
    (2, &["replay", "toy", "--policy", "oracle", "--metrics", "watts"]),
    (2, &["replay", "toy", "--policy", "oracle", "--missing", "sometimes"]),
    (2, &["synth", "ipw-rooting", "--out", "new"]),
    (2, &["synth", "ipw-routing", "--queries", "0", "--out", "new"]),
    (1, &["synth", "spec.toml", "--out", "new"]),
    (1, &["synth", "conflict.toml", "--out", "new"]),
    (2, &["reproduce", "--scenario", "papr"]),
    (2, &["reproduce", "--queries", "10"]),
    (2, &["replay", "toy", "--policy", "oracle", "--policy", "logistic", "--stream"]),
    (2, &["replay", "toy", "--policy", "oracle", "--missing", "complete", "--stream"]),
    (2, &["replay", "ladder", "--policy", "oracle", "--stream"]),
    (2, &["replay", "ladder", "--policy", "oracle", "--tally", "new.tally"]),
    (2, &["replay", "long", "--policy", "logistic", "--tally", "new.tally"]),
    (2, &["replay", "long", "--policy", "oracle", "--tally", "new.tally", "--rows", "0..5000"]),
    (2, &["replay", "long", "--policy", "oracle", "--tally", "new.tally", "--rows", "4000.."]),
    (2, &["replay", "long", "--policy", "oracle", "--tally", "new.tally", "--rows", "8192.."]),
    (2, &["replay", "long", "--policy", "oracle", "--tally", "new.tally", "--rows", "first"]),
    (2, &["replay", "long", "--policy", "oracle", "--rows", "..4096"]),
    (2, &["replay", "long", "--policy", "oracle", "--tally", "new.tally", "--out", "new"]),
    (1, &["replay", "long", "--policy", "oracle", "--tally", "a.tally"]),
    (2, &["merge"]),
    (1, &["merge", "nowhere.tally"]),
    (1, &["merge", "kind.toml"]),
    (1, &["merge", "long/queries.parquet"]),
    (1, &["merge", "a.tally", "damaged.tally"]),
    (1, &["merge", "a.tally"]),
    (1, &["merge", "b.tally"]),
    (1, &["merge", "a.tally", "copy-of-a.tally", "b.tally"]),
    (1, &["merge", "all.tally", "b.tally"]),
    (1, &["merge", "a.tally", "other-seed.tally"]),
    (1, &["merge", "a.tally", "other-policies.tally", "other-trace.tally"]),
    (2, &["compare", "toy", "--by", "arena"]),
    (1, &["compare", "toy", "--policy", "recorded"]),
    (2, &["compare", "toy", "--perturbed", "recorded=oracel"]),
    (2, &["study", "toy", "--only", "pears"]),
    (2, &["study", "toy", "--local", "smal@laptop"]),
    (2, &["study", "toy", "--baseline", "large@sever"]),
    (2, &["study", "toy", "--missing", "sometimes"]),
    (2, &["study", "toy", "--correct-at", "1.5"]),
    (2, &["replay", "toy", "--policy", "oracle", "--missing", "ttft=complete"]),
    (2, &["replay", "toy", "--policy", "oracle", "--correct-at", "0"]),
    (2, &["replay", "toy", "--policy", "oracle", "--replicates", "0"]),
    (2, &["replay", "toy", "--policy", "oracle", "--threads", "0"]),
    (2, &["replay", "toy", "--policy", "oracle", "--seed", "-1"]),
    (1, &["replay", "toy", "--policy", "oracle", "--local", "tiny@phone"]),
    (2, &["replay", "no-cloud", "--policy", "oracle"]),
    (2, &["replay", "two-clouds", "--policy", "oracle"]),
    (2, &["replay", "graded", "--policy", "oracle"]),
    (1, &["replay", "toy", "--policy", "oracle", "--workload", "workload.toml"]),
    (1, &["replay", "toy", "--policy", "oracle", "--workload", "category.toml"]),
    (1, &["replay", "toy", "--policy", "oracle", "--out", "folder"]),
    (1, &["replay", "toy", "--policy", "oracle", "--out", "folder", "--force"]),
    (2, &["sweep", "toy", "--accuracy", "0:1.5:0.1"]),
    (2, &["sweep", "toy", "--accuracy", "0.5,2"]),
    (2, &["sweep", "toy", "--accuracy", "high"]),
    (2, &["sweep", "toy", "--misroute", "sometimes"]),
    (2, &["sweep", "toy", "--misroute", "local:0.5"]),
    (2, &["sweep", "toy", "--policy", "oracle"]),
    (2, &["break-even", "toy", "--router-accuracy", "80", "--tolerance=-1", "--electricity", "inf"]),
    (2, &["break-even", "toy", "--policy", "oracle"]),
    (1, &["break-even", "toy", "--policy", "noisy-oracle:router_accuracy=1.2"]),
    (2, &["report", "run", "another-run", "--markdown", "page.md"]),
    (2, &["day", "toy", "--arrivals-total", "0"]),
    (1, &["day", "toy", "--arrivals", "arrivals.csv"]),
    (1, &["day", "toy", "--arrivals", "folder/notes.txt"]),
    (2, &["day", "toy", "--carbon", "local=100"]),
    (2, &["day", "toy", "--carbon", "400", "--carbon", "cloud=100"]),
    (2, &["day", "toy", "--carbon=-5"]),
    (1, &["day", "toy", "--carbon", "hourly.csv", "--carbon-day", "2022-01-02"]),
    (2, &["import", "routerbnch", "folder", "--out", "new"]),
    (1, &["import", "routerbench", "nowhere.csv", "--out", "new"]),
    (2, &["inspect", "toy", "--local", "smal@laptop"]),
];

const QUERIES: &str = "queries.parquet";
const SMALL: &str = "outcomes/endpoint=small@laptop/part-0.parquet";

/// Writes the files of the calls into a folder.
pub fn lay_out(folder: &Path) {
    let toy = |name: &str| {
        copy(Path::new("traces/toy"), &folder.join(name));
        folder.join(name)
    };
    fs::create_dir(folder.join("folder")).unwrap();
    fs::write(folder.join("folder/notes.txt"), "no trace").unwrap();
    let cut_off = toy("cut-off").join(SMALL);
    fs::write(&cut_off, &fs::read(&cut_off).unwrap()[..500]).unwrap();
    column(&toy("words-for-numbers").join(SMALL), Series::new("score".into(), ["right"; 12]));
    for (name, metric, value) in [
        ("score-too-high", "score", 1.7),
        ("negative-energy", "energy_j", -2.0),
        ("not-a-number", "energy_j", f64::NAN),
        ("graded", "score", 0.5),
    ] {
        table(&toy(name).join(SMALL), |table| {
            let cells = table.column(metric).unwrap().f64().unwrap().iter().enumerate();
            let cells: Vec<Option<f64>> = cells.map(|(row, cell)| if row == 3 { Some(value) } else { cell }).collect();
            table.with_column(Series::new(metric.into(), cells).into_column()).unwrap();
        });
    }
    column(&toy("twin-ids").join(QUERIES), Series::new("query_id".into(), ["a", "b", "c", "d", "e", "f", "g", "h", "b", "j", "k", "l"]));
    table(&toy("no-queries").join(QUERIES), |table| *table = table.head(Some(0)));
    text(&toy("mistyped-description").join("trace.toml"), &[("hardware", "hardwere")]);
    text(&toy("no-cloud").join("trace.toml"), &[("\"cloud\"", "\"local\"")]);
    text(&toy("two-clouds").join("trace.toml"), &[("\"phone\"", "\"cloud\"")]);
    for (name, lines) in [
        ("kind.toml", "kind = \"orakle\"\n"),
        ("field.toml", "kind = \"noisy-oracle\"\nsummary = \"mine\"\n\n[parameters]\nrouter_acuracy = 0.8\n"),
        ("spec.toml", include_str!("spec.toml")),
        ("conflict.toml", include_str!("conflict.toml")),
        ("values.toml", "kind = \"noisy-oracle\"\n\n[parameters]\nrouter_accuracy = 80\nmisroute = \"locl\"\n"),
        ("endpoint.toml", "kind = \"always\"\n\n[parameters]\nendpoint = \"large@servr\"\n"),
        ("column.toml", "kind = \"threshold\"\n\n[parameters]\ncolumn = \"hardness\"\nat_least = 0.5\nlow = \"small@laptop\"\n"),
        (
            "confidence.toml",
            "kind = \"cascade\"\n\n[parameters]\nconfidence_at_least = 0.5\norder = [\"ladder-s@nvidia-h200-bs1\", \"fallback\"]\n",
        ),
        ("arrivals.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n18:17:04,3180,8\n"),
        ("hourly.csv", "Datetime (UTC),Zone Id,Carbon Intensity gCO₂eq/kWh (LCA)\n2022-01-01 00:00:00,XX,100\n"),
        ("workload.toml", "datasets = [\"chat\"]\n"),
        ("category.toml", "category = [\"advise\"]\n"),
    ] {
        fs::write(folder.join(name), lines).unwrap();
    }
    tallies(folder);
}

/// A trace of two blocks of queries and tallies of it, as the program makes them.
fn tallies(folder: &Path) {
    let tally = |trace: &str, rest: &str| format!("replay {trace} --policy oracle {rest}");
    for line in [
        "synth ipw-routing --queries 8000 --out long".to_owned(),
        "synth ipw-routing --queries 8000 --seed 1 --out other".to_owned(),
        tally("long", "--rows ..4096 --tally a.tally"),
        tally("long", "--rows 4096.. --tally b.tally"),
        tally("long", "--tally all.tally"),
        tally("long", "--rows 4096.. --tally other-seed.tally --seed 1"),
        tally("long", "--rows 4096.. --tally other-policies.tally --policy noisy-oracle:router_accuracy=0.6 --replicates 2 --carbon 400"),
        tally("other", "--rows 4096.. --tally other-trace.tally"),
    ] {
        let program =
            Command::new(env!("CARGO_BIN_EXE_wattroute")).args(line.split_whitespace()).arg("--quiet").current_dir(folder).output();
        let output = program.unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    fs::copy(folder.join("a.tally"), folder.join("copy-of-a.tally")).unwrap();
    let mut damaged = fs::read(folder.join("b.tally")).unwrap();
    damaged[5_000] ^= 1;
    fs::write(folder.join("damaged.tally"), damaged).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

fn table(path: &Path, change: impl FnOnce(&mut DataFrame)) {
    let mut table = ParquetReader::new(fs::File::open(path).unwrap()).finish().unwrap();
    change(&mut table);
    ParquetWriter::new(fs::File::create(path).unwrap()).finish(&mut table).unwrap();
}

fn column(path: &Path, series: Series) {
    table(path, |table| {
        table.with_column(series.into_column()).unwrap();
    });
}

/// Replaces words of a description, and takes its defaults out, so that roles are not given.
fn text(path: &Path, words: &[(&str, &str)]) {
    let mut text = fs::read_to_string(path).unwrap();
    for (from, to) in words {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let defaults = text.find("[defaults]").unwrap();
    let end = defaults + text[defaults..].find("[[endpoint]]").unwrap();
    text.replace_range(defaults..end, "");
    fs::write(path, text).unwrap();
}
