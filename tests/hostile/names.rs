//! Names that give orders: to a terminal, to a browser, to a table.

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};

use crate::child::{is_plain, refused, run, toy};

/// Colours, a bell, a carriage return, C1's CSI, a direction override, a line of the program's own look.
const ORDERS: &[&str] = &["a\u{1b}[31mred", "a\u{7}b", "a\rb", "a\u{9b}2J", "a\u{202e}b", "a\nerror: forged", "a\u{0}b", "a\u{2066}b"];

fn toml_text(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect()
}

const SECONDS: u64 = 20;
const PEAK_MB: u64 = 300;
const HIDDEN: &str = "a name has a character that is not shown as itself";

#[test]
fn a_description_with_orders_is_refused() {
    for order in ORDERS {
        for (from, key) in [("name = \"toy\"", "name"), ("model = ", "model"), ("hardware = ", "hardware"), ("licence = ", "licence")] {
            let folder = toy();
            let path = folder.path().join("trace/trace.toml");
            let text = fs::read_to_string(&path).unwrap();
            let line = text.lines().find(|line| line.starts_with(from)).unwrap().to_owned();
            fs::write(&path, text.replacen(&line, &format!("{key} = \"{}\"", toml_text(order)), 1)).unwrap();
            refused(folder.path(), &["inspect", "trace"], &[HIDDEN], SECONDS, PEAK_MB);
        }
    }
}

/// Replaces a column of a Parquet file by one name that repeats, or names a column so.
fn column(path: &Path, name: &str, text: &str) {
    let mut table = ParquetReader::new(File::open(path).unwrap()).finish().unwrap();
    let cells = vec![text; table.height()];
    table.with_column(Series::new(name.into(), cells).into_column()).unwrap();
    ParquetWriter::new(File::create(path).unwrap()).finish(&mut table).unwrap();
}

#[test]
fn names_of_queries_with_orders_are_refused() {
    for order in ORDERS {
        let feature = format!("feature_{order}");
        for (name, text) in [("category", *order), ("dataset", order), ("feature_topic", order), (&feature, "honest")] {
            let folder = toy();
            column(&folder.path().join("trace/queries.parquet"), name, text);
            refused(folder.path(), &["check", "trace"], &[HIDDEN], SECONDS, PEAK_MB);
        }
    }
}

#[test]
fn what_is_quoted_is_escaped() {
    for order in ORDERS {
        let folder = toy();
        let place = folder.path();
        // An id that repeats is quoted in the error; a column of outcomes that nothing reads in a warning.
        column(&place.join("trace/queries.parquet"), "query_id", order);
        refused(place, &["check", "trace"], &["two queries have the same id"], SECONDS, PEAK_MB);
        column(&place.join("trace/queries.parquet"), order, "unread");
        refused(place, &["check", "trace", "--json"], &["two queries have the same id"], SECONDS, PEAK_MB);
        // A name in a file that is imported: refused as in a trace.
        fs::write(
            place.join("map.toml"),
            "layout = \"long\"\n[columns]\nid = \"q\"\nmodel = \"m\"\ncategory = \"c\"\n[metrics]\nscore = { column = \"ok\" }\n",
        )
        .unwrap();
        fs::write(place.join("rows.csv"), format!("q,m,c,ok\n1,\"{order}\",x,1\n")).unwrap();
        let call = ["import", "table", "rows.csv", "--map", "map.toml", "--out", "new"];
        refused(place, &call, &[HIDDEN, "model"], SECONDS, PEAK_MB);
        fs::write(place.join("rows.csv"), format!("q,m,c,ok\n1,m,\"{order}\",1\n")).unwrap();
        refused(place, &call, &[HIDDEN, "category"], SECONDS, PEAK_MB);
        fs::write(place.join("rows.csv"), format!("q,m,c,ok\n1,m,x,\"{order}\"\n")).unwrap();
        refused(place, &call, &["rows.csv"], SECONDS, PEAK_MB);
        // What a trace says in sentences is shown, without the orders.
        let toml = toy();
        let path = toml.path().join("trace/trace.toml");
        let text = fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.starts_with("summary = ")).unwrap().to_owned();
        fs::write(&path, text.replacen(&line, &format!("summary = \"{}\"", toml_text(order)), 1)).unwrap();
        for way in [&["inspect", "trace"][..], &["inspect", "trace", "--json"], &["replay", "trace", "--policy", "oracle"]] {
            let ended = run(toml.path(), way);
            assert!(ended.code == Some(0) && is_plain(&ended.stdout) && is_plain(&ended.stderr), "{way:?}: {:?}", ended.stdout);
        }
        // A policy's own words.
        let policy = format!("kind = \"oracle\"\nsummary = \"{}\"\n", toml_text(order));
        fs::write(toml.path().join("mine.toml"), policy).unwrap();
        for way in [
            &["replay", "toy", "--policy", "mine.toml"][..],
            &["replay", "toy", "--policy", "mine.toml", "--json"],
            &["policies", "mine.toml"],
        ] {
            let ended = run(toml.path(), way);
            assert!(is_plain(&ended.stdout) && is_plain(&ended.stderr), "{way:?}: {:?}{:?}", ended.stdout, ended.stderr);
        }
    }
}

/// The text without code, in blocks and between backticks, which Markdown shows as it is.
fn without_code(markdown: &str) -> String {
    let (mut shown, mut fence) = (String::new(), None);
    for line in markdown.lines() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        match fence {
            Some(open) if ticks == open => fence = None,
            Some(_) => (),
            None if ticks >= 3 => fence = Some(ticks),
            None => shown += &(line.split('`').step_by(2).collect::<Vec<_>>().join("") + "\n"),
        }
    }
    shown
}

#[test]
fn a_report_from_elsewhere_is_shown_without_its_orders() {
    let folder = toy();
    let place = folder.path();
    assert_eq!(run(place, &["replay", "trace", "--policy", "oracle", "--policy", "random", "--out", "run"]).code, Some(0));
    let honest = fs::read_to_string(place.join("run/report.json")).unwrap();
    for order in ORDERS.iter().chain(&["<script>alert(1)</script>&amp;", "a|b`c*_[x](javascript:1)", "<img src=x onerror=alert(1)>"]) {
        let json = serde_json::to_string(order).unwrap();
        let hostile = honest.replace("large@server", json.trim_matches('"')).replace("\"oracle\"", &json);
        fs::write(place.join("run/report.json"), hostile).unwrap();
        for way in [
            &["report", "run"][..],
            &["report", "run", "--json"],
            &["report", "run", "--markdown", "page.md", "--force"],
            &["figures", "run", "--out", "figures", "--force"],
        ] {
            let ended = run(place, way);
            assert_eq!(ended.code, Some(0), "{way:?}: {}", ended.stderr);
            assert!(is_plain(&ended.stdout) && is_plain(&ended.stderr), "{way:?}: {:?}", ended.stdout);
        }
        let page = fs::read_to_string(place.join("page.md")).unwrap();
        assert!(is_plain(&page), "{order:?}: {page:?}");
        let shown = without_code(&page);
        assert!(!shown.contains("<script") && !shown.contains("<img") && !shown.contains("[x]("), "{order:?}: {shown}");
        for entry in fs::read_dir(place.join("figures")).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_some_and(|ending| ending == "svg") {
                let svg = fs::read_to_string(&entry).unwrap();
                assert!(is_plain(&svg) && !svg.contains("<script") && !svg.contains("<img"), "{}: {order:?}", entry.display());
            }
        }
    }
}
