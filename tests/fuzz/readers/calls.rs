//! What only the command line reads: values of options. The first line is a call, words apart by spaces.

use super::Reader;
use crate::seeds::call;

/// Verbs that write nothing and end at once here.
const VERBS: [&str; 8] = ["sweep", "replay", "day", "break-even", "compare", "inspect", "study", "policies"];

pub static CALL: Reader = Reader {
    name: "call",
    group: "calls",
    file: "call.txt",
    words: &[
        "--accuracy",
        "0:1:0.1",
        "0.5,1",
        "--misroute",
        "local:0.5:0.1",
        "uniform",
        "--missing",
        "complete",
        "energy_j=complete",
        "unavailable",
        "--carbon",
        "local=100",
        "cloud=400",
        "--carbon-day",
        "2022-01-01",
        "--arrivals-total",
        "100",
        "--correct-at",
        "--baseline",
        "large@server",
        "--local",
        "small@laptop,medium@laptop",
        "--fallback",
        "--metrics",
        "energy_j,cost_usd",
        "--seed",
        "--threads",
        "--router-accuracy",
        "--tolerance",
        "--electricity",
        "--objective",
        "--policy",
        "oracle",
        "random",
        "--replicates",
        "--only",
        "toy",
        "--json",
        "--quiet",
    ],
    seeds: || {
        [
            "sweep toy --accuracy 0.5:1:0.25 --misroute local:0.5:0.1",
            "replay toy --policy random --missing energy_j=complete --metrics energy_j,cost_usd --carbon 400 --correct-at 1",
            "day toy --arrivals-total 100 --carbon local=100 --carbon cloud=400 --policy oracle",
            "break-even toy --router-accuracy 0.8 --electricity 0.3",
            "compare toy --policy oracle --policy random --baseline large@server",
            "inspect toy --local small@laptop,medium@laptop --correct-at 0.5",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    read: |_, bytes| {
        let text = String::from_utf8_lossy(bytes).replace('\0', "");
        let words: Vec<&str> = text.lines().next().unwrap_or_default().split(' ').filter(|word| word.len() < 1000).take(30).collect();
        // Neither files nor long work: what is asked for on purpose takes its time.
        let long = words.iter().any(|word| word.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() > 4));
        let ends = !long
            && words.first().is_some_and(|verb| VERBS.contains(verb))
            && !words.iter().any(|word| word.starts_with("--o") && *word != "--only" && *word != "--objective");
        if ends { call(&words) } else { Err(wattroute::Error::new("not called")) }
    },
};
