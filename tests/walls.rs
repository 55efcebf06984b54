//! Holds the walls of the design by reading the sources: which module may use which crate, in which
//! direction modules import each other, and who spells the names of a trace's columns.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use wattroute::trace::{Metric, schema};

/// A crate and the only places (starts of paths below `src`) that may use it.
const WALLS: &[(&str, &[&str])] = &[
    ("polars", &["trace/", "report/"]),
    ("polars_parquet", &["trace/claims.rs", "trace/decode/", "trace/encode/", "trace/write.rs"]),
    ("linfa", &["router/"]),
    ("ndarray", &["router/"]),
    ("rayon", &["replay/", "sweep/", "router/", "synth/"]),
    ("pulp", &["wide.rs", "wide/"]),
    ("plotly", &["report/html/"]),
    ("pulldown_cmark", &["report/html/"]),
    ("plotters", &["figure/"]),
    ("image", &["figure/"]),
    ("ab_glyph", &["figure/"]),
    ("pdf_writer", &["figure/"]),
    ("miniz_oxide", &["figure/"]),
    ("rustix", &["output/"]),
    ("signal_hook", &["cli/"]),
    ("mimalloc", &["main.rs"]),
    // clap_complete and clap_mangen too.
    ("clap", &["cli/", "main.rs"]),
    ("anstream", &["cli/"]),
];

/// The crates that the package of Python may use beside this one: no rule of ours stands there.
/// A library that is loaded has an allocator of its own, as a program has.
const OF_PYTHON: &[&str] = &["pyo3", "polars_arrow", "polars_buffer", "mimalloc"];

/// The crates that this one must not know.
const ABSENT: &[&str] = &["pyo3"];

/// The only file of the package of Python that may be unsafe.
const UNSAFE_OF_PYTHON: &str = "ffi.rs";

/// The flow: a module imports only what stands above it. `policy` and `router` stand side by side.
const FLOW: &[&[&str]] = &[
    &["trace"],
    &["workload"],
    &["policy", "router"],
    &["replay"],
    &["sweep"],
    &["analysis"],
    &["report"],
    &["figure"],
    // At the end of the flow these may use all that stands above.
    &["synth", "paper"],
    &["cli"],
];

/// Column names that are nobody else's words, so that a literal of one is a column name.
const COLUMNS_SPELLED_BY_SCHEMA: &[&str] = &[
    schema::QUERY_ID,
    schema::ARRIVAL_S,
    schema::FEATURE_PREFIX,
    schema::SOURCE_SUFFIX,
    schema::QUERIES_FILE,
    schema::PART_FILE,
    schema::INPUT_TOKENS,
];

/// Files that spell such a word because another program's file has it, with the reason.
const OTHERS_WORDS: &[(&str, &str, &str)] = &[
    ("report/columns.rs", "energy_j", "a column of a report's tables, a contract of its own"),
    ("report/columns.rs", "cost_usd", "a column of a report's tables, a contract of its own"),
    ("report/columns.rs", "latency_s", "a column of a report's tables, a contract of its own"),
    ("report/dictionary.rs", "energy_j", "a column of a report's tables, a contract of its own"),
    ("report/dictionary.rs", "latency_s", "a column of a report's tables, a contract of its own"),
    ("trace/import/llmrouter.rs", schema::INPUT_TOKENS, "LLMRouter's routing files name a column so"),
];

/// What reads a file, or text that was one.
const READS: &[&str] =
    &["fs::read(", "fs::read_to_string(", "File::open(", "from_reader(", "serde_json::from_", "toml::from_str(", "toml::from_str::<"];

/// Files that read no input, with the reason.
const READ_NO_INPUT: &[(&str, &str)] = &[("paper/published.rs", "reads tables that the program carries")];

