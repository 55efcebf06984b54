//! Which figures an endpoint gets: its own entries of the profiles, its stand-ins, its price.

use super::names::{Library, Named, several_error};
use super::pricing::{self, Priced};
use super::profile::{Entry, Profile, hardware_slug};
use crate::error::Result;
use crate::trace::{Endpoint, Metric, slug};

/// Entries of the same model that a message lists.
const LISTED: usize = 5;

/// An entry of a profile, chosen for an endpoint.
#[derive(Debug)]
pub(super) struct Pick<'a> {
    pub profile: &'a Profile,
    pub entry: &'a Entry,
    /// Whether the entry is of the endpoint's own model.
    pub own_model: bool,
    /// For whom it stands in, if for another, or what it assumes.
    pub suffix: String,
}

/// What an endpoint gets, and why it gets no more.
#[derive(Debug, Default)]
pub(super) struct Chosen<'a> {
    pub picks: Vec<Pick<'a>>,
    pub price: Option<Priced>,
    pub no_entry: String,
    pub no_price: String,
}

/// What a person said about an endpoint with `--as`.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    pub named: Vec<Named<'a>>,
    /// `--as ENDPOINT=none`: nothing is looked up.
    pub none: bool,
}

impl<'a> Pick<'a> {
    fn new(profile: &'a Profile, entry: &'a Entry, endpoint: &Endpoint) -> Self {
        let mut unknown = Vec::new();
        if entry.hardware.is_some() && endpoint.hardware.is_none() {
            unknown.push("hardware");
        }
        if entry.batch_size.is_some() && endpoint.batch_size.is_none() {
            unknown.push("batch size");
        }
        let suffix = match (fits(entry, endpoint), unknown.as_slice()) {
            (false, _) => format!(", standing in for {}", endpoint.id),
            (true, []) => String::new(),
            (true, [one]) => format!(", for {}, whose {one} is not known", endpoint.id),
            (true, _) => format!(", for {}, whose {} are not known", endpoint.id, unknown.join(" and ")),
        };
        Pick { profile, entry, own_model: same_model(entry, endpoint), suffix }
    }

    /// The name of the source of what is computed from this entry.
    pub(super) fn source(&self) -> String {
        format!("{}: {}{}", self.profile.name, self.entry.title, self.suffix)
    }
}

fn same_model(entry: &Entry, endpoint: &Endpoint) -> bool {
    slug(&entry.model) == slug(&endpoint.model)
}

/// Same model, and nothing that both tell about hardware and batch size differs.
fn fits(entry: &Entry, endpoint: &Endpoint) -> bool {
    let hardware = entry.hardware.as_deref().zip(endpoint.hardware.as_deref());
    let batch = entry.batch_size.zip(endpoint.batch_size);
    same_model(entry, endpoint) && hardware.is_none_or(|(a, b)| hardware_slug(a) == hardware_slug(b)) && batch.is_none_or(|(a, b)| a == b)
}

/// Whether a metric can be computed from an entry.
fn offers(entry: &Entry, metric: Metric) -> bool {
    match metric {
        Metric::EnergyJ => entry.energy().is_some(),
        Metric::LatencyS => entry.latency().is_some(),
        Metric::Flops => entry.params_total_b.or(entry.params_active_b).is_some(),
        Metric::CostUsd => entry.price.is_some(),
        _ => false,
    }
}

/// Chooses for one endpoint, of which the metrics `lacking` have missing cells.
///
/// # Errors
/// Where several entries fit and it makes a difference, or where a price is looked up and not known.
pub(super) fn choose<'a>(library: &'a Library, endpoint: &Endpoint, said: &Said<'a>, lacking: &[Metric]) -> Result<Chosen<'a>> {
    let mut chosen = Chosen::default();
    if said.none {
        let why = "nothing was looked up: --as says `none`".to_owned();
        let price = endpoint.price.filter(|_| lacking.contains(&Metric::CostUsd)).map(pricing::stated);
        return Ok(Chosen { no_entry: why.clone(), no_price: why, price, ..chosen });
    }
    chosen.picks = picks(library, endpoint, said, lacking)?;
    chosen.no_entry = match chosen.picks.as_slice() {
        [] => no_entry(library, endpoint),
        _ => "the entry that was used does not tell it".to_owned(),
    };
    if lacking.contains(&Metric::CostUsd) {
        match pricing::price(library, endpoint, said, &chosen.picks)? {
            Ok(price) => chosen.price = Some(price),
            Err(why) => chosen.no_price = why,
        }
    }
    Ok(chosen)
}

