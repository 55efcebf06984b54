//! Tables of any form, and the mappings that say what their columns are.

use std::fs;
use std::path::Path;

use wattroute::Result;
use wattroute::trace::import::ImportOptions;

use super::Reader;
use super::imports::imported;

const LONG: &str = r#"layout = "long"
missing = ["NA"]
[columns]
id = "q"
model = "llm"
hardware = "gpu"
category = "topic"
arrival = { column = "at", unit = "ms" }
features = ["length"]
[metrics]
score = { column = "ok" }
energy_j = { column = "wh", unit = "Wh" }
cost_usd = { column = "price", scale = 0.01 }
[[endpoint]]
model = "a"
hardware = "H100"
tier = "cloud"
price = { input_usd_per_mtok = 1.0, output_usd_per_mtok = 2.0 }
[[endpoint]]
id = "mine"
model = "b"
hardware = "M4"
"#;
const LONG_CSV: &str = "q,llm,gpu,topic,at,length,ok,wh,price,answer\n1,a,H100,sums,1500,7,yes,0.5,3,x\n1,b,M4,sums,1500,7,False,NA,,\"y\nz\"\n2,b,M4,odds,2000,9,0.25,1,0,z\n3,a,H100,odds,2500,9,,NA,,\n";
const WIDE: &str = "layout = \"wide\"\n[columns]\nid = \"q\"\nprompt = \"text\"\n[metrics]\nscore = { column = \"{endpoint}_ok\" }\n[[endpoint]]\nmodel = \"A 1\"\n[[endpoint]]\nid = \"b\"\nmodel = \"B\"\nmetrics.latency_s = { column = \"time of B\", unit = \"ms\" }\n";
const WIDE_JSON: &str = "{\"q\": 7, \"text\": \"one\", \"a-1_ok\": true, \"b_ok\": 0.5, \"time of B\": 250, \"tags\": [\"x\", {\"y\": null}]}\n\n{\"q\": \"x\", \"b_ok\": null, \"a-1_ok\": false, \"text\": \"two\\u00e9\"}\n";
const QUERIED: &str = "layout = \"long\"\n[queries]\nfile = \"queries.csv\"\nid = \"number\"\n[columns]\nid = \"q\"\nendpoint = \"e\"\nprompt = \"text\"\nignore = [\"solution\"]\n[metrics]\nscore = { column = \"right\" }\n";

fn table(folder: &Path, map: &[u8], name: &str, text: &[u8]) -> Result<()> {
    fs::write(folder.join("map.toml"), map).unwrap();
    fs::write(folder.join(name), text).unwrap();
    let options = ImportOptions { map: Some(folder.join("map.toml")), ..ImportOptions::default() };
    imported("table", &[folder.join(name)], &options, folder)
}

const WORDS: &[&str] = &[
    "layout",
    "long",
    "wide",
    "missing",
    "separator",
    "columns",
    "id",
    "model",
    "hardware",
    "endpoint",
    "category",
    "dataset",
    "prompt",
    "arrival",
    "features",
    "ignore",
    "metrics",
    "score",
    "energy_j",
    "cost_usd",
    "latency_s",
    "column",
    "unit",
    "scale",
    "ms",
    "Wh",
    "kWh",
    "percent",
    "cents",
    "tier",
    "cloud",
    "price",
    "queries",
    "file",
    "number",
    "{model}",
    "{endpoint}",
    "{model}|cost",
    "topic",
    "at",
    "q",
    "llm",
    "gpu",
    "a",
    "b",
    "yes",
    "NA",
    "time of B",
    "text",
    "a-1_ok",
    "embedding",
    "input_tokens",
    "output_tokens",
    "name",
    "licence",
];

pub static MAPPING: Reader = Reader {
    name: "mapping",
    group: "mappings",
    file: "mapping.txt",
    words: WORDS,
    seeds: || vec![LONG.as_bytes().to_vec(), WIDE.as_bytes().to_vec(), QUERIED.as_bytes().to_vec()],
    read: |folder, bytes| {
        fs::write(folder.join("queries.csv"), "number,text,level,solution\n2,two,hard,4\n1,one,3,2\n").unwrap();
        let long = table(folder, bytes, "t.csv", LONG_CSV.as_bytes());
        let wide = table(folder, bytes, "t.jsonl", WIDE_JSON.as_bytes());
        let queried = table(folder, bytes, "u.csv", b"q,e,right\n1,m,True\n2,m,False\n");
        long.or(wide).or(queried)
    },
};

pub static CSV: Reader = Reader {
    name: "table-csv",
    group: "tables",
    file: "table.txt",
    words: WORDS,
    seeds: || vec![LONG_CSV.as_bytes().to_vec()],
    read: |folder, bytes| table(folder, LONG.as_bytes(), "t.csv", bytes),
};

pub static JSON_LINES: Reader = Reader {
    name: "table-json-lines",
    group: "tables",
    file: "lines.txt",
    words: WORDS,
    seeds: || vec![WIDE_JSON.as_bytes().to_vec()],
    read: |folder, bytes| table(folder, WIDE.as_bytes(), "t.jsonl", bytes),
};

pub static QUERIES: Reader = Reader {
    name: "table-queries",
    group: "tables",
    file: "queries.csv",
    words: WORDS,
    seeds: || vec![b"number,text,level,solution\n2,two,hard,4\n1,\"one\n1\",3,2\n".to_vec()],
    read: |folder, _| table(folder, QUERIED.as_bytes(), "t.csv", b"q,e,right\n1,m,True\n2,m,False\n"),
};
