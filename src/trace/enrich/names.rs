//! Which entry of a profile or price list a person means.

use super::prices::{ListPrice, PriceList};
use super::profile::{Entry, Profile};
use crate::error::{Error, Result};

/// Candidates that a message lists before it counts the rest.
const LISTED: usize = 20;
/// Near misses that a message offers.
const OFFERED: usize = 5;

/// All that was read.
#[derive(Debug, Default)]
pub(super) struct Library {
    pub profiles: Vec<Profile>,
    pub prices: Option<PriceList>,
}

/// What a key names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    Entry(&'a Profile, &'a Entry),
    Price(&'a PriceList, &'a ListPrice),
}

impl Named<'_> {
    pub(super) fn key(&self) -> &str {
        match self {
            Named::Entry(_, entry) => &entry.key,
            Named::Price(_, price) => &price.key,
        }
    }

    /// The start of the name of every source that is taken from it.
    pub(super) fn source(&self) -> String {
        match self {
            Named::Entry(profile, entry) => format!("{}: {}", profile.name, entry.title),
            Named::Price(list, price) => format!("{}: {},", list.name, price.key),
        }
    }

    /// The key behind the name of its file: the same key may stand in several.
    fn label(&self) -> String {
        match self {
            Named::Entry(profile, entry) => format!("{}: {}", profile.name, entry.key),
            Named::Price(list, price) => format!("{}: {}", list.name, price.key),
        }
    }
}

impl Library {
    pub(super) fn all(&self) -> impl Iterator<Item = Named<'_>> {
        let entries = self.profiles.iter().flat_map(|profile| profile.entries.iter().map(move |entry| Named::Entry(profile, entry)));
        entries.chain(self.prices.iter().flat_map(|list| list.entries.iter().map(move |price| Named::Price(list, price))))
    }

    /// What a KEY names: an entry's key, or pieces (divided by spaces) that all stand as whole words
    /// in one entry's key or file name. A key that stands both in a profile and in the price list
    /// names both.
    pub(super) fn find(&self, key: &str, place: &str) -> Result<Vec<Named<'_>>> {
        let exact: Vec<Named> = self.all().filter(|named| is_key(named, key)).collect();
        let entries = exact.iter().filter(|named| matches!(named, Named::Entry(..))).count();
        let hits = if exact.is_empty() { self.all().filter(|named| has_pieces(&named.label(), key)).collect() } else { exact };
        match hits.as_slice() {
            [] => Err(self.unknown(key, place)),
            [_] => Ok(hits),
            _ if entries == 1 && hits.len() == 2 && hits.iter().all(|named| is_key(named, key)) => Ok(hits),
            several => Err(several_error(place, &format!("`{key}`"), several)),
        }
    }

    fn unknown(&self, key: &str, place: &str) -> Error {
        let keys: Vec<String> = self.all().map(|named| named.key().to_owned()).collect();
        let error = Error::new("no such entry in the profiles or the price list").at(place).found(format!("`{key}`"));
        if keys.is_empty() {
            return error.hint("give the file that has it: `--profile FILE` or `--prices FILE`");
        }
        error
            .allowed("a key as it stands there, or words of it that no other has (`none`: nothing is looked up for the endpoint)")
            .hint(format!("nearest: {}", near(key, keys.iter().map(String::as_str))))
    }
}

/// The error of several entries where one is wanted.
pub(super) fn several_error(place: &str, found: &str, several: &[Named]) -> Error {
    // The file's name only where it tells two entries apart.
    let repeated = |named: &Named| several.iter().filter(|other| other.key() == named.key()).count() > 1;
    let name = |named: &Named| if repeated(named) { named.label() } else { named.key().to_owned() };
    let mut names: Vec<String> = several.iter().take(LISTED).map(name).collect();
    if several.len() > LISTED {
        names.push(format!("and {} more", several.len() - LISTED));
    }
    Error::new(format!("{} entries fit, and which one is meant makes a difference", several.len()))
        .at(place)
        .found(found)
        .allowed(names.join("\n"))
        .hint("choose one: `--as ENDPOINT=KEY`")
}

fn is_key(named: &Named, typed: &str) -> bool {
    named.key().eq_ignore_ascii_case(typed) || named.label().eq_ignore_ascii_case(typed)
}

fn has_pieces(label: &str, typed: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let typed = typed.to_ascii_lowercase();
    let mut pieces = typed.split_whitespace().peekable();
    pieces.peek().is_some() && pieces.all(|piece| has_word(&label, piece))
}

/// Whether a piece stands in a text with no letter, digit or point right before or after it: `batch=8`
/// is not in `batch=80`, nor `H100` in `H100x8`.
fn has_word(text: &str, piece: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '.';
    text.match_indices(piece).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + piece.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

/// The names nearest to a typed one: most words in common first, then the most alike.
pub(super) fn near<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> String {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let score = |name: &str| {
        let name = name.to_lowercase();
        let common = words.iter().filter(|word| has_word(&name, word)).count();
        common as f64 / words.len().max(1) as f64 + strsim::jaro_winkler(&typed, &name)
    };
    let mut scored: Vec<(f64, &str)> = names.map(|name| (score(name), name)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.iter().take(OFFERED).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        let entry = |model: &str, hardware: &str, batch| {
            Entry { model: model.into(), hardware: Some(hardware.into()), batch_size: Some(batch), ..Entry::default() }.named()
        };
        let entries = vec![entry("Q/Qwen-14B", "H100", 8), entry("Q/Qwen-14B", "H100", 80), entry("Q/Qwen-14B", "H100x8", 8)];
        let prices = r#"{"gpt-x": {"input_cost_per_token": 1, "output_cost_per_token": 1}}"#;
        Library { profiles: vec![Profile::new("P one".into(), entries)], prices: PriceList::parse(prices, "list.json", "list.json").ok() }
    }

    fn keys(typed: &str) -> std::result::Result<Vec<String>, String> {
        let library = library();
        let found = library.find(typed, "--as").map_err(|error| error.to_string())?;
        Ok(found.iter().map(|named| named.key().to_owned()).collect())
    }

    #[test]
    fn a_key_or_words_that_only_one_has() {
        assert_eq!(keys("q/qwen-14b@h100:BATCH=8"), Ok(vec!["Q/Qwen-14B@H100:batch=8".to_owned()]));
        assert_eq!(keys("Qwen-14B@H100:batch=8"), Ok(vec!["Q/Qwen-14B@H100:batch=8".to_owned()]));
        assert_eq!(keys("one h100x8"), Ok(vec!["Q/Qwen-14B@H100x8:batch=8".to_owned()]));
        assert_eq!(keys("gpt-x"), Ok(vec!["gpt-x".to_owned()]));
    }

    #[test]
    fn several_and_none_are_errors_that_help() {
        let several = keys("Qwen-14B batch=8").err().unwrap_or_default();
        assert!(several.contains("2 entries fit") && several.contains("Q/Qwen-14B@H100x8:batch=8"), "{several}");
        assert!(!several.contains("batch=80"), "{several}");
        let typo = keys("Qwn-14B@H100:batch=80").err().unwrap_or_default();
        assert!(typo.contains("nearest: Q/Qwen-14B@H100:batch=80"), "{typo}");
        assert!(keys(" ").is_err());
    }
}
