//! Where policy files are: in the working directory, beside the program, or in it.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::error::{Error, Result};
use crate::shipped::{Shipped, TomlText, place_in};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies");
static SHIPPED: Shipped = Shipped { kind: "policy", folder: "policies", files: &FILES };

/// The text of a policy file, and how messages name it.
#[derive(Debug, Clone)]
pub struct PolicyText {
    /// What was asked for.
    pub name: String,
    /// The file, for messages.
    pub place: String,
    /// The text, with the settings of the command put in.
    pub text: String,
    /// The folder of the file; `None` for a policy in the program.
    pub folder: Option<PathBuf>,
}

/// The names of the policies that the program carries.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.names()
}

impl PolicyText {
    /// Finds a policy `NAME|FILE[:key=value,…]`: a file, a name in `policies/` of the working
    /// directory, beside the program, or in the program. Settings replace the file's parameters; `a.b=c`
    /// sets `b` of the section `a`, and `a.kind=c` begins that section anew.
    pub fn find(wanted: &str) -> Result<PolicyText> {
        let (name, settings) = match wanted.split_once(':') {
            Some((name, settings)) if !Path::new(wanted).is_file() => (name, Some(settings)),
            _ => (wanted, None),
        };
        let hint = "`wattroute policies` lists them; a file may be named by its path";
        let TomlText { place, text, folder } = SHIPPED.find(name).map_err(|error| error.hint(hint))?;
        let found = PolicyText { name: wanted.to_owned(), place, text, folder };
        match settings {
            None => Ok(found),
            Some(settings) => found.with(settings),
        }
    }

    /// The text of a policy that is no file: one without a kind, to which the kind and that of its router are added.
    pub(super) fn supplied(name: &str, file: &str, kind: &str, router: Option<&str>) -> Result<PolicyText> {
        let place = format!("policy `{name}`");
        let mut text = PolicyText { name: name.to_owned(), place, text: file.to_owned(), folder: None };
        let mut table: toml::Table = toml::from_str(file).map_err(|error| text.unreadable(error))?;
        let taken = |what: &str| Err(Error::new(format!("the {what} of a policy that a program brings is not chosen")).at(&text.place));
        if table.insert(KIND.to_owned(), kind.into()).is_some() {
            return taken("kind");
        }
        let parameters = table.entry("parameters").or_insert_with(|| toml::Table::new().into());
        if let Some(parameters) = parameters.as_table_mut() {
            let section = |kind: &str| toml::Table::from_iter([(KIND.to_owned(), kind.into())]);
            parameters.entry("rule").or_insert_with(|| section("highest").into());
            if router.is_some_and(|router| parameters.insert("router".to_owned(), section(router).into()).is_some()) {
                return taken("router");
            }
        }
        text.text = toml::to_string(&table).map_err(|error| Error::new("a policy is no TOML").at(&text.place).cause(error))?;
        Ok(text)
    }

    /// An error of the TOML reader, which knows line and column.
    pub(super) fn unreadable(&self, error: toml::de::Error) -> Error {
        Error::new("the policy cannot be read").at(&self.place).cause(error.to_string().trim_end())
    }

    /// A place in the text as file, line and column.
    pub(super) fn place(&self, span: Range<usize>) -> String {
        place_in(&self.text, &self.place, span)
    }

    /// Puts `key=value,…` into the parameters. Values are TOML; what is no TOML is a string.
    fn with(mut self, settings: &str) -> Result<Self> {
        let mut table: toml::Table = toml::from_str(&self.text).map_err(|error| self.unreadable(error))?;
        let parameters = table.entry("parameters").or_insert_with(|| toml::Table::new().into());
        for setting in split(settings) {
            let (key, value) = setting.split_once('=').ok_or_else(|| {
                Error::new("a setting has no value")
                    .at(&self.name)
                    .found(format!("`{setting}`"))
                    .allowed("NAME:key=value,key=value")
                    .usage()
            })?;
            if key.split('.').count() > DEEPEST {
                let start: String = key.chars().take(40).collect();
                return Err(Error::new("a setting stands in too many sections")
                    .at(&self.place)
                    .found(format!("`{start}…`, {} names", key.split('.').count()))
                    .allowed(format!("up to {DEEPEST} names with dots between"))
                    .usage());
            }
            let parsed: Option<toml::Table> = toml::from_str(&format!("value = {value}")).ok();
            let value = parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| value.into());
            put(parameters, key.trim(), value);
        }
        self.text = toml::to_string(&table).map_err(|error| Error::new("a setting is no TOML").at(&self.name).cause(error))?;
        self.place = format!("{} with {settings}", self.place);
        Ok(self)
    }
}

/// Names of a key with dots: more than any policy has sections, and few enough to go into one by one.
const DEEPEST: usize = 16;

/// What says which parameters a section has.
const KIND: &str = "kind";

/// Sets a parameter; a key with dots is one of a section, as `router.k`. Another kind empties its section.
fn put(section: &mut toml::Value, key: &str, value: toml::Value) {
    let Some(table) = section.as_table_mut() else { return };
    match key.split_once('.') {
        None => {
            // The other parameters of a section are those of the kind that it had.
            if key == KIND && table.get(key).is_some_and(|known| *known != value) {
                table.clear();
            }
            table.insert(key.to_owned(), value);
        }
        Some((name, rest)) => put(table.entry(name).or_insert_with(|| toml::Table::new().into()), rest, value),
    }
}

/// The settings of `key=value,…`; a comma within brackets, braces or quotes belongs to its value.
fn split(settings: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut from) = (0, false, 0);
    let mut out = Vec::new();
    for (at, c) in settings.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                out.push(settings.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(settings.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_split_at_commas_outside_of_values() {
        assert_eq!(split("a=1,b=[\"x\", \"y,z\"],c={k = 1, l = 2}"), ["a=1", "b=[\"x\", \"y,z\"]", "c={k = 1, l = 2}"]);
        assert_eq!(split("a=\"1,2\""), ["a=\"1,2\""]);
    }

    #[test]
    fn settings_replace_parameters() -> Result<()> {
        let text = PolicyText::find("cascade:order=[\"a\", \"b\"],judge_error=0.1")?.text;
        assert!(text.contains("order = [\"a\", \"b\"]") && text.contains("judge_error = 0.1"), "{text}");
        let mut section = toml::Value::from(toml::Table::new());
        put(&mut section, "router.k", 5.into());
        put(&mut section, "router.vote", "best".into());
        put(&mut section, "rule.tau", 0.5.into());
        put(&mut section, "rule.kind", "highest".into());
        put(&mut section, "rule.tau", 0.7.into());
        put(&mut section, "rule.kind", "utility".into());
        assert_eq!(section["rule"].to_string(), "{ kind = \"utility\" }");
        section.as_table_mut().into_iter().for_each(|table| drop(table.remove("rule")));
        assert_eq!(section.to_string(), "{ router = { k = 5, vote = \"best\" } }");
        assert!(PolicyText::find("cascade:judge_error").is_err_and(|error| error.is_usage()));
        Ok(())
    }
}
