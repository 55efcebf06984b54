//! The router accuracy of the noisy oracle that each policy equals.

use super::compare::short_name;
use super::{at, word};
use crate::analysis::Lies;
use crate::report::grid::{Density, Grid};
use crate::report::words::{FALLS, UNKNOWN, name_under, or_unknown, percent, with_interval};
use crate::report::{ACCOUNT_NAMES, Comparison, Equivalent, Equivalents, PolicyReport, Report};

/// The misroute rules that are shown: the paper's, and errors that stand. The others are in the file of the table.
pub(in crate::report) const EQUATED_MISROUTES: [&str; 2] = ["cloud", "accept"];
/// Rows of a terminal's table; the files have them all.
const MOST: usize = 10;

/// The curves of a pool against a baseline, with the policies that are held against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) struct Pool<'a> {
    fallback: &'a str,
    baseline: &'a str,
}

/// A policy, and what it equals under each rule of a table.
type Row<'a> = (&'a PolicyReport, Vec<&'a Equivalents>);

/// The pools that have curves, in the order in which policies first meet them.
pub(in crate::report) fn equated_pools(comparison: &Comparison) -> Vec<Pool<'_>> {
    let mut pools = Vec::new();
    for found in comparison.policies.iter().flat_map(|compared| &compared.equivalents) {
        let pool = Pool { fallback: &found.fallback, baseline: &found.baseline };
        if !pools.contains(&pool) {
            pools.push(pool);
        }
    }
    pools
}

/// What the tables of a pool are of; the baseline is named where it is not the fallback.
pub(in crate::report) fn equated_title(pool: Pool) -> String {
    let against = if pool.baseline == pool.fallback { String::new() } else { format!(", against {}", pool.baseline) };
    format!("equivalent router accuracy, fallback {}{against}", pool.fallback)
}

/// The table of a terminal, with what stands above and below it. Fixed endpoints are left to the files.
pub(in crate::report) fn equated_shown<'a>(
    report: &'a Report,
    comparison: &'a Comparison,
    pool: Pool<'a>,
) -> (String, impl Fn(Density) -> Grid + 'a, Vec<String>) {
    let mut rows = rows(report, comparison, pool, &EQUATED_MISROUTES);
    rows.retain(|(policy, _)| policy.kind != "always");
    let left_off = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let mut below = vec![remark().to_owned()];
    below.extend((left_off > 0).then(|| format!("{left_off} more policies: in the files of --out")));
    (equated_title(pool), move |density| grid(comparison, &rows, pool, density), below)
}

/// The table of a misroute rule.
pub(in crate::report) fn equated(report: &Report, comparison: &Comparison, pool: Pool, misroute: &str) -> Grid {
    grid(comparison, &rows(report, comparison, pool, &[misroute]), pool, Density::Full)
}

/// How to read the tables.
pub(in crate::report) fn remark() -> &'static str {
    "the router accuracy of the noisy oracle that saves as much as the policy, and of the one that answers as well, where errors go to \
     the fallback (cloud) and where wrong answers stand (accept): >100% is beyond a perfect router, <0% beyond one that is always \
     wrong; only a policy that is high in both under one rule routes well"
}

/// What a policy equals under a fallback, in sentences.
pub(in crate::report) fn equals(comparison: &Comparison, policy: &PolicyReport, fallback: Option<&str>) -> Option<String> {
    let compared = comparison.policies.iter().find(|compared| compared.policy == policy.name)?;
    let account = account(comparison)?;
    let sentence = |misroute: &str| {
        let of_pool = |found: &&Equivalents| found.misroute == misroute && fallback.is_none_or(|id| found.fallback == id);
        let found = compared.equivalents.iter().find(of_pool)?;
        Some(format!("{}, and {}", saves_like(at(found.by_savings.to_array(), account)?, word(account)), answers_like(found.by_answers?)))
    };
    let [cloud, accept] = EQUATED_MISROUTES;
    let beside = format!("Beside a noisy oracle whose errors go to the fallback (`{cloud}`) it {}", sentence(cloud)?);
    Some(format!("{beside}; beside one whose wrong answers stand (`{accept}`) it {}.", sentence(accept)?))
}

