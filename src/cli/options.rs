//! What verbs and options there are, for programs that call them: names, meanings, defaults, kinds of values.

use std::any::TypeId;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, CommandFactory};
use serde::Serialize;

use super::{Cli, EVERYWHERE, tree};
use crate::error::Result;

#[derive(Serialize)]
struct Tree {
    verbs: Vec<Verb>,
    /// Those of every verb.
    everywhere: Vec<Given>,
}

#[derive(Serialize)]
struct Verb {
    name: String,
    /// What it does, in a line.
    about: String,
    /// What its help says after the options, without the examples.
    notes: String,
    /// In the order of its help.
    options: Vec<Given>,
}

/// An option or an argument.
#[derive(Serialize)]
struct Given {
    /// As on the command line, without dashes; of an argument what it is.
    name: String,
    /// Whether it stands by its place and has no name.
    is_argument: bool,
    meaning: String,
    heading: Option<String>,
    /// What stands for its value in the help.
    value: Option<String>,
    /// `flag`, `text`, `path`, `number` or `count`.
    kind: &'static str,
    /// Whether it may be given several times.
    is_repeated: bool,
    is_required: bool,
    default: Option<String>,
    /// The words that it may be, where there are only some.
    words: Vec<String>,
}

/// The verbs and their options, as a JSON object.
///
/// # Errors
/// None but of the writer of JSON.
pub fn options() -> Result<String> {
    let mut command = Cli::command();
    command.build();
    let verbs = tree::verbs().into_iter().filter_map(|name| command.find_subcommand(name)).map(verb).collect();
    let everywhere = command.get_arguments().filter(|arg| arg.is_global_set() && takes_part(arg)).map(given).collect();
    crate::report::pretty(&Tree { verbs, everywhere })
}

fn verb(command: &Command) -> Verb {
    let text = |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    let after = text(command.get_after_help());
    let notes = after.split("Example").next().unwrap_or_default().trim().to_owned();
    let own = |arg: &&Arg| !arg.is_global_set() && arg.get_help_heading() != Some(EVERYWHERE) && takes_part(arg);
    let options = command.get_arguments().filter(own).map(given).collect();
    Verb { name: command.get_name().to_owned(), about: text(command.get_about()), notes, options }
}

/// Whether it says what is to be done: help and version do not.
fn takes_part(arg: &Arg) -> bool {
    !matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
}

fn given(arg: &Arg) -> Given {
    let id = arg.get_id().as_str().replace('_', "-");
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    let many = arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    let defaults: Vec<String> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    Given {
        name: arg.get_long().map_or(id, str::to_owned),
        is_argument: arg.is_positional(),
        meaning: arg.get_help().map(ToString::to_string).unwrap_or_default(),
        heading: arg.get_help_heading().map(str::to_owned),
        value: arg.get_value_names().and_then(|names| names.first()).filter(|_| !is_flag).map(ToString::to_string),
        kind: if is_flag { "flag" } else { kind(arg) },
        is_repeated: matches!(arg.get_action(), ArgAction::Append) || many,
        is_required: arg.is_required_set(),
        default: (!is_flag && !defaults.is_empty()).then(|| defaults.join(",")),
        words: arg.get_possible_values().iter().filter(|_| !is_flag).map(|value| value.get_name().to_owned()).collect(),
    }
}

/// What its values are read as.
fn kind(arg: &Arg) -> &'static str {
    let read = arg.get_value_parser().type_id();
    let is = |kinds: &[TypeId]| kinds.iter().any(|kind| read == *kind);
    if is(&[TypeId::of::<f64>()]) {
        "number"
    } else if is(&[TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<usize>()]) {
        "count"
    } else if is(&[TypeId::of::<PathBuf>()]) {
        "path"
    } else {
        "text"
    }
}
