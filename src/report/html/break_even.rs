//! Maps of where savings vanish.

use serde::Serialize;

use crate::report::words::{percent, plain};
use crate::report::{BreakEven, BreakEvenSection, view};

/// The map of one section under one misroute rule.
#[derive(Serialize)]
pub(super) struct MapView {
    title: String,
    sentence: String,
    /// The account, in words.
    account: &'static str,
    misroute: String,
    factors: Vec<f64>,
    router_accuracy: Vec<f64>,
    /// By router accuracy and factor the expected saving, and its words.
    saved: Vec<Vec<f64>>,
    texts: Vec<Vec<String>>,
    /// Where it is 0: factor and router accuracy.
    zero: Vec<[f64; 2]>,
    /// The router accuracy of "here"; the factor there is 1.
    here: f64,
    asked_again: bool,
}

pub(super) fn views(found: &BreakEven) -> Vec<MapView> {
    found.sections.iter().flat_map(|section| of_section(found, section)).collect()
}

fn of_section(found: &BreakEven, section: &BreakEvenSection) -> Vec<MapView> {
    let Some(map) = &section.map else { return Vec::new() };
    let account = super::super::ACCOUNT_NAMES.iter().position(|name| *name == map.account);
    let account = account.map_or("energy", view::word);
    let text = |accuracy: f64, factor: f64, saved: f64| {
        let (verb, size) = if saved < 0.0 { ("takes", percent(-saved) + " more") } else { ("saves", percent(saved)) };
        format!("router accuracy {}, local {account} × {}: {verb} {size}", plain(accuracy), super::super::words::significant(factor))
    };
    let view = |of: &crate::report::BreakEvenMisrouteMap| MapView {
        title: section.baseline.clone(),
        sentence: section.sentence.clone(),
        account,
        misroute: of.misroute.clone(),
        factors: map.local_factors.clone(),
        router_accuracy: map.router_accuracies.clone(),
        saved: of.savings.clone(),
        texts: of
            .savings
            .iter()
            .zip(&map.router_accuracies)
            .map(|(row, accuracy)| row.iter().zip(&map.local_factors).map(|(saved, factor)| text(*accuracy, *factor, *saved)).collect())
            .collect(),
        zero: of.zero.clone(),
        here: found.router_accuracy,
        asked_again: map.asked_again,
    };
    map.misroutes.iter().map(view).collect()
}
