//! The commands that the README and the documentation show are run, and give what stands there.
//!
//! A block ```` ```console ```` holds commands (`$ wattroute …`, or `$ cargo run --release -- …`, continued
//! after a `\`) and what they print: stdout, then stderr, after a line `? CODE` where the exit code is not
//! 0. A line `...` stands for any lines, `[..]` for anything in a line. The commands of a page run in
//! order in one empty folder, on a terminal of 100 columns. A block with a language and a file name
//! (```` ```csv answers.csv ````) is put there first. Blocks ```` ```console data ```` need
//! `WATTROUTE_DATA`. `SNAPSHOTS=overwrite cargo test --test docs` puts what the commands print into the pages,
//! and makes the pages of `docs/reference` anew. What is shown and not run is read (`book/blocks.rs`).
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod book;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use book::pages;
use snapbox::Data;

const DATA: &str = "WATTROUTE_DATA";
const COLUMNS: &str = "100";

/// Runs the blocks of a page and gives the page with what they print; without data the blocks that need it stay as they are.
fn run_page(page: &str, data: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(page, folder.path());
    let mut out = String::new();
    let mut lines = page.split_inclusive('\n');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let Some(info) = line.strip_prefix("```").map(str::trim) else { continue };
        let body: String = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let is_run = info == "console" || (info == "console data" && data.is_some());
        out.push_str(&if is_run { run_block(&body, folder.path(), data) } else { body });
        out.push_str("```\n");
    }
    out
}

/// Writes the files that a page shows.
fn write_files(page: &str, folder: &Path) {
    for block in page.split("\n```").skip(1).step_by(2) {
        let (info, body) = block.split_once('\n').expect("a block has lines");
        if let Some((_, file)) = info.split_once(' ').filter(|(_, file)| file.contains('.')) {
            std::fs::write(folder.join(file), format!("{body}\n")).expect("a file");
        }
    }
}

/// Runs the commands of a block and gives the block with what they print.
fn run_block(block: &str, folder: &Path, data: Option<&str>) -> String {
    let mut out = String::new();
    let mut lines = block.lines().peekable();
    while let Some(line) = lines.next() {
        let mut command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("not a command: {line}")).to_owned();
        out += &format!("{line}\n");
        while let Some(start) = command.strip_suffix('\\') {
            let next = lines.next().expect("a line after `\\`");
            command = format!("{start}{next}");
            out += &format!("{next}\n");
        }
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            expected += &format!("{line}\n");
        }
        let blank = if expected.ends_with("\n\n") { "\n" } else { "" };
        let normal = snapbox::filter::NormalizeToExpected::new().redact();
        let actual = normal.normalize(Data::text(run(&command, folder, data)), &Data::text(format!("{}\n", expected.trim_end())));
        let actual = actual.render().expect("text");
        let actual = if actual.trim().is_empty() { String::new() } else { format!("{}\n", actual.trim_end()) };
        out += &format!("{actual}{}", if lines.peek().is_some() { blank } else { "" });
    }
    out
}

/// What a command prints, with the folder of the data as the page names it.
fn run(command: &str, folder: &Path, data: Option<&str>) -> String {
    let arguments = ["wattroute ", "cargo run --release -- "].into_iter().find_map(|program| command.strip_prefix(program));
    let arguments = arguments.unwrap_or_else(|| panic!("not a command of this program: {command}"));
    let data = data.unwrap_or("no-data");
    let arguments = arguments.split_whitespace().map(|word| word.replace(&format!("${DATA}"), data));
    let output = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).current_dir(folder).env("COLUMNS", COLUMNS).output();
    let output = output.expect("the program runs");
    let code = if output.status.success() { String::new() } else { format!("? {}\n", output.status.code().unwrap_or(-1)) };
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    code + &text.replace(data, &format!("${DATA}"))
}

/// Whether pages are to be written anew.
fn overwrite() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite")
}

/// Runs the pages, two at a time, and compares, or writes them anew where `SNAPSHOTS` says so.
fn hold(pages: impl Iterator<Item = PathBuf> + Send, data: Option<&str>) {
    let pages = Mutex::new(pages);
    let next = || pages.lock().expect("the pages").next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| std::iter::from_fn(next).for_each(|path| hold_page(&path, data)));
        }
    });
}

fn hold_page(path: &Path, data: Option<&str>) {
    let page = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let now = run_page(&page, data);
    if overwrite() && now != page {
        std::fs::write(path, now).expect("a page");
    } else if now != page {
        let difference = snapbox::Assert::new().try_eq(Some(&path.display()), Data::text(now).raw(), Data::text(page).raw());
        panic!("{} shows what is not so: {}", path.display(), difference.err().map_or(String::new(), |error| error.to_string()));
    }
}

#[test]
fn the_commands_print_what_the_pages_show() {
    hold(pages().into_iter(), None);
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn the_commands_on_real_data_print_what_the_pages_show() {
    let data = std::env::var(DATA).expect("the variable WATTROUTE_DATA");
    let with_data = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|page| page.contains("```console data"));
    hold(pages().into_iter().filter(with_data), Some(&data));
}

#[test]
fn the_reference_is_what_the_code_says() {
    for (file, now) in book::reference::made() {
        let path = book::root().join("docs/reference").join(file);
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        if page != now && overwrite() {
            std::fs::write(&path, now).expect("a page");
        } else {
            assert!(page == now, "{} is old: SNAPSHOTS=overwrite cargo test --test docs", path.display());
        }
    }
}

#[test]
fn every_toml_block_is_read_as_what_it_is() {
    book::blocks::every_toml_is_read();
}

#[test]
fn every_command_and_option_exists() {
    book::blocks::every_command_is_understood();
    book::blocks::every_option_exists();
    book::blocks::a_wrong_block_is_seen();
}

#[test]
fn every_link_leads_somewhere_and_the_contents_are_whole() {
    book::links::every_link_leads_somewhere();
    book::links::the_contents_list_every_page();
    book::links::a_wrong_link_is_seen();
}

#[test]
fn a_wrong_page_is_seen_and_lines_may_be_left_out() {
    let page = |output: &str| format!("text\n```console\n$ wattroute check toy\n{output}```\nmore\n");
    let right = page("no faults in 12 queries x 4 endpoints\n");
    let shown = run_page(&right, None);
    assert!(shown.contains("no faults in 12 queries x 4 endpoints\n```\nmore\n"), "{shown}");
    assert_ne!(run_page(&page("no faults in 13 queries x 4 endpoints\n"), None), page("no faults in 13 queries x 4 endpoints\n"));
    assert_eq!(run_page(&page("...\nno faults in 12 [..]\n"), None), page("...\nno faults in 12 [..]\n"));
    let failing = "```console\n$ wattroute check no-such-trace\n? 1\nerror: [..]\n...\n```\n";
    assert_eq!(run_page(failing, None), failing);
}