/// Modules of the readers that index all the same: cells in memory, whose positions are made there. To pass over a
/// wrong one in silence would be worse.
const INDEX_IN_MEMORY: &[&str] = &[
    "policy/recorded/choose.rs",
    "router/saved.rs",
    "trace/batch.rs",
    "trace/column.rs",
    "trace/embedding.rs",
    "trace/encode/bits.rs",
    "trace/encode/distinct.rs",
    "trace/encode/page.rs",
    "trace/enrich/log.rs",
    "trace/import/answers.rs",
    "trace/import/decimal.rs",
    "trace/import/finish.rs",
    "trace/import/ids.rs",
    "trace/import/table/block/ends.rs",
    "trace/import/table/block/json.rs",
    "trace/import/table/block/reader.rs",
    "trace/import/table/block/runs.rs",
    "trace/import/table/block/typed.rs",
    "trace/partition.rs",
    "trace/reader.rs",
    "trace/schema.rs",
    "trace/table.rs",
    "trace/tables.rs",
    "workload/arrivals.rs",
    "workload/select.rs",
];

/// A source file without its unit tests, comments and attributes' text; literals apart.
struct Source {
    path: String,
    /// Identifiers, `::` and other characters, in order, with their lines.
    tokens: Vec<(usize, String)>,
    /// Text literals with their lines.
    literals: Vec<(usize, String)>,
}

fn sources() -> Vec<Source> {
    let sources = sources_in("src");
    assert!(sources.len() > 50, "the sources of the crate");
    sources
}

fn sources_in(root: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(Path::new(root), Path::new(root), &mut files);
    files.sort();
    let read = |path: String| {
        let text = fs::read_to_string(Path::new(root).join(&path)).unwrap();
        Source::new(path, without_tests(&text))
    };
    files.into_iter().filter(|path| !path.ends_with("tests.rs") && !path.ends_with("test_files.rs")).map(read).collect()
}

/// A source up to its unit tests.
fn without_tests(text: &str) -> &str {
    let is_tests =
        |at: &usize| text[*at..].lines().find(|line| !line.starts_with("#[")).is_some_and(|item| item.starts_with("mod tests {"));
    let tests = text.match_indices("#[cfg(test)]").map(|(at, _)| at).find(is_tests);
    &text[..tests.unwrap_or(text.len())]
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

impl Source {
    fn new(path: String, text: &str) -> Source {
        let mut source = Source { path, tokens: Vec::new(), literals: Vec::new() };
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut line) = (0, 1);
        while at < chars.len() {
            let start = at;
            let starts = |word: &str| chars[at..].iter().take(word.len()).collect::<String>() == word;
            match chars[at] {
                '/' if starts("//") => at = end_of(&chars, at, |_, c| c == '\n'),
                '/' if starts("/*") => at = end_of_comment(&chars, at),
                'r' if starts("r\"") || starts("r#") => {
                    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                    let from = at + hashes + 2;
                    let end = (from..chars.len()).find(|&end| chars[end..].starts_with(&close)).unwrap();
                    source.literals.push((line, chars[from..end].iter().collect()));
                    at = end + close.len();
                }
                '"' => {
                    let end = end_of(&chars, at + 1, |escaped, c| c == '"' && !escaped);
                    source.literals.push((line, chars[at + 1..end].iter().collect()));
                    at = end + 1;
                }
                // A character; what begins like one and does not end there is a lifetime.
                '\'' if chars.get(at + 1) == Some(&'\\') => at = end_of(&chars, at + 1, |escaped, c| c == '\'' && !escaped) + 1,
                '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
                c if c.is_alphanumeric() || c == '_' => {
                    at = end_of(&chars, at, |_, c| !(c.is_alphanumeric() || c == '_'));
                    source.tokens.push((line, chars[start..at].iter().collect()));
                }
                ':' if starts("::") => {
                    source.tokens.push((line, "::".to_owned()));
                    at += 2;
                }
                c => {
                    if !c.is_whitespace() {
                        source.tokens.push((line, c.to_string()));
                    }
                    at += 1;
                }
            }
            line += chars[start..at].iter().filter(|c| **c == '\n').count();
        }
        source
    }

    fn token(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |(_, token)| token)
    }

    /// The modules of the crate that this file names, with lines: after `crate::` or as many `super::`
    /// as lead to the root, in groups too.
    fn modules(&self) -> Vec<(usize, String)> {
        let depth = self.path.trim_end_matches("/mod.rs").matches('/').count() + 1;
        let mut found = Vec::new();
        for (index, (line, token)) in self.tokens.iter().enumerate() {
            let is_path = self.token(index + 1) == "::";
            let first = self.token(index.wrapping_sub(1)) != "::";
            let supers =
                (0..).take_while(|step| self.token(index + 2 * step) == "super" && self.token(index + 2 * step + 1) == "::").count();
            let after = match token.as_str() {
                "crate" if is_path && first => index + 2,
                "super" if is_path && first && supers >= depth => index + 2 * supers,
                _ => continue,
            };
            if self.token(after) != "{" {
                found.push((*line, self.token(after).to_owned()));
                continue;
            }
            let mut nested = 0;
            for position in after.. {
                match self.token(position) {
                    "{" => nested += 1,
                    "}" => nested -= 1,
                    name if nested == 1 && ["{", ","].contains(&self.token(position - 1)) => {
                        found.push((self.tokens[position].0, name.to_owned()))
                    }
                    _ => {}
                }
                if nested == 0 {
                    break;
                }
            }
        }
        found
    }
}

