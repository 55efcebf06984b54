//! Recorded decisions and scores of other programs' routers.

use std::path::Path;

use wattroute::Result;
use wattroute::policy::PolicySpec;
use wattroute::trace::{Recording, RecordingColumns};

use super::Reader;
use crate::seeds::{replay, toy};

const WORDS: &[&str] =
    &["query_id", "endpoint", "p", "skip", "note", "q0", "q1", "true", "False", "small@laptop", "large@server", "null", "0.5"];

const TEXT: &str =
    "query_id,endpoint,p,skip,note\nq1,small@laptop,0.5,false,\"two\nlines\"\r\nq2,,0.9,,\r\nq3,large@server,1e-3,True,\"a \"\"b\"\"\"\n";
const LINES: &str =
    "{\"query_id\":\"q1\",\"endpoint\":\"small@laptop\",\"p\":0.5,\"skip\":false}\n\n{\"query_id\":7,\"endpoint\":null,\"p\":0.9}\n";
const LIST: &str = "[\n  {\n    \"query_id\": \"q1\",\n    \"endpoint\": \"small@laptop\",\n    \"p\": 0.25\n  },\n\n  {\"query_id\": \"q2\", \"endpoint\": null, \"p\": 1, \"more\": [1, {\"a\": \"b\"}]}]\n";

fn read(path: &Path) -> Result<()> {
    let columns = RecordingColumns { id: "query_id", value: "endpoint", skip_if: None };
    let found = Recording::read(path, &columns);
    let _ = Recording::read(path, &RecordingColumns { value: "p", skip_if: Some("skip"), ..columns });
    for row in found.iter().flat_map(|found| &found.rows) {
        let _ = (row.value.number(), row.value.to_string());
    }
    // The policies that join such a file with a trace, which may not name these queries.
    let file = path.to_str().unwrap();
    for settings in ["decision=endpoint,missing=fallback", "score=p,at_least=0.5,low=\"small@laptop\",missing=fallback"] {
        let _ = PolicySpec::find(&format!("recorded:file=\"{file}\",{settings}")).and_then(|spec| replay(toy(), &[spec]));
    }
    found.map(drop)
}

pub static CSV: Reader = Reader {
    name: "decisions-csv",
    group: "decisions",
    file: "decisions.csv",
    words: WORDS,
    seeds: || vec![TEXT.as_bytes().to_vec()],
    read: |folder, _| read(&folder.join("decisions.csv")),
};

pub static JSON_LINES: Reader = Reader {
    name: "decisions-json-lines",
    group: "decisions",
    file: "decisions.jsonl",
    words: WORDS,
    seeds: || vec![LINES.as_bytes().to_vec()],
    read: |folder, _| read(&folder.join("decisions.jsonl")),
};

pub static JSON: Reader = Reader {
    name: "decisions-json",
    group: "decisions",
    file: "decisions.json",
    words: WORDS,
    seeds: || vec![LIST.as_bytes().to_vec(), LINES.as_bytes().to_vec()],
    read: |folder, _| read(&folder.join("decisions.json")),
};
