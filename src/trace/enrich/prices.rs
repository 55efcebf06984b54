//! Price lists: USD for the tokens of a model, by the name that its provider gives it.
//!
//! Two forms are read, both one JSON object with an object for each model: USD per token
//! (`input_cost_per_token`, `output_cost_per_token`: litellm, tokencost) and USD per million tokens
//! (`input_token_price_per_million`, `output_token_price_per_million`: RouterArena). A price that is
//! absent, null or 0 is not known: such lists hold 0 for what nobody looked up.

use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::trace::{Price, slug};

const TOKENS_PER_MTOK: f64 = 1e6;
const PER_TOKEN: [&str; 2] = ["input_cost_per_token", "output_cost_per_token"];
const PER_MTOK: [&str; 2] = ["input_token_price_per_million", "output_token_price_per_million"];
/// `input_cost_per_token_above_128k_tokens`: from there on the price is another one.
const ABOVE: &str = "input_cost_per_token_above_";

/// A price list from one file.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceList {
    /// The name that sources carry: the file's.
    pub name: String,
    /// The models, in the file's order.
    pub entries: Vec<ListPrice>,
}

/// What a price list says of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPrice {
    /// The name of the model in the list.
    pub key: String,
    /// The price; `None` where either half is not known.
    pub price: Option<Price>,
    /// What stood there, for messages.
    pub found: String,
    /// Input tokens above which the list has another price.
    pub up_to_input_tokens: Option<f64>,
}

impl PriceList {
    /// Reads a price list.
    ///
    /// # Errors
    /// Where the file cannot be read, is no JSON object of objects, or has a price below 0.
    pub fn read(path: &Path) -> Result<PriceList> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Error::new("cannot read a price list").at(&place).cause(error))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("prices");
        PriceList::parse(&text, name, &place)
    }

    /// Reads the text of a price list; `place` names it in errors, `name` in sources.
    pub fn parse(text: &str, name: &str, place: &str) -> Result<PriceList> {
        let fail = || {
            Error::new("this is no price list").at(place).allowed(format!(
                "a JSON object with an object for each model, with `{}` and `{}` (USD), or `{}` and `{}` (USD)",
                PER_TOKEN[0], PER_TOKEN[1], PER_MTOK[0], PER_MTOK[1]
            ))
        };
        let list: Value = serde_json::from_str(text).map_err(|error| fail().cause(error))?;
        let models = list.as_object().ok_or_else(fail)?;
        let mut entries = Vec::with_capacity(models.len());
        for (key, fields) in models {
            entries.push(ListPrice::parse(key, fields).map_err(|error| error.at(format!("{place}, `{key}`")))?);
        }
        if entries.iter().all(|entry| entry.price.is_none()) {
            return Err(fail().found(format!("{} models, none with a price", entries.len())));
        }
        Ok(PriceList { name: name.to_owned(), entries })
    }

    /// The entry that `--as` names exactly.
    pub fn get(&self, key: &str) -> Option<&ListPrice> {
        self.entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(key))
    }

    /// The entries that may be meant by a model's name: the one of exactly that name, else all that
    /// differ only in what stands before the last `/` and in spelling, known prices before unknown.
    pub fn of_model(&self, model: &str) -> Vec<&ListPrice> {
        if let Some(entry) = self.get(model) {
            return vec![entry];
        }
        let wanted = slug(model);
        let same: Vec<&ListPrice> = self.entries.iter().filter(|entry| slug(&entry.key) == wanted).collect();
        let known: Vec<&ListPrice> = same.iter().copied().filter(|entry| entry.price.is_some()).collect();
        if known.is_empty() { same } else { known }
    }
}