/// Where a condition first holds; it is told whether the character is escaped.
fn end_of(chars: &[char], from: usize, is_end: impl Fn(bool, char) -> bool) -> usize {
    let mut escaped = false;
    for (at, &c) in chars.iter().enumerate().skip(from) {
        if is_end(escaped, c) {
            return at;
        }
        escaped = c == '\\' && !escaped;
    }
    chars.len()
}

fn end_of_comment(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn level(module: &str) -> Option<usize> {
    FLOW.iter().position(|level| level.contains(&module))
}

fn complain(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} beyond the walls:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn crates_stay_behind_their_walls() {
    let mut problems = Vec::new();
    for source in sources() {
        for (line, token) in &source.tokens {
            for (name, allowed) in WALLS {
                let is_crate = token == name || token.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
                if is_crate && !allowed.iter().any(|place| source.path.starts_with(place)) {
                    problems.push(format!("src/{}:{line}: {token} belongs to {allowed:?}", source.path));
                }
            }
        }
    }
    complain(problems);
}

#[test]
fn python_stays_in_its_crate_and_all_else_out_of_it() {
    let mut problems = Vec::new();
    for source in sources() {
        for (line, token) in source.tokens.iter().filter(|(_, token)| ABSENT.contains(&token.as_str())) {
            problems.push(format!("src/{}:{line}: {token} is of the package of Python alone", source.path));
        }
    }
    let theirs = sources_in("python/src");
    assert!(theirs.iter().any(|source| source.path == UNSAFE_OF_PYTHON), "the package of Python");
    for source in &theirs {
        for (index, (line, token)) in source.tokens.iter().enumerate() {
            let is_crate =
                WALLS.iter().any(|(name, _)| token == name || token.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')));
            if is_crate && !OF_PYTHON.contains(&token.as_str()) {
                problems.push(format!("python/src/{}:{line}: {token} stands behind a wall of the crate", source.path));
            }
            let begins = token == "unsafe" && ["{", "fn", "impl", "extern"].contains(&source.token(index + 1));
            if begins && source.path != UNSAFE_OF_PYTHON {
                problems.push(format!("python/src/{}:{line}: unsafe belongs to {UNSAFE_OF_PYTHON}", source.path));
            }
        }
    }
    complain(problems);
}

#[test]
fn modules_import_only_what_stands_above_them() {
    let mut problems = Vec::new();
    for source in sources() {
        let own = source.path.split(['/', '.']).next().unwrap().to_owned();
        let Some(mine) = level(&own) else {
            // The root declares modules; what is free for all must use none of them.
            let free = !["lib", "main"].contains(&own.as_str());
            let used = source.modules().into_iter().filter(|(_, name)| free && level(name).is_some());
            problems.extend(used.map(|(line, name)| format!("src/{}:{line}: is free for all, and uses {name}", source.path)));
            continue;
        };
        for (line, name) in source.modules() {
            if name != own && level(&name).is_some_and(|theirs| theirs > mine) {
                problems.push(format!("src/{}:{line}: {own} stands above {name}", source.path));
            }
        }
    }
    complain(problems);
}

#[test]
fn only_the_schema_spells_columns() {
    let mut names: Vec<String> = COLUMNS_SPELLED_BY_SCHEMA.iter().map(|name| (*name).to_owned()).collect();
    // Names without a unit are also plain words (`score`), and words of other programs' files.
    names.extend(Metric::ALL.iter().map(|metric| metric.column().to_owned()).filter(|name| name.contains('_')));
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| source.path != "trace/schema.rs") {
        for (line, literal) in source.literals.iter().filter(|(_, literal)| names.contains(literal)) {
            if !OTHERS_WORDS.iter().any(|(path, word, _)| *path == source.path && word == literal) {
                problems.push(format!("src/{}:{line}: \"{literal}\"", source.path));
            }
        }
    }
    complain(problems);
}

/// A file, and the modules that it stands in.
fn modules_of(path: &str) -> Vec<String> {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    std::iter::once(path.to_owned()).chain(folders.flat_map(|folder| [format!("{folder}/mod.rs"), format!("{folder}.rs")])).collect()
}

/// Whether a file refuses indices and casts that may fail, for itself and what stands in it.
fn refuses_indices(path: &str) -> bool {
    let text = fs::read_to_string(Path::new("src").join(path)).unwrap_or_default();
    let head = text.split("\nuse ").next().unwrap_or_default();
    let wanted = ["indexing_slicing", "string_slice", "cast_possible_truncation", "cast_sign_loss", "cast_possible_wrap"];
    head.contains("warn(") && wanted.iter().all(|lint| head.contains(&format!("clippy::{lint}")))
}

#[test]
fn whoever_reads_a_file_neither_indexes_nor_casts() {
    let mut files = Vec::new();
    collect(Path::new("src"), Path::new("src"), &mut files);
    let (mut problems, mut readers) = (Vec::new(), 0);
    for path in files {
        let text = fs::read_to_string(Path::new("src").join(&path)).unwrap();
        let text = without_tests(&text);
        let is_test = path.ends_with("tests.rs") || path.ends_with("test_files.rs");
        let no_input = READ_NO_INPUT.iter().any(|(known, _)| *known == path);
        let indexes = text.contains("allow(clippy::indexing_slicing") || text.contains("allow(\n    clippy::indexing_slicing");
        if indexes && !INDEX_IN_MEMORY.contains(&path.as_str()) {
            problems.push(format!("src/{path}: allows indices"));
        }
        if is_test || no_input || !READS.iter().any(|word| text.contains(word)) {
            continue;
        }
        readers += 1;
        if !modules_of(&path).iter().any(|module| refuses_indices(module)) {
            problems.push(format!("src/{path}: reads a file and may index or cast: see src/trace/mod.rs"));
        }
    }
    assert!(readers > 20, "{readers} files that read");
    complain(problems);
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let text = "use crate::{trace::A, replay, error::{B}}; // polars\n/* rayon /* linfa */ */ fn f<'a>() { super::super::sweep::x('\\''); let s = \"clap \\\" energy_j\"; r#\"polars\"#; crate::cli::run() }";
    let source = Source::new("report/build.rs".to_owned(), text);
    let modules: Vec<(usize, String)> = source.modules();
    let names: Vec<&str> = modules.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["trace", "replay", "error", "sweep", "cli"]);
    assert!(modules[3].0 == 2 && source.tokens.iter().all(|(_, token)| !["polars", "rayon", "linfa", "clap"].contains(&token.as_str())));
    assert_eq!(source.literals.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["clap \\\" energy_j", "polars"]);
}
