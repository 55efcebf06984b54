//! Files that were findings: `corpus/<reader>/<what was found>`.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The names of the folders.
pub fn folders() -> Vec<String> {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
    entries(&root()).iter().filter_map(name).collect()
}

/// The findings of a reader.
pub fn found(reader: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let files = entries(&root().join(reader));
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Keeps a finding under a name that tells it.
pub fn keep(reader: &str, finding: &str, bytes: &[u8]) -> PathBuf {
    let folder = root().join(reader);
    fs::create_dir_all(&folder).unwrap();
    let words = finding.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(80).collect();
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}