fn saves_like(found: Equivalent, word: &str) -> String {
    match found.lies {
        Lies::OnCurve if found.falls => {
            format!("saves {word} like a router accuracy of {} (better ones save less)", figure(found, " "))
        }
        Lies::OnCurve => format!("saves {word} like a router accuracy of {}", figure(found, " ")),
        Lies::AboveCurve => format!("saves more {word} than any router accuracy"),
        Lies::BelowCurve => format!("saves less {word} than any router accuracy"),
        Lies::FlatCurve => format!("cannot be placed by {word}, which is the same at every router accuracy"),
    }
}

fn answers_like(found: Equivalent) -> String {
    match found.lies {
        Lies::OnCurve => format!("answers like one of {}", figure(found, " ")),
        Lies::AboveCurve => "answers better than any".to_owned(),
        Lies::BelowCurve => "answers worse than any".to_owned(),
        Lies::FlatCurve => "answers as every one does".to_owned(),
    }
}

fn figure(found: Equivalent, gap: &str) -> String {
    with_interval(found.router_accuracy, percent, gap)
}

fn account(comparison: &Comparison) -> Option<usize> {
    ACCOUNT_NAMES.iter().position(|name| comparison.account.as_deref() == Some(*name))
}

fn rows<'a>(report: &'a Report, comparison: &'a Comparison, pool: Pool, misroutes: &[&str]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for compared in &comparison.policies {
        let Some(policy) = report.policies.iter().find(|policy| policy.name == compared.policy) else { continue };
        let is = |found: &&Equivalents, misroute: &str| {
            found.misroute == misroute && found.fallback == pool.fallback && found.baseline == pool.baseline
        };
        let under = |misroute: &&str| compared.equivalents.iter().find(|found| is(found, misroute));
        let found: Vec<&Equivalents> = misroutes.iter().filter_map(under).collect();
        rows.extend((found.len() == misroutes.len()).then_some((policy, found)));
    }
    rows
}

fn grid(comparison: &Comparison, rows: &[Row], pool: Pool, density: Density) -> Grid {
    let mut grid = Grid::default();
    grid.column("policy", rows, |(policy, _)| short_name(name_under(policy, Some(pool.fallback))));
    for rule in 0..rows.first().map_or(0, |(_, found)| found.len()) {
        under(&mut grid, comparison, rows, rule, density);
    }
    if density != Density::Slim {
        let measured = |figure: Option<crate::report::Figure>| or_unknown(figure, |figure| percent(figure.value));
        grid.column("router agrees", rows, |(policy, _)| measured(policy.router_accuracy.agreement));
        grid.column("tier agrees", rows, |(policy, _)| measured(policy.router_accuracy.tier_agreement));
        grid.column("adequate", rows, |(policy, _)| measured(policy.router_accuracy.adequate));
    }
    grid
}

/// The columns of a misroute rule, by its place; several are told apart by their names.
fn under(grid: &mut Grid, comparison: &Comparison, rows: &[Row], rule: usize, density: Density) {
    let found = |(_, found): &Row| found.get(rule).copied().cloned();
    let by_saving = |row: &Row, account: usize| found(row).and_then(|found| at(found.by_savings.to_array(), account));
    let name = rows.first().filter(|(_, found)| found.len() > 1).and_then(found).map(|found| format!("{}: ", found.misroute));
    let name = name.unwrap_or_default();
    let known = (0..4).filter(|&account| rows.iter().any(|row| by_saving(row, account).is_some()));
    for account in known.filter(|&of| density == Density::Full || Some(of) == account(comparison)) {
        grid.column(format!("{name}saves {} like", word(account)), rows, |row| {
            or_unknown(by_saving(row, account), |found| cell(found, density))
        });
    }
    grid.column(format!("{name}answers like"), rows, |row| {
        or_unknown(found(row).and_then(|found| found.by_answers), |found| cell(found, density))
    });
}

/// A router accuracy; in words where no noisy oracle has it.
fn cell(found: Equivalent, density: Density) -> String {
    let mark = if found.falls { FALLS } else { "" };
    if found.lies == Lies::FlatCurve {
        return "flat".to_owned();
    }
    let figure = figure(found, density.gap());
    // Above a curve that falls are the routers that are worse than always wrong.
    let beyond = match (found.lies, found.falls) {
        (Lies::AboveCurve, false) | (Lies::BelowCurve, true) => ">100%",
        (Lies::AboveCurve, true) | (Lies::BelowCurve, false) => "<0%",
        _ => return figure + mark,
    };
    if density == Density::Full && figure != UNKNOWN { format!("{beyond}{mark}: {figure}") } else { format!("{beyond}{mark}") }
}
