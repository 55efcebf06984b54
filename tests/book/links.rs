//! Links lead somewhere, on a code host and in the book.
//!
//! mdBook makes `.html` of every relative link to a `.md`, and has the pages of `docs/` alone. So a page of the book
//! links to other pages of it by file, and to what lies outside by folder (whose README a code host shows) or by a
//! file that is no page. The book is built in `book/` beside `docs/`, where the same relative paths hold.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::{name, of_the_book, pages, parted, root, text};

/// The targets of links and pictures in a text without its blocks.
fn links(prose: &str) -> Vec<String> {
    // Code in backticks may have brackets of its own.
    let plain: String = prose.split('`').enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "code" }).collect();
    plain.match_indices("](").filter_map(|(at, _)| Some(plain[at + 2..].split_once(')')?.0.to_owned())).collect()
}

/// The anchors of a page: its headings in lower case with `-` for spaces, as code hosts and mdBook make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = parted(page).1;
    let headings = headings.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let slug = |heading: String| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// What is wrong with a link of a page.
fn problem(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = if file.is_empty() { page.to_owned() } else { plain(&page.parent().expect("a folder").join(file)) };
    if !target.exists() {
        return Some("leads nowhere".to_owned());
    }
    let docs = root().join("docs");
    if page.starts_with(&docs) && !target.starts_with(&docs) && file.ends_with(".md") {
        return Some("leads to a page outside of the book: link to its folder, or to a file that is no page".to_owned());
    }
    let shown = if target.is_dir() { target.join("README.md") } else { target };
    match anchor {
        Some(anchor) if !anchors(&text(&shown)).contains(anchor) => Some(format!("{} has no heading `{anchor}`", name(&shown))),
        _ => None,
    }
}

/// Every link of every page.
pub fn every_link_leads_somewhere() {
    let (mut wrong, mut followed) = (Vec::new(), 0);
    for page in pages() {
        for link in links(&parted(&text(&page)).1) {
            followed += 1;
            wrong.extend(problem(&page, &link).map(|problem| format!("{}: {link}: {problem}", name(&page))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(followed > 50, "{followed} links");
}

/// The list of contents has every page of the book once.
pub fn the_contents_list_every_page() {
    let contents = root().join("docs/SUMMARY.md");
    let mut listed: Vec<PathBuf> = links(&text(&contents)).iter().map(|link| plain(&root().join("docs").join(link))).collect();
    listed.sort();
    let all: Vec<PathBuf> = of_the_book().into_iter().filter(|page| *page != contents).collect();
    assert_eq!(listed, all);
}

/// What the check above is worth.
pub fn a_wrong_link_is_seen() {
    let page = root().join("docs/semantics.md");
    assert_eq!(links("[a](b.md#c) `[x](y)` ![d](e.svg)"), ["b.md#c", "e.svg"]);
    assert_eq!(problem(&page, "../traces/"), None);
    assert!(problem(&page, "../traces/README.md").is_some_and(|problem| problem.contains("outside of the book")));
    assert!(problem(&page, "nowhere.md").is_some() && problem(&page, "#nowhere").is_some() && problem(&page, "#oracle").is_none());
}