impl ListPrice {
    fn parse(key: &str, fields: &Value) -> Result<ListPrice> {
        let per_mtok = PER_MTOK.iter().any(|name| fields.get(name).is_some());
        let (names, factor) = if per_mtok { (PER_MTOK, 1.0) } else { (PER_TOKEN, TOKENS_PER_MTOK) };
        let mut halves = [None; 2];
        for (half, name) in halves.iter_mut().zip(names) {
            *half = match fields.get(name) {
                None | Some(Value::Null) => None,
                Some(value) => {
                    let usd = value.as_f64().filter(|usd| usd.is_finite() && *usd >= 0.0);
                    let wrong = || Error::new(format!("`{name}` is not a price")).found(value).allowed("USD from 0 up, or null");
                    Some(usd.ok_or_else(wrong)?)
                }
            };
        }
        let show = |half: Option<f64>| half.map_or("none".to_owned(), |usd| format!("{usd}"));
        let found = format!("{} {}, {} {}", names[0], show(halves[0]), names[1], show(halves[1]));
        let known = |half: Option<f64>| half.filter(|usd| *usd > 0.0).map(|usd| usd * factor);
        let price = known(halves[0]).zip(known(halves[1]));
        Ok(ListPrice {
            key: key.to_owned(),
            price: price.map(|(input, output)| Price { input_usd_per_mtok: input, output_usd_per_mtok: output }),
            found,
            up_to_input_tokens: fields.as_object().and_then(|fields| fields.keys().filter_map(|name| limit(name)).reduce(f64::min)),
        })
    }
}

fn limit(name: &str) -> Option<f64> {
    let thousands = name.strip_prefix(ABOVE)?.strip_suffix("k_tokens")?;
    thousands.parse::<f64>().ok().map(|thousands| thousands * 1000.0)
}

/// The price of an answer in USD; NaN (missing) where either count of tokens is, or where the prompt
/// is longer than the price holds for.
pub(super) fn cost(price: Price, up_to: Option<f64>, input_tokens: f64, output_tokens: f64) -> f64 {
    if up_to.is_some_and(|limit| input_tokens > limit) {
        return f64::NAN;
    }
    (price.input_usd_per_mtok * input_tokens + price.output_usd_per_mtok * output_tokens) / TOKENS_PER_MTOK
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{
        "m": {"input_cost_per_token": 1e-05, "output_cost_per_token": 3e-05, "input_cost_per_token_above_128k_tokens": 2e-05},
        "a/free": {"input_cost_per_token": 0, "output_cost_per_token": 0.0},
        "b/free": {"input_cost_per_token": null, "output_cost_per_token": 1e-06},
        "a/Two-B": {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
        "ollama/two-b": {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
        "c/arena": {"input_token_price_per_million": 10, "output_token_price_per_million": 30}}"#;

    #[test]
    fn zero_and_null_are_unknown() -> Result<()> {
        let list = PriceList::parse(LIST, "p", "p.json")?;
        let price = |key: &str| list.get(key).and_then(|entry| entry.price);
        assert_eq!((price("a/free"), price("b/free")), (None, None));
        assert_eq!(price("c/arena"), Some(Price { input_usd_per_mtok: 10.0, output_usd_per_mtok: 30.0 }));
        let keys = |model: &str| list.of_model(model).iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys("two-b"), ["a/Two-B"], "a known price stands before an unknown one");
        assert_eq!(keys("free"), ["a/free", "b/free"]);
        assert!(keys("other").is_empty());
        Ok(())
    }

    #[test]
    fn cost_is_price_times_tokens() -> Result<()> {
        let list = PriceList::parse(LIST, "p", "p.json")?;
        let entry = &list.entries[0];
        let price = entry.price.ok_or_else(|| Error::new("no price"))?;
        // (10 x 1000 + 30 x 200) / 1e6 = $0.016
        assert!((cost(price, entry.up_to_input_tokens, 1000.0, 200.0) - 0.016).abs() < 1e-15);
        assert!(cost(price, entry.up_to_input_tokens, 128_001.0, 200.0).is_nan(), "the list has another price there");
        assert!(cost(price, None, f64::NAN, 200.0).is_nan(), "half a bill is not a bill");
        Ok(())
    }

    #[test]
    fn a_negative_price_is_refused() {
        let text = r#"{"m": {"input_cost_per_token": -1, "output_cost_per_token": 1}}"#;
        let error = PriceList::parse(text, "p", "p.json").map(drop).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("p.json, `m`") && text.contains("-1")));
    }
}
