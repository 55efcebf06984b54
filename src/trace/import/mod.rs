//! Reading other programs' recordings, one file a format.
//!
//! A format is a unit struct that implements [`Format`] in a file of its own and stands as one word
//! in the list below. It reads its input into a [`Gather`], which joins queries and outcomes, counts
//! what is duplicated or missing, and makes the [`Draft`] of a trace.

mod answers;
mod decimal;
pub(super) mod files;
mod finish;
mod gather;
pub(super) mod ids;
pub(super) mod jsonl;
mod prompts;
mod queries;
mod record;
mod rows;
#[cfg(test)]
mod test_files;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use gather::Gather;
pub use record::{Outcome, Place, Query};
pub use table::{InMemory, check_mapping};

use super::draft::Draft;
use super::endpoint::Tier;
use super::info::Step;
use crate::error::{Error, Result};

macro_rules! formats {
    ($($module:ident)*) => {
        $(mod $module;)*
        /// Every format, in the order in which they are listed.
        pub static FORMATS: &[&dyn Format] = &[$(&$module::FORMAT),*];
    };
}

formats! { ipw routerbench routellm llmrouterbench routerarena llmrouter lm_eval table }

/// How one kind of file is read.
pub trait Format: Sync {
    /// The word on the command line.
    fn name(&self) -> &'static str;
    /// What it reads, in a line of a list: 64 characters at most.
    fn title(&self) -> &'static str;
    /// What it reads and from which program, in a sentence.
    fn summary(&self) -> &'static str;
    /// What an INPUT is: a file, a folder, several.
    fn input(&self) -> &'static str;
    /// Those of the options that not every format uses (see [`ImportOptions::given`]) that it does use.
    fn options(&self) -> &'static [&'static str];
    /// Reads the inputs. What was dropped, doubled, missing or converted goes to [`Gather::note`].
    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather>;
}

/// Options that some formats use and others cannot.
pub mod option {
    /// A mapping file.
    pub const MAP: &str = "--map";
    /// Counting tokens from texts.
    pub const TOKENS_FROM_TEXT: &str = "--tokens-from-text";
    /// Columns that nothing else uses, as features.
    pub const KEEP_FEATURES: &str = "--keep-features";
    /// A file of prompts to drop.
    pub const DROP_PROMPTS: &str = "--drop-prompts";
    /// Which filter counts.
    pub const FILTER: &str = "--filter";
    /// Which metric is the score.
    pub const SCORE: &str = "--score";
}

/// What a person may say about an import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The mapping file of format `table`.
    pub map: Option<PathBuf>,
    /// Output tokens of every answer where the source has none (marked as estimated).
    pub output_tokens: Option<f64>,
    /// Count tokens from texts, four characters each, where the source has none (marked as estimated).
    pub tokens_from_text: bool,
    /// Keep columns that nothing else uses as features.
    pub keep_features: bool,
    /// Which filter of lm-evaluation-harness counts.
    pub filter: Option<String>,
    /// Which metric of lm-evaluation-harness is the score.
    pub score: Option<String>,
    /// Leave out the prompts (shared traces, privacy, size).
    pub no_prompts: bool,
    /// A file of prompts to drop: JSONL, one `eval_prompt` a line (RouteLLM's contaminated ones).
    pub drop_prompts: Option<PathBuf>,
    /// Tiers by endpoint id or model name.
    pub tiers: BTreeMap<String, Tier>,
    /// Hardware by model name, for sources that do not tell it.
    pub hardware: BTreeMap<String, String>,
    /// Tables and a mapping that stand in no file (table).
    pub memory: InMemory,
    /// The name of the trace; the output folder's by default.
    pub name: Option<String>,
}

impl ImportOptions {
    /// The options that were given of those that not every format uses.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            (option::MAP, self.map.is_some()),
            (option::TOKENS_FROM_TEXT, self.tokens_from_text),
            (option::KEEP_FEATURES, self.keep_features),
            (option::DROP_PROMPTS, self.drop_prompts.is_some()),
            (option::FILTER, self.filter.is_some()),
            (option::SCORE, self.score.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }

    /// Refuses options that a format cannot use: they would be said in vain.
    fn check(&self, format: &dyn Format) -> Result<()> {
        let users = |option: &str| {
            let users = FORMATS.iter().filter(|format| format.options().contains(&option)).map(|format| format.name());
            users.collect::<Vec<_>>().join(", ")
        };
        let vain = self.given().filter(|option| !format.options().contains(option));
        let error = |option| {
            let error = Error::new(format!("format `{}` cannot use an option", format.name())).at(option);
            error.allowed(format!("{option} with one of the formats {}", users(option))).usage()
        };
        Error::all(vain.map(error).collect()).map_or(Ok(()), Err)
    }
}

/// The format of a name.
pub fn find(name: &str) -> Result<&'static dyn Format> {
    let known = FORMATS.iter().find(|format| format.name() == name).copied();
    known.ok_or_else(|| crate::error::unknown("format", name, FORMATS.iter().map(|format| format.name())).usage())
}

/// Imports files as a draft of a trace. `arguments` are kept in it.
///
/// # Errors
/// Where an option is given that the format cannot use, or an input cannot be read or has a value
/// that no trace may hold: with file, line and column.
pub fn import(format: &dyn Format, inputs: &[PathBuf], options: &ImportOptions, arguments: Vec<String>) -> Result<Draft> {
    options.check(format)?;
    if inputs.is_empty() {
        return Err(Error::new("nothing to import").allowed(format.input()).usage());
    }
    let in_memory = |input: &&PathBuf| options.memory.has_table(input);
    if inputs.iter().any(|input| in_memory(&input)) && !format.options().contains(&option::MAP) {
        let error = Error::new(format!("format `{}` reads files", format.name())).found("a table in memory").allowed(format.input());
        return Err(error.hint("format `table` takes tables in memory").usage());
    }
    if let Some(absent) = inputs.iter().find(|input| !input.exists() && !in_memory(input)) {
        return Err(Error::new("no such file or folder").found(absent.display()));
    }
    let gather = format.read(inputs, options)?;
    let (mut draft, notes) = gather.finish(options)?;
    draft.info.name = options.name.clone().unwrap_or_else(|| format.name().to_owned());
    let version = env!("CARGO_PKG_VERSION").to_owned();
    draft.info.steps.push(Step { verb: "import".to_owned(), arguments, version, notes });
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_a_format_cannot_use_are_refused() {
        let everything = ImportOptions {
            map: Some("m.toml".into()),
            tokens_from_text: true,
            keep_features: true,
            drop_prompts: Some("d.jsonl".into()),
            filter: Some("none".to_owned()),
            score: Some("acc".to_owned()),
            ..ImportOptions::default()
        };
        assert_eq!(everything.given().count(), 6);
        for format in FORMATS {
            assert!(format.options().iter().all(|used| everything.given().any(|given| given == *used)), "{}", format.name());
            let refused = everything.check(*format).err().map_or(0, |error| error.into_each().len());
            assert_eq!(refused + format.options().len(), 6, "{}", format.name());
        }
        let keep = ImportOptions { keep_features: true, ..ImportOptions::default() };
        let error = find("ipw").and_then(|format| import(format, &[], &keep, Vec::new())).err();
        let text = error.as_ref().map(Error::to_string).unwrap_or_default();
        assert!(
            error.is_some_and(|error| error.is_usage())
                && text.contains("--keep-features with one of the formats llmrouterbench, llmrouter, table"),
            "{text}"
        );
    }
}
