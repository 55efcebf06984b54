//! Colour and bold type: only where a terminal shows them, and never where `NO_COLOR` is set.
//!
//! Colour repeats what a word says already (`error:`, `hint:`): nothing is told by colour alone.

use anstream::{AutoStream, ColorChoice};

use crate::error::printable;
use crate::table::HEADING;

const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";
const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const GREEN: &str = "\u{1b}[1;32m";

/// The labels at the start of a line of what goes to stderr, with their looks.
const LABELS: [(&str, &str); 9] = [
    ("error:", RED),
    ("and:", RED),
    ("warning:", YELLOW),
    ("note:", BOLD),
    ("where:", BOLD),
    ("found:", BOLD),
    ("allowed:", BOLD),
    ("cause:", BOLD),
    ("hint:", GREEN),
];

/// Whether stdout is painted: a terminal that can, with neither `NO_COLOR` nor `CLICOLOR=0`, or
/// `CLICOLOR_FORCE`. As clap decides for help.
pub(super) fn stdout() -> bool {
    AutoStream::choice(&std::io::stdout()) != ColorChoice::Never
}

/// The same of stderr.
pub(super) fn stderr() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// An error or a remark with its labels painted.
pub(super) fn labelled(text: &str) -> String {
    let mut painted = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        // What continues a text of several lines is indented further than any label.
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        match LABELS.iter().find_map(|(label, look)| Some((label, look, rest.strip_prefix(label)?))) {
            Some((label, look, rest)) if indent.len() < 9 => painted += &format!("{indent}{look}{label}{PLAIN}{rest}"),
            _ => painted += line,
        }
    }
    painted
}

/// Text as a terminal may show it: what gives orders to one is escaped, and marked headers are bold.
pub(super) fn shown(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix(HEADING) {
        Some(header) => format!("{BOLD}{}{PLAIN}", printable(header)),
        None => printable(line),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_painted_and_nothing_else() {
        let text = "error: no such policy\n    found: `hint: no`\n  allowed: a,\n           error: forged\n     hint: try\nand: more";
        let painted = labelled(text);
        assert_eq!(
            painted,
            "\u{1b}[1;31merror:\u{1b}[0m no such policy\n    \u{1b}[1mfound:\u{1b}[0m `hint: no`\n  \u{1b}[1mallowed:\u{1b}[0m a,\n           \
             error: forged\n     \u{1b}[1;32mhint:\u{1b}[0m try\n\u{1b}[1;31mand:\u{1b}[0m more"
        );
    }

    #[test]
    fn headers_are_bold_and_other_orders_are_escaped() {
        assert_eq!(shown("\u{1}policy  saved\na  1\n"), "\u{1b}[1mpolicy  saved\u{1b}[0m\na  1\n");
        assert_eq!(shown("a \u{1b}[1mb"), "a \\u{1b}[1mb");
        assert_eq!(shown("\u{1}\u{1b}[2Jx"), "\u{1b}[1m\\u{1b}[2Jx\u{1b}[0m");
    }
}
