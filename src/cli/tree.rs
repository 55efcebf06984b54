//! The tree of verbs and options: help by purpose, and what is made of the tree (pages, completions, a reference).

use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory};

use super::{Cli, EVERYWHERE};
use crate::error::{Error, Result};
use crate::table::{paragraph, terminal_width};

/// Columns that help takes at most.
pub(super) const WIDEST: usize = 110;
/// Columns of help where nobody says how many there are.
const USUAL: u16 = 100;
/// Columns of help on the page of the commands.
const ON_THE_PAGE: usize = 90;

/// The verbs by purpose. clap knows no groups of verbs; a test holds that each verb is in one of these.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Make a trace", &["import", "synth", "enrich"]),
    ("Look at a trace", &["inspect", "check", "study"]),
    ("Replay it under policies", &["replay", "merge", "compare", "sweep", "break-even", "day", "train"]),
    ("Reproduce the paper", &["reproduce"]),
    ("Show a run again", &["report", "figures"]),
    ("See what there is", &["policies", "formats", "measures", "completions", "man"]),
];

/// The program's command, its verbs listed by purpose.
pub(super) fn command() -> Command {
    let width = usize::from(terminal_width().unwrap_or(USUAL)).min(WIDEST);
    let command = Cli::command();
    let list = listed(&command, width);
    let header = *Styles::styled().get_header();
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{list}\n{header}{EVERYWHERE}:{header:#}\n{{options}}{{after-help}}\n\n\
         `wattroute VERB --help` has the options of a verb."
    ))
}

/// The verbs of the groups, each with what it does, below the group's name.
fn listed(command: &Command, width: usize) -> String {
    let styles = Styles::styled();
    let (header, literal) = (*styles.get_header(), *styles.get_literal());
    let longest = command.get_subcommands().map(|verb| verb.get_name().len()).max().unwrap_or(0);
    let line = |name: &str| {
        let about = command.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string).unwrap_or_default();
        // Two columns before the name and two after it.
        let room = width.saturating_sub(longest + 4).max(20);
        let about = paragraph(&about, u16::try_from(room).ok()).trim_end().replace('\n', &format!("\n{:1$}", "", longest + 4));
        format!("  {literal}{name}{literal:#}{:1$}{about}\n", "", longest + 2 - name.len())
    };
    let group = |(title, names): &(&str, &[&str])| {
        format!("\n{header}{title}:{header:#}\n{}", names.iter().map(|name| line(name)).collect::<String>())
    };
    GROUPS.iter().map(group).collect()
}

/// The verbs, in the order in which help lists them.
pub fn verbs() -> Vec<&'static str> {
    GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect()
}

/// What `--help` says of every verb, as a page of Markdown: the reference of commands. What all verbs have stands
/// there once, at the end.
pub fn reference() -> String {
    let built = |command: Command| command.term_width(ON_THE_PAGE).max_term_width(ON_THE_PAGE);
    let mut command = built(Cli::command());
    command.build();
    let everywhere = format!("{EVERYWHERE}:\n");
    let sections = |command: &Command| -> Vec<String> {
        built(command.clone()).render_help().to_string().trim_end().split("\n\n").map(str::to_owned).collect()
    };
    let mut page = String::new();
    for (title, names) in GROUPS {
        page += &format!("\n## {title}\n");
        for verb in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let own: Vec<String> = sections(verb).into_iter().filter(|section| !section.starts_with(&everywhere)).collect();
            page += &format!("\n### `{}`\n\n```text\n{}\n```\n", verb.get_name(), own.join("\n\n"));
        }
    }
    let common = sections(&command).into_iter().find(|section| section.starts_with(&everywhere)).unwrap_or_default();
    format!("{page}\n## Options of every verb\n\n```text\n{common}\n```\n")
}

/// Whether a command line names a verb and options that there are, with values that can be read as far as
/// that goes without doing the work. The program's name is not among the words.
///
/// # Errors
/// What clap says of it.
pub fn understood(words: &[&str]) -> Result<()> {
    let words = std::iter::once("wattroute").chain(words.iter().copied());
    match Cli::command().try_get_matches_from(words) {
        Err(error) if error.use_stderr() => Err(mistake(&error)),
        _ => Ok(()),
    }
}

/// clap's error of a command line as one of ours: what is wrong, what may stand there, the nearest name.
pub(super) fn mistake(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let what = text.lines().next().unwrap_or_default();
    // What is required and absent stands in lines of its own.
    let more: Vec<&str> = text.lines().skip(1).take_while(|line| line.starts_with("  ")).map(str::trim).collect();
    let mut mistake = Error::new(what.strip_prefix("error: ").unwrap_or(what)).usage();
    if let Some(first) = more.first() {
        let found = more.iter().skip(1).fold((*first).to_owned(), |all, line| format!("{all}, {line}"));
        mistake = mistake.found(found);
    }
    for (kind, value) in error.context() {
        let is_nearest = matches!(
            kind,
            ContextKind::SuggestedSubcommand | ContextKind::SuggestedArg | ContextKind::SuggestedValue | ContextKind::SuggestedCommand
        );
        let name = match value {
            ContextValue::String(name) => name.clone(),
            ContextValue::Strings(names) => names.join("`, `"),
            _ => continue,
        };
        if is_nearest {
            mistake = mistake.hint(format!("did you mean `{name}`?"));
        } else if kind == ContextKind::ValidValue {
            mistake = mistake.allowed(name.replace("`, `", ", "));
        }
    }
    mistake.hint("`--help` lists verbs and options")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_in_one_group() {
        let mut listed = verbs();
        listed.sort_unstable();
        let command = Cli::command();
        let mut verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        verbs.sort_unstable();
        assert_eq!(listed, verbs);
    }

    #[test]
    fn the_tree_holds_together() {
        Cli::command().debug_assert();
        assert!(!listed(&Cli::command(), 80).contains(['{', '}']), "braces are clap's in a template");
    }

    #[test]
    fn every_verb_has_an_example_that_can_be_read() {
        for verb in Cli::command().get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            // Wrapped, an example could not be copied.
            assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
            let (_, examples) = help.split_once("Example").unwrap_or_else(|| panic!("{} has no example", verb.get_name()));
            let examples = examples.replace("\\\n", " ");
            let lines: Vec<&str> = examples.lines().filter_map(|line| line.trim().strip_prefix("wattroute ")).collect();
            assert!(!lines.is_empty(), "{}", verb.get_name());
            for line in lines {
                // A `>` sends what is printed into a file.
                let words: Vec<&str> = line.split(" > ").next().unwrap_or_default().split_whitespace().collect();
                assert!(["replay", verb.get_name()].contains(&words[0]), "{line}");
                understood(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
            }
        }
    }

    #[test]
    fn a_mistake_of_a_command_line_says_the_same_as_one_of_ours() {
        let error = understood(&["replay", "toy", "--polcy", "oracle"]).unwrap_err();
        let text = error.to_string();
        assert!(error.is_usage() && text.starts_with("unexpected argument '--polcy' found"), "{text}");
        assert!(text.contains("did you mean `--policy`?"), "{text}");
        let text = understood(&["figures", "run"]).unwrap_err().to_string();
        assert!(text.contains("found: --out <DIR>"), "{text}");
        let text = understood(&["completions", "bsh"]).unwrap_err().to_string();
        assert!(text.contains("did you mean `bash`?") && text.contains("allowed: bash, elvish"), "{text}");
    }
}
