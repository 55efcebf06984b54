//! Traces whose files lie elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::child::{copy, refused, run, toy};

const SECONDS: u64 = 20;
const PEAK_MB: u64 = 300;
const WAYS: &[&[&str]] = &[
    &["check", "trace"],
    &["inspect", "trace"],
    &["replay", "trace", "--policy", "oracle"],
    &["replay", "trace", "--policy", "oracle", "--stream"],
];

fn all_refused(folder: &Path, words: &[&str]) {
    for way in WAYS {
        refused(folder, way, words, SECONDS, PEAK_MB);
    }
}

#[test]
fn ids_that_lead_out_of_the_folder_are_refused_and_not_followed() {
    for id in ["../../../other/small@laptop", "/etc", "..", "a/../../../other", "a\\u0000b", ".hidden"] {
        let folder = toy();
        let toml = folder.path().join("trace/trace.toml");
        let text = fs::read_to_string(&toml).unwrap().replace("\"small@laptop\"", &format!("\"{id}\""));
        fs::write(&toml, text).unwrap();
        // What the id leads to if it is followed: `endpoint=..` is a folder's name like any other.
        fs::create_dir_all(folder.path().join("trace/outcomes/endpoint=..")).unwrap();
        fs::create_dir_all(folder.path().join("trace/outcomes/endpoint=a")).unwrap();
        copy(&folder.path().join("trace/outcomes/endpoint=small@laptop"), &folder.path().join("other"));
        fs::write(folder.path().join("other/part-0.parquet"), "not to be opened").unwrap();
        for way in WAYS {
            let ended = run(folder.path(), way);
            let said = ended.stdout + &ended.stderr;
            assert!(ended.code == Some(1) && said.contains("an endpoint's id cannot be a folder's name"), "{id}: {said}");
            assert!(!said.contains("other/part-0"), "{id}: {said}");
        }
    }
}

#[test]
fn links_out_of_the_folder_are_refused() {
    let elsewhere = toy();
    for file in
        ["trace.toml", "queries.parquet", "outcomes", "outcomes/endpoint=small@laptop", "outcomes/endpoint=small@laptop/part-0.parquet"]
    {
        let (folder, target) = (toy(), elsewhere.path().join("trace").join(file));
        let place = folder.path().join("trace").join(file);
        if place.is_dir() {
            fs::remove_dir_all(&place).unwrap()
        } else {
            fs::remove_file(&place).unwrap()
        }
        symlink(&target, &place).unwrap();
        all_refused(folder.path(), &["lies outside of its folder", "a link to ", "copy the file into the folder"]);
    }
}

#[test]
fn links_within_the_folder_and_to_it_are_followed() {
    let folder = toy();
    let part = folder.path().join("trace/outcomes/endpoint=small@laptop/part-0.parquet");
    fs::rename(&part, folder.path().join("trace/kept.parquet")).unwrap();
    symlink("../../kept.parquet", &part).unwrap();
    symlink("trace", folder.path().join("link")).unwrap();
    for trace in ["trace", "link"] {
        let ended = run(folder.path(), &["inspect", trace]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    for (file, words) in [("queries.parquet", "is no file"), ("outcomes/endpoint=small@laptop/part-0.parquet", "is no file")] {
        let folder = toy();
        let place = folder.path().join("trace").join(file);
        fs::remove_file(&place).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
        all_refused(folder.path(), &["a file of the trace is no file", words]);
        fs::remove_file(&place).unwrap();
        symlink("/dev/zero", &place).unwrap();
        all_refused(folder.path(), &["lies outside of its folder"]);
    }
}
