//! The result in sentences.

use super::{at, word};
use crate::report::words::{interval, or_unknown, percent, plain, roughly};
use crate::report::{Curve, Day, Figure, Fractions, Point, PolicyReport, Report};

/// The result against each baseline, one sentence each, the answer accuracy always in it: of the
/// oracle where there is one, else of the first policy that saves or loses anything; and of sweeps.
pub(in crate::report) fn headlines(report: &Report) -> Vec<String> {
    sentences(report, true)
}

/// The same without sweeps, for a page that shows them at every router accuracy.
pub(in crate::report) fn results(report: &Report) -> Vec<String> {
    sentences(report, false)
}

fn sentences(report: &Report, with_sweeps: bool) -> Vec<String> {
    let mut sentences: Vec<String> = report.break_even.iter().map(|found| found.sentence.clone()).collect();
    for baseline in &report.run.baselines {
        let mut compared: Vec<&PolicyReport> = report.policies.iter().filter(|policy| policy.savings.contains_key(baseline)).collect();
        // A stable order: those that fall back on the baseline come first, and among them the oracle.
        compared.sort_by_key(|policy| (policy.fallback.as_deref() != Some(baseline), policy.kind != "oracle"));
        sentences.extend(compared.into_iter().find_map(|policy| replayed(report, policy, baseline)));
        let curves = report.curves.iter().filter(|_| with_sweeps).filter(|curve| report.run.pools.len() < 2 || curve.fallback == *baseline);
        sentences.extend(curves.filter_map(|curve| swept(report, curve, baseline)));
        sentences.extend(report.day.as_ref().and_then(|day| over_a_day(report, day, baseline)));
    }
    sentences
}

fn replayed(report: &Report, policy: &PolicyReport, baseline: &str) -> Option<String> {
    let (account, figure) = first_known(policy.savings.get(baseline)?).filter(|(_, figure)| figure.value != 0.0)?;
    let oracles = report.policies.iter().filter(|other| other.kind == "oracle" && other.fallback == policy.fallback).count();
    let own = policy.fallback.as_deref() == Some(baseline) || report.run.pools.len() < 2;
    let plainly = policy.kind == "oracle" && oracles == 1 && own;
    let who = if plainly { "The oracle".to_owned() } else { format!("`{}`", policy.name) };
    let accuracy = or_unknown(policy.answer_accuracy, |figure| percent(figure.value));
    Some(sentence(report, &who, account, &figure, baseline, &accuracy))
}

fn swept(report: &Report, curve: &Curve, baseline: &str) -> Option<String> {
    let distance = |point: &&Point| (point.router_accuracy - 0.8).abs();
    swept_at(report, curve, curve.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?, baseline)
}

/// One point of a curve in a sentence.
pub(in crate::report) fn swept_at(report: &Report, curve: &Curve, point: &Point, baseline: &str) -> Option<String> {
    let (account, figure) = first_known(point.savings.get(baseline)?)?;
    let who = format!("A router of nominal accuracy {} with misroute `{}`", plain(point.router_accuracy), curve.misroute);
    let accuracy = or_unknown(point.answer_accuracy, |figure| percent(figure.value));
    Some(sentence(report, &who, account, &figure, baseline, &accuracy))
}

/// What the oracle saves over a day, or else the first strategy that saves or loses anything.
fn over_a_day(report: &Report, day: &Day, baseline: &str) -> Option<String> {
    let (_, mut strategies) = super::day_baselines(report, day).into_iter().find(|(id, _)| *id == baseline)?;
    strategies.sort_by_key(|strategy| strategy.kind != "oracle");
    strategies.into_iter().find_map(|strategy| {
        let [energy, flops, cost, _] = strategy.savings.get(baseline)?.to_array();
        let savings = Fractions { energy, flops, cost, latency: None };
        let figures = Fractions::from_array(savings.to_array().map(|saving| saving.map(Figure::exact)));
        let (account, figure) = first_known(&figures).filter(|(_, figure)| figure.value != 0.0)?;
        let who = format!("Over the day `{}`", super::day_name(strategy));
        let accuracy = or_unknown(strategy.answer_accuracy, percent);
        Some(sentence(report, &who, account, &figure, baseline, &accuracy))
    })
}

fn first_known(savings: &Fractions<Figure>) -> Option<(usize, Figure)> {
    // Energy, then cost: what people pay for before what it takes.
    [0, 2, 1, 3].into_iter().find_map(|account| Some((account, at(savings.to_array(), account)?)))
}

fn sentence(report: &Report, who: &str, account: usize, figure: &Figure, baseline: &str, accuracy: &str) -> String {
    let entry = report.run.endpoints.iter().find(|endpoint| endpoint.id == baseline);
    let reference = entry.and_then(|entry| entry.answer_accuracy).map(|own| format!(" (baseline {})", percent(own)));
    // A loss is said in words: a sentence with a negative saving is read wrongly.
    let size = if figure.value < 0.0 {
        Figure { value: -figure.value, low: figure.high.map(|high| -high), high: figure.low.map(|low| -low) }
    } else {
        *figure
    };
    let amount = percent(size.value) + &interval(&size).map(|interval| format!(" {interval}")).unwrap_or_default();
    let saves = if figure.value < 0.0 {
        format!("takes {amount} more {} than", word(account))
    } else {
        format!("saves {amount} of the {} of", word(account))
    };
    format!("{who} {saves} `{baseline}`, at an answer accuracy of {accuracy}{}.", reference.unwrap_or_default())
}

/// Which shares of the totals were estimated; `None` where all was measured.
pub(in crate::report) fn measured(report: &Report) -> Option<String> {
    let mut parts = Vec::new();
    for account in 0..4 {
        let shares: Vec<f64> = report.policies.iter().filter_map(|policy| at(policy.estimated.to_array(), account)).collect();
        let least = shares.iter().copied().min_by(f64::total_cmp);
        let most = shares.iter().copied().max_by(f64::total_cmp);
        if let (Some(least), Some(most)) = (least, most)
            && most > 0.0
        {
            let (low, high) = (roughly(least), roughly(most));
            let share = if low == high { high } else { format!("{low} to {high} (by policy)") };
            parts.push(format!("{share} of the {}", word(account)));
        }
    }
    let last = parts.pop()?;
    let text = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
    Some(format!("{text} {} estimated, not measured.", if text.contains(" and ") { "are" } else { "is" }))
}