/// Why an endpoint has no entry, and what could stand in.
fn no_entry(library: &Library, endpoint: &Endpoint) -> String {
    if library.profiles.is_empty() {
        return "no profile was given (--profile FILE)".to_owned();
    }
    let entries = || library.profiles.iter().flat_map(|profile| &profile.entries);
    let same: Vec<&str> = entries().filter(|entry| same_model(entry, endpoint)).map(|entry| entry.key.as_str()).take(LISTED).collect();
    let near = crate::error::nearest(&endpoint.model, entries().map(|entry| entry.model.as_str()));
    let known = match (same.as_slice(), near) {
        ([], None) => "no profile has this model".to_owned(),
        ([], Some(model)) => format!("no profile has this model, the nearest is {model}"),
        (same, _) => format!("the profiles have this model on other hardware or at other batch sizes: {}", same.join(", ")),
    };
    format!("{known}; `--as {}=KEY` names a stand-in", endpoint.id)
}

/// The entries that were named, then of every other profile the one that fits.
fn picks<'a>(library: &'a Library, endpoint: &Endpoint, said: &Said<'a>, lacking: &[Metric]) -> Result<Vec<Pick<'a>>> {
    let mut picks: Vec<Pick> = Vec::new();
    for named in &said.named {
        if let Named::Entry(profile, entry) = *named {
            picks.push(Pick::new(profile, entry, endpoint));
        }
    }
    let mut several = Vec::new();
    for profile in &library.profiles {
        if picks.iter().any(|pick| std::ptr::eq(pick.profile, profile)) {
            continue;
        }
        let candidates: Vec<&Entry> = profile.entries.iter().filter(|entry| fits(entry, endpoint)).collect();
        match candidates.as_slice() {
            [] => {}
            [entry] => picks.push(Pick::new(profile, entry, endpoint)),
            _ => several.extend(candidates.into_iter().map(|entry| Named::Entry(profile, entry))),
        }
    }
    // Several entries are no problem where nothing would be taken from them.
    let known = |metric: &Metric| match metric {
        Metric::Flops => endpoint.params_total_b.or(endpoint.params_active_b).is_some(),
        Metric::CostUsd => endpoint.price.is_some(),
        _ => false,
    };
    let wanted = |metric: &Metric| !known(metric) && !picks.iter().any(|pick| offers(pick.entry, *metric));
    let wanted: Vec<Metric> = lacking.iter().copied().filter(wanted).collect();
    several.retain(|named| matches!(named, Named::Entry(_, entry) if wanted.iter().any(|metric| offers(entry, *metric))));
    if several.len() > 1 {
        let about = known_of(endpoint);
        return Err(several_error(&format!("endpoint `{}`", endpoint.id), &about, &several));
    }
    picks.extend(several.into_iter().filter_map(|named| match named {
        Named::Entry(profile, entry) => Some(Pick::new(profile, entry, endpoint)),
        Named::Price(..) => None,
    }));
    Ok(picks)
}

fn known_of(endpoint: &Endpoint) -> String {
    let hardware = endpoint.hardware.as_ref().map_or("not known".to_owned(), |hardware| format!("`{hardware}`"));
    let batch = endpoint.batch_size.map_or("not known".to_owned(), |batch| batch.to_string());
    format!("model `{}`, hardware {hardware}, batch size {batch}", endpoint.model)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(hardware: &str, batch: u32) -> Entry {
        Entry {
            model: "Q/Qwen".into(),
            hardware: Some(hardware.into()),
            batch_size: Some(batch),
            energy_per_output_token_j: Some(1.0),
            ..Entry::default()
        }
        .named()
    }

    fn library() -> Library {
        let entries = vec![entry("H100", 8), entry("H100", 16), entry("B200x2", 8)];
        Library { profiles: vec![Profile::new("P".into(), entries)], prices: None }
    }

    fn energy(endpoint: &Endpoint) -> std::result::Result<Vec<String>, String> {
        let library = library();
        let chosen = choose(&library, endpoint, &Said::default(), &[Metric::EnergyJ]).map_err(|error| error.to_string())?;
        Ok(chosen.picks.iter().map(Pick::source).collect())
    }

    #[test]
    fn the_join_is_by_model_hardware_and_batch() {
        let on = |hardware: &str| Endpoint::new("qwen", Some(hardware));
        let exact = Endpoint { batch_size: Some(8), ..on("h100") };
        assert_eq!(energy(&exact), Ok(vec!["P: Q/Qwen on H100, batch 8".to_owned()]));
        assert_eq!(
            energy(&on("2 x B200")),
            Ok(vec!["P: Q/Qwen on B200x2, batch 8, for qwen@2-x-b200, whose batch size is not known".into()])
        );
        let several = energy(&on("H100")).err().unwrap_or_default();
        assert!(several.contains("2 entries fit") && several.contains("Q/Qwen@H100:batch=16"), "{several}");
        assert_eq!(energy(&Endpoint::new("other", None)), Ok(vec![]));
    }

    #[test]
    fn several_entries_matter_only_where_something_is_taken() {
        let library = library();
        let endpoint = Endpoint::new("qwen", Some("H100"));
        let chosen = choose(&library, &endpoint, &Said::default(), &[Metric::LatencyS]).map(|chosen| chosen.picks.len());
        assert!(matches!(chosen, Ok(0)), "no entry tells a latency, so which one is meant makes no difference");
    }
}
