//! What points and paths of the figure are called.

use super::content::Content;
use crate::report::{Curve, PolicyReport, Report, name_under};

/// A panel with more points has numbers instead of names.
const MOST_NAMES: usize = 14;

/// The different fallbacks of curves, or else of policies, in their order.
pub(super) fn fallbacks(report: &Report) -> Vec<&str> {
    let swept = super::super::fallbacks(report);
    if !swept.is_empty() {
        return swept;
    }
    let mut all: Vec<&str> = Vec::new();
    for fallback in report.policies.iter().filter_map(|policy| policy.fallback.as_deref()) {
        if !all.contains(&fallback) {
            all.push(fallback);
        }
    }
    all
}

/// The endpoint of a policy that always uses the same; else the policy's name, without the panel's fallback.
pub(super) fn of_policy(policy: &PolicyReport, fallback: Option<&str>) -> String {
    only_endpoint(policy).unwrap_or_else(|| name_under(policy, fallback)).to_owned()
}

/// The endpoint of a policy that always uses the same.
fn only_endpoint(policy: &PolicyReport) -> Option<&str> {
    let mut used = policy.share.iter().filter(|(_, share)| **share > 0.0);
    match (used.next(), used.next()) {
        (Some((endpoint, _)), None) if policy.kind == "always" => Some(endpoint),
        _ => None,
    }
}

/// What tells a curve from the others of the report: its misroute rule, and its policy where they
/// differ. The word before the rule keeps "cloud" from being read as an endpoint.
pub(super) fn of_curve(report: &Report, curve: &Curve) -> String {
    let one_policy = report.curves.iter().all(|other| other.policy == curve.policy);
    if one_policy { format!("misroute {}", curve.misroute) } else { format!("misroute {} ({})", curve.misroute, curve.policy) }
}

/// Gives points numbers where a panel has too many for names, and returns the names with their numbers.
pub(super) fn number(contents: &mut [Content]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if contents.iter().all(|content| content.dots.len() <= MOST_NAMES) {
        return names;
    }
    for dot in contents.iter_mut().flat_map(|content| &mut content.dots) {
        let known = names.iter().position(|name| *name == dot.label);
        let index = known.unwrap_or(names.len());
        let name = std::mem::replace(&mut dot.label, (index + 1).to_string());
        if known.is_none() {
            names.push(name);
        }
    }
    names.into_iter().enumerate().map(|(index, name)| format!("{} {name}", index + 1)).collect()
}
