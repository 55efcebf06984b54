//! The pages of the documentation: which there are, and what stands in them.

pub mod blocks;
pub mod links;
pub mod reference;

use std::path::{Path, PathBuf};

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the book, with its list of contents.
pub fn of_the_book() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    collect(&root().join("docs"), &mut pages);
    pages.sort();
    pages
}

/// The pages whose commands are run and whose links are followed: the book, the README, and those of the folders.
pub fn pages() -> Vec<PathBuf> {
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "policies/README.md", "traces/README.md", "notebooks/README.md"];
    let mut pages: Vec<PathBuf> = others.iter().map(|page| root().join(page)).collect();
    pages.extend(of_the_book());
    pages
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of pages") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
}

/// A page's text.
pub fn text(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// A page's path within the project.
pub fn name(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).display().to_string()
}

/// A fenced block: what stands after the fence, and the lines.
pub struct Block {
    pub info: String,
    pub body: String,
}

/// The fenced blocks of a page, and the page without them.
pub fn parted(page: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("```") {
            Some(info) => {
                let body = lines.by_ref().take_while(|line| !line.starts_with("```")).map(|line| format!("{line}\n")).collect();
                blocks.push(Block { info: info.trim().to_owned(), body });
            }
            None => prose += &format!("{line}\n"),
        }
    }
    (blocks, prose)
}
