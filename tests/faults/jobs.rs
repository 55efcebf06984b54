//! Small jobs of every kind that writes, and what each of them writes as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tree::{self, Tree};

/// A job: the arguments, and the places that appear as a whole, each with all that is below it.
pub struct Job {
    pub arguments: &'static [&'static str],
    pub places: &'static [&'static str],
}

pub const IMPORT: Job = Job {
    arguments: &["import", "table", "../input/rows.csv", "--map", "../input/map.toml", "--out", "trace", "--force"],
    places: &["trace"],
};

pub const SYNTH: Job = Job { arguments: &["synth", "../input/spec.toml", "--out", "trace", "--force"], places: &["trace"] };

pub const REPLAY: Job = Job { arguments: &["replay", "toy", "--policy", "oracle", "--out", "run", "--force"], places: &["run"] };

pub const REPRODUCE: Job = Job {
    arguments: &[
        "reproduce",
        "--scenario",
        "measured",
        "--queries",
        "1000",
        "--arrivals",
        "100",
        "--cache",
        "cache",
        "--out",
        "run",
        "--figures",
        "figures",
        "--force",
    ],
    places: &["cache/ipw-measured-200-seed-0", "run", "figures/lines.csv", "figures/quality_cost.svg", "figures/quality_cost.png"],
};

const MAP: &str = "layout = \"long\"\n[columns]\nid = \"q\"\nmodel = \"m\"\n[metrics]\nscore = { column = \"ok\" }\n";

const SPEC: &str = r#"
format = 1
name = "small"
queries = 3000
[defaults]
baseline = ["b@server"]
[[model]]
name = "a"
family = "one"
params_total_b = 1.0
[[model]]
name = "b"
family = "two"
params_total_b = 40.0
[[endpoint]]
model = "a"
hardware = "laptop"
tier = "local"
profile = { power_w = 100.0, latency_s_per_output_token = 0.02 }
[[endpoint]]
model = "b"
hardware = "server"
tier = "cloud"
profile = { power_w = 300.0, energy_j_mean = 3000.0 }
[[dataset]]
name = "chat"
share = 1.0
tokens = { input = { mean = 100, spread = 0.5 }, output = { mean = 400, spread = 0.5 } }
accuracy = { a = 0.6, b = 0.9 }
correlation = { common = 0.8 }
"#;

/// A folder of the job's own, `work`, beside the folder of its input.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("input");
        fs::create_dir(&input).unwrap();
        fs::write(input.join("map.toml"), MAP).unwrap();
        fs::write(input.join("spec.toml"), SPEC).unwrap();
        let rows = (0..20_000).map(|row| format!("q{},{},{}\n", row / 2, ["a", "b"][row % 2], usize::from(row % 3 > 0)));
        fs::write(input.join("rows.csv"), "q,m,ok\n".to_owned() + &rows.collect::<String>()).unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Place { folder }
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattroute"));
        command.args(arguments).current_dir(self.work()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs a job to its end and gives all that is there then.
    pub fn finish(&self, job: &Job) -> Tree {
        let output = self.command(job.arguments).stderr(Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{:?}: {}", job.arguments, String::from_utf8_lossy(&output.stderr));
        tree::read(&self.work())
    }
}

/// The same output as an earlier run might have left it: every file differs, and each folder has one more.
pub fn earlier(job: &Job, after: &Tree) -> Tree {
    let mut before: Tree = after.iter().map(|(name, bytes)| (name.clone(), [bytes.as_slice(), b" "].concat())).collect();
    before.retain(|name, _| !name.contains(".wattroute-"));
    for (name, bytes) in &mut before {
        if name.ends_with('/') {
            bytes.clear();
        }
    }
    for place in job.places.iter().filter(|place| after.contains_key(&format!("{place}/"))) {
        before.insert(format!("{place}/earlier.txt"), b"earlier".to_vec());
    }
    before
}

/// Every place holds what was there before or what is there after, and nothing else is to be seen.
pub fn assert_whole(job: &Job, found: &Tree, before: &Tree, after: &Tree, when: &str) {
    let mut rest = tree::visible(found);
    for place in job.places {
        let now = tree::part(&rest, place);
        let (old, new) = (tree::part(before, place), tree::part(after, place));
        if now != old && now != new {
            let (old, new) = (tree::difference(&now, &old), tree::difference(&now, &new));
            panic!("{when}: {place} is neither what it was ({old:?} differ) nor what it should be ({new:?} differ)");
        }
        now.keys().for_each(|name| drop(rest.remove(name)));
    }
    // Folders that hold the places may be there already.
    rest.retain(|name, _| !job.places.iter().any(|place| place.starts_with(name.as_str())));
    assert!(rest.is_empty(), "{when}: {:?} is nobody's", rest.keys());
}

pub fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}
