//! What is shown and not run: TOML files are read as what they are, commands are read by the program's own parser,
//! and options that a text names exist.

use std::path::Path;

use wattroute::policy::PolicySpec;
use wattroute::synth::Spec;
use wattroute::trace::{TraceInfo, import};
use wattroute::workload::Selection;

use super::{name, pages, parted, text};

/// What a TOML block is, by what only such a file has; a file that is none of these is refused.
fn read_toml(body: &str) -> Result<(), String> {
    let table: toml::Table = body.parse().map_err(|error| format!("no TOML: {error}"))?;
    let has = |key: &str| table.contains_key(key);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("file.toml");
    std::fs::write(&path, body).map_err(|error| error.to_string())?;
    let path = path.to_str().unwrap_or_default();
    let read = match () {
        () if has("kind") => PolicySpec::find(path).map(drop),
        () if has("layout") => import::check_mapping(body, "the block"),
        () if has("model") || has("extends") => Spec::find(path).map(drop),
        () if has("format") => TraceInfo::parse(body, "the block").map(drop),
        () if ["dataset", "category", "positions", "sample"].iter().any(|key| has(key)) => Selection::parse(body, "the block").map(drop),
        () => return Err("neither a policy, a mapping file, a spec, a trace.toml nor a workload".to_owned()),
    };
    read.map_err(|error| error.to_string())
}

/// Every TOML block of every page; one whose fence says `more` goes on with the block before it.
pub fn every_toml_is_read() {
    let (mut wrong, mut read) = (Vec::new(), 0);
    for page in pages() {
        let mut before = String::new();
        for block in parted(&text(&page)).0.into_iter().filter(|block| block.info.split(' ').next() == Some("toml")) {
            let body = if block.info == "toml more" { format!("{before}\n{}", block.body) } else { block.body };
            if let Err(problem) = read_toml(&body) {
                wrong.push(format!("{}:\n{body}\n{problem}", name(&page)));
            }
            read += 1;
            before = body;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(read > 5, "{read} blocks");
}

/// The commands of a block, each on one line, without comments and where output goes.
fn commands(body: &str) -> Vec<String> {
    let lines = body.replace("\\\n", " ");
    let line = |line: &str| line.split(" #").next().unwrap_or_default().split(" > ").next().unwrap_or_default().trim().to_owned();
    lines.lines().map(line).filter(|line| !line.is_empty()).collect()
}

/// Commands of `sh` blocks are not run, but read: each verb and option in them exists.
pub fn every_command_is_understood() {
    let (mut wrong, mut read) = (Vec::new(), 0);
    for page in pages() {
        for block in parted(&text(&page)).0.into_iter().filter(|block| block.info == "sh") {
            for command in commands(&block.body) {
                let ours = ["wattroute ", "cargo run --release -- "].iter().find_map(|program| command.strip_prefix(program));
                let Some(arguments) = ours else { continue };
                let words: Vec<String> = arguments.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                if let Err(error) = wattroute::cli::understood(&words) {
                    wrong.push(format!("{}: {command}\n{error}", name(&page)));
                }
                read += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(read > 5, "{read} commands");
}

/// Options of other programs that pages name.
const OTHERS: [&str; 20] = [
    // Said to be not there yet.
    "--energy-error",
    "--release",
    "--path",
    "--include-ignored",
    "--ignored",
    "--nocapture",
    "--test",
    "--lib",
    "--write",
    "--log_samples",
    "--all-targets",
    "--self-test",
    "--check",
    "--locked",
    "--no-deps",
    "--size",
    "--version",
    "--help",
    "--quick",
    "--hours",
];

/// Every option that stands as code in a text exists somewhere.
pub fn every_option_exists() {
    let known = wattroute::cli::reference();
    let exists = |option: &str| OTHERS.contains(&option) || known.contains(&format!("{option} ")) || known.contains(&format!("{option}\n"));
    let mut wrong = Vec::new();
    for page in pages() {
        let (_, prose) = parted(&text(&page));
        for code in prose.split('`').skip(1).step_by(2) {
            for word in code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
                let is_option = word.starts_with("--") && word.len() > 2 && word != "---";
                if is_option && !exists(word) {
                    wrong.push(format!("{}: {word}", name(&page)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "no such option:\n{}", wrong.join("\n"));
}

/// A wrong block is seen: what the checks above are worth.
pub fn a_wrong_block_is_seen() {
    assert!(read_toml("kind = \"oracle\"\n").is_ok());
    assert!(read_toml("kind = \"orakle\"\n").is_err_and(|problem| problem.contains("oracle")));
    assert!(read_toml("colour = \"red\"\n").is_err_and(|problem| problem.contains("neither")));
    assert_eq!(commands("wattroute a \\\n  --b # said\nls > x\n"), ["wattroute a    --b", "ls"]);
    assert!(wattroute::cli::understood(&["replay", "toy", "--polcy", "oracle"]).is_err());
    assert!(Path::new("docs").is_dir());
}
