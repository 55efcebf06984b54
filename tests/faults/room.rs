//! No room on the disk, nowhere to write, nobody who reads.

use std::fs::{self, File};
use std::process::{Command, Output, Stdio};

use crate::jobs::{IMPORT, Job, Place, REPLAY, REPRODUCE, SYNTH, assert_whole, earlier};
use crate::tree::{self, Tree};

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

/// An error that says what is in the way, and nothing that changed.
fn refused(place: &Place, arguments: &[&str], words: &[&str]) {
    let before = tree::read(&place.work());
    let output = run(place, arguments);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
    assert!(text.starts_with("error: ") && words.iter().all(|word| text.contains(word)), "{arguments:?}: {text}");
    assert_eq!(tree::difference(&tree::read(&place.work()), &before), Vec::<String>::new(), "{arguments:?}");
}

#[test]
fn an_output_that_is_full_is_an_error() {
    let place = Place::new();
    for arguments in
        [&["replay", "toy", "--policy", "oracle", "--json"][..], &["inspect", "toy"], &["policies"], &["--help"], &["--version"]]
    {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("cannot write to the output"), "{arguments:?}: {}", said(&output));
    }
}

/// Runs a job under a limit on the size of a file, in blocks of 512 bytes.
fn within(place: &Place, job: &Job, blocks: u32) -> Output {
    let limit = format!("ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_wattroute")]).args(job.arguments).current_dir(place.work());
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_file_that_does_not_fit_leaves_what_was_there() {
    for job in [IMPORT, SYNTH, REPLAY, REPRODUCE] {
        let place = Place::new();
        let after = place.finish(&job);
        for before in [Tree::new(), earlier(&job, &after)] {
            for blocks in [1, 10] {
                tree::lay(&place.work(), &before);
                let output = within(&place, &job, blocks);
                let text = said(&output);
                assert_eq!(output.status.code(), Some(1), "{:?}: {text}", job.arguments);
                assert!(text.contains("cannot write") && text.contains("File too large"), "{:?}: {text}", job.arguments);
                let found = tree::read(&place.work());
                assert_whole(&job, &found, &before, &after, &format!("{:?} in {blocks} blocks", job.arguments));
                assert_eq!(tree::visible(&found), found, "{:?}: left over", job.arguments);
            }
        }
    }
}

#[test]
fn a_place_that_cannot_be_written_is_refused() {
    let place = Place::new();
    fs::write(place.work().join("file"), "mine").unwrap();
    fs::create_dir(place.work().join("folder")).unwrap();
    fs::write(place.work().join("folder").join("mine"), "mine").unwrap();
    for (arguments, option) in [
        (&["synth", "../input/spec.toml"][..], "--out"),
        (&["import", "table", "../input/rows.csv", "--map", "../input/map.toml"], "--out"),
        (&["replay", "toy", "--policy", "oracle"], "--out"),
        (&["reproduce", "--queries", "1000", "--arrivals", "100", "--cache", "cache", "--figures", "figures"], "--out"),
        (&["enrich", "toy", "--electricity", "0.1"], "--out"),
    ] {
        let with = |out: &'static str, force: &'static [&'static str]| [arguments, &[option, out], force].concat();
        refused(&place, &with("file/trace", &[]), &["a file stands where a folder should be", "file/trace"]);
        refused(&place, &with("file/deep/trace", &["--force"]), &["a file stands where a folder should be"]);
        refused(&place, &with("file", &[]), &["there is something already"]);
        refused(&place, &with("file", &["--force"]), &["`--force` replaces only what this program wrote", "a file"]);
        refused(&place, &with("folder", &["--force"]), &["`--force` replaces only what this program wrote", "a folder with other files"]);
        if cfg!(target_os = "linux") {
            // Nobody can make a folder here, whoever runs the test.
            refused(&place, &with("/proc/wattroute/trace", &[]), &["cannot write", "/proc/wattroute/trace"]);
        }
    }
    place.finish(&REPLAY);
    refused(&place, &["figures", "run", "--out", "file"], &["cannot write", "a file stands where a folder should be"]);
    refused(&place, &["report", "run", "--markdown", "folder", "--force"], &["a folder stands where a file should be"]);
    refused(
        &place,
        &["reproduce", "--queries", "1000", "--arrivals", "100", "--cache", "file", "--out", "other", "--quiet"],
        &["a file stands"],
    );
}

#[test]
fn a_folder_without_permission_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let locked = place.work().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(locked.join("probe")).is_ok() {
        println!("not tested: permissions do not hold for who runs this test (root)");
        return;
    }
    refused(&place, &["synth", "../input/spec.toml", "--out", "locked/trace"], &["cannot write", "ermission denied"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    for arguments in [&["replay", "toy", "--policy", "oracle", "--json"][..], &["inspect", "ladder"], &["policies"], &["--help"]] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""), "{arguments:?}");
    }
}
