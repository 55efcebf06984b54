//! Our side of the goals of speed: the same work as the scripts of `benches/baselines`, told in the same form.
//!
//! ```sh
//! cargo bench --bench against -- sweep roc --json
//! python3 benches/run.py      # prepares the data, runs both sides in turns, writes the table
//! ```
//!
//! Each measurement runs once and tells its result; with `--theirs FILE`, the JSON of the other side, the results
//! must agree before anything is timed: to 1e-9 what is exact, within five standard errors what hangs on each side's
//! own random numbers.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used)]

#[path = "../shared/allocator.rs"]
mod allocator;
mod closed_form;
mod day;
mod peers;
mod replay;
mod roc;
#[path = "../../tests/support/routerbench.rs"]
mod routerbench;
#[path = "../shared/mod.rs"]
mod shared;
mod side;
mod sweep;
mod synth;

use std::io::BufRead;

use side::{Settings, Side};

/// Runs a measurement once and keeps what it needs.
type Prepare = fn(&Settings) -> Side;

/// Each measurement by name, and what prepares it.
const MEASUREMENTS: [(&str, Prepare); 10] = [
    ("sweep", sweep::whole),
    ("sweep-cells", sweep::cells),
    ("replay-one", replay::one),
    ("replay-ten", replay::ten),
    ("closed-form", closed_form::sums),
    ("roc", roc::curve),
    ("day", day::day),
    ("synth", synth::rows),
    ("routerbench", peers::routerbench),
    ("routellm", peers::routellm),
];

fn main() {
    let settings = Settings::parse(std::env::args().skip(1));
    for name in &settings.names {
        let known = MEASUREMENTS.iter().find(|(known, _)| known == name);
        let names = MEASUREMENTS.map(|(name, _)| name).join(", ");
        let (_, prepare) = known.unwrap_or_else(|| panic!("no measurement `{name}`; there are: {names}"));
        let mut side = prepare(&settings);
        if let Some(theirs) = &settings.theirs {
            side.agree(theirs);
        }
        if settings.serve {
            println!("{}", side.told(name, &[]));
            for line in std::io::stdin().lock().lines() {
                line.expect("a line asks for a run");
                let (seconds, processor) = side.once();
                println!("{}", serde_json::json!({ "seconds": seconds, "processor": processor }));
            }
            continue;
        }
        let runs: Vec<_> = (0..settings.runs).map(|_| side.once()).collect();
        println!("{}", if settings.json { side.told(name, &runs).to_string() } else { side::line(name, &runs) });
    }
}
