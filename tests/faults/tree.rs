//! Folders as values: every file with its bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files below a folder by their names; folders stand in it too, with a `/` and without bytes.
pub type Tree = BTreeMap<String, Vec<u8>>;

pub fn read(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    collect(folder, "", &mut tree);
    tree
}

fn collect(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            tree.insert(format!("{name}/"), Vec::new());
            collect(&entry.path(), &format!("{name}/"), tree);
        } else {
            tree.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// Makes a folder hold exactly these files.
pub fn lay(folder: &Path, tree: &Tree) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in tree {
        let path = folder.join(name);
        match name.ends_with('/') {
            true => fs::create_dir_all(path).unwrap(),
            false => fs::write(path, bytes).unwrap(),
        }
    }
}

/// Without what a person does not see: temporary folders, whose names begin with a dot.
pub fn visible(tree: &Tree) -> Tree {
    tree.iter().filter(|(name, _)| !name.starts_with(".wattroute-") && !name.contains("/.wattroute-")).map(owned).collect()
}

/// What stands at a place and below it.
pub fn part(tree: &Tree, place: &str) -> Tree {
    let below = format!("{place}/");
    tree.iter().filter(|(name, _)| *name == place || name.starts_with(&below)).map(owned).collect()
}

fn owned((name, bytes): (&String, &Vec<u8>)) -> (String, Vec<u8>) {
    (name.clone(), bytes.clone())
}

/// The names in which two trees differ.
pub fn difference(one: &Tree, other: &Tree) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
