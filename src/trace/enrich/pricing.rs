//! Which price an endpoint gets.

use super::choose::{Pick, Said};
use super::names::{Library, Named, near, several_error};
use super::prices::ListPrice;
use crate::error::{Error, Result};
use crate::trace::{Endpoint, Price, slug};

/// A price, chosen for an endpoint.
#[derive(Debug)]
pub(super) struct Priced {
    pub price: Price,
    pub up_to_input_tokens: Option<f64>,
    pub source: String,
    /// Whether it is the price of the endpoint's own model.
    pub own: bool,
    /// Whether the trace states it, and nobody asked for it now.
    pub stated: bool,
}

/// The price that the trace itself states.
pub(super) fn stated(price: Price) -> Priced {
    Priced { price, up_to_input_tokens: None, source: describe("the endpoint's own price", price, ""), own: true, stated: true }
}

fn describe(from: &str, price: Price, suffix: &str) -> String {
    let Price { input_usd_per_mtok: input, output_usd_per_mtok: output } = price;
    format!("{from}, ${} input and ${} output for a million tokens{suffix}", round(input), round(output))
}

/// Without the last bits of 1e-7 x 1e6.
fn round(usd: f64) -> f64 {
    format!("{usd:.9}").parse().unwrap_or(usd)
}

/// The price of an endpoint: its own, the one that was named, that of a chosen entry, or for endpoints
/// that are not local the one of its model in the list. The inner error says why there is none.
pub(super) fn price(library: &Library, endpoint: &Endpoint, said: &Said, picks: &[Pick]) -> Result<std::result::Result<Priced, String>> {
    if let Some(price) = endpoint.price {
        return Ok(Ok(stated(price)));
    }
    let named = said.named.iter().find_map(|named| match named {
        Named::Price(list, entry) => Some((*list, *entry)),
        Named::Entry(..) => None,
    });
    if let Some((list, entry)) = named {
        return listed_price(&list.name, entry, endpoint).map(Ok);
    }
    let mut own_first = picks.iter().filter(|pick| pick.own_model).chain(picks.iter().filter(|pick| !pick.own_model));
    if let Some((pick, price)) = own_first.find_map(|pick| Some((pick, pick.entry.price?))) {
        let from = format!("{}: {}", pick.profile.name, pick.entry.title);
        return Ok(Ok(Priced {
            price,
            up_to_input_tokens: None,
            source: describe(&from, price, &pick.suffix),
            own: pick.own_model,
            stated: false,
        }));
    }
    let id = &endpoint.id;
    let Some(list) = &library.prices else { return Ok(Err("no price is known (--prices FILE)".to_owned())) };
    if endpoint.is_local() == Some(true) {
        return Ok(Err(format!(
            "it is {}, so no token price was looked up: --electricity prices its energy, `--as {id}=KEY` names a token price",
            endpoint.tier.map(|tier| tier.to_string()).unwrap_or_default()
        )));
    }
    match list.of_model(&endpoint.model).as_slice() {
        [entry] => listed_price(&list.name, entry, endpoint).map(Ok),
        [] => Err(Error::new("no price for a model")
            .at(format!("{}, endpoint `{id}`", list.name))
            .found(format!("no `{}`", endpoint.model))
            .hint(format!(
                "`--as {id}=KEY` names an entry, nearest: {}; `--as {id}=none` leaves its cost missing",
                near(&endpoint.model, list.entries.iter().map(|entry| entry.key.as_str()))
            ))),
        several => {
            let several: Vec<Named> = several.iter().map(|entry| Named::Price(list, entry)).collect();
            Err(several_error(&format!("{}, endpoint `{id}`", list.name), &format!("model `{}`", endpoint.model), &several))
        }
    }
}

fn listed_price(list: &str, entry: &ListPrice, endpoint: &Endpoint) -> Result<Priced> {
    let own = slug(&entry.key) == slug(&endpoint.model);
    let suffix = if own { String::new() } else { format!(", standing in for {}", endpoint.id) };
    match entry.price {
        Some(price) => Ok(Priced {
            price,
            up_to_input_tokens: entry.up_to_input_tokens,
            source: describe(&format!("{list}: {}", entry.key), price, &suffix),
            own,
            stated: false,
        }),
        None => Err(Error::new("a price list does not know a price, which is not a price of $0")
            .at(format!("{list}, `{}`, for endpoint `{}`", entry.key, endpoint.id))
            .found(&entry.found)
            .allowed("two prices above 0")
            .hint(format!("`--as {0}=KEY` names another entry; `--as {0}=none` leaves its cost missing", endpoint.id))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::choose::choose;
    use super::super::prices::PriceList;
    use super::*;
    use crate::trace::{Metric, Tier};

    #[test]
    fn prices_are_known_or_an_error() {
        let prices = r#"{"a/qwen": {"input_cost_per_token": 1, "output_cost_per_token": 2}, "zero": {"input_cost_per_token": 0}}"#;
        let library = Library { profiles: Vec::new(), prices: PriceList::parse(prices, "list", "list").ok() };
        let cost = |endpoint: &Endpoint| {
            let chosen = choose(&library, endpoint, &Said::default(), &[Metric::CostUsd]).map_err(|error| error.to_string());
            chosen.map(|chosen| chosen.price.map(|price| price.source))
        };
        let source = "list: a/qwen, $1000000 input and $2000000 output for a million tokens";
        assert_eq!(cost(&Endpoint::new("qwen", None)), Ok(Some(source.to_owned())));
        let zero = cost(&Endpoint::new("zero", None)).err().unwrap_or_default();
        assert!(zero.contains("not a price of $0") && zero.contains("input_cost_per_token 0, output_cost_per_token none"), "{zero}");
        let absent = cost(&Endpoint::new("qwem", None)).err().unwrap_or_default();
        assert!(absent.contains("nearest: a/qwen"), "{absent}");
        // A local endpoint does not cost what a provider asks for the same model.
        assert_eq!(cost(&Endpoint { tier: Some(Tier::Local), ..Endpoint::new("qwen", None) }), Ok(None));
    }
}
