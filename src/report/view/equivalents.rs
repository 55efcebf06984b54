//! The router accuracy of the noisy oracle that each policy equals.

use super::compare::short_name;
use super::{at, word};
use crate::analysis::Lies;
use crate::report::grid::{Density, Grid};
use crate::report::words::{FALLS, UNKNOWN, name_under, or_unknown, percent, with_interval};
use crate::report::{ACCOUNT_NAMES, Comparison, Equivalent, Equivalents, PolicyReport, Report};

/// The misroute rule that a terminal shows: the paper's.
const SHOWN: &str = "cloud";
/// Rows of a terminal's table; the files have them all.
const MOST: usize = 10;

/// The curves of a pool against a baseline, with the policies that are held against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) struct Pool<'a> {
    fallback: &'a str,
    baseline: &'a str,
}

type Row<'a> = (&'a Equivalents, &'a PolicyReport);

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

/// The misroute rules that are tables of a page: the paper's, and errors that stand. The others are in the file of
/// the table.
pub(in crate::report) const EQUATED_MISROUTES: [&str; 2] = [SHOWN, "accept"];

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
    let mut rows = rows(report, comparison, pool, SHOWN);
    rows.retain(|(_, policy)| policy.kind != "always");
    let left_off = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let mut below = vec![remark().to_owned()];
    below.extend((left_off > 0).then(|| format!("{left_off} more policies, and the other misroute rules: in the files of --out")));
    (format!("{}, misroute {SHOWN}", equated_title(pool)), move |density| grid(comparison, &rows, pool, density), below)
}

/// The table of a misroute rule.
pub(in crate::report) fn equated(report: &Report, comparison: &Comparison, pool: Pool, misroute: &str) -> Grid {
    grid(comparison, &rows(report, comparison, pool, misroute), pool, Density::Full)
}

/// How to read the tables.
pub(in crate::report) fn remark() -> &'static str {
    "the router accuracy of the noisy oracle that saves as much as the policy, and of the one that answers as well: > 100% is beyond a \
     perfect router, < 0% beyond one that is always wrong; only a policy that is high in both routes well"
}

/// What a policy equals under a fallback, in a sentence.
pub(in crate::report) fn equals(comparison: &Comparison, policy: &PolicyReport, fallback: Option<&str>) -> Option<String> {
    let compared = comparison.policies.iter().find(|compared| compared.policy == policy.name)?;
    let of_pool = |found: &&Equivalents| found.misroute == SHOWN && fallback.is_none_or(|id| found.fallback == id);
    let found = compared.equivalents.iter().find(of_pool)?;
    let account = account(comparison)?;
    let (saves, answers) = (at(found.by_savings.to_array(), account)?, found.by_answers?);
    let (word, oracle) = (word(account), format!("a noisy oracle (misroute `{SHOWN}`)"));
    let figure = |of: Equivalent| with_interval(of.router_accuracy, percent, " ");
    let saves = match saves.lies {
        Lies::OnCurve if saves.falls => {
            format!("saves {word} like {oracle} with a router accuracy of {} (better ones save less)", figure(saves))
        }
        Lies::OnCurve => format!("saves {word} like {oracle} with a router accuracy of {}", figure(saves)),
        Lies::AboveCurve => format!("saves more {word} than {oracle} of any router accuracy"),
        Lies::BelowCurve => format!("saves less {word} than {oracle} of any router accuracy"),
        Lies::FlatCurve => format!("stands beside {oracle} that saves the same {word} at every router accuracy"),
    };
    let answers = match answers.lies {
        Lies::OnCurve => format!("answers like one with {}", figure(answers)),
        Lies::AboveCurve => "answers better than any".to_owned(),
        Lies::BelowCurve => "answers worse than any".to_owned(),
        Lies::FlatCurve => "has answers that tell no router accuracy".to_owned(),
    };
    Some(format!("It {saves}, and {answers}."))
}

fn account(comparison: &Comparison) -> Option<usize> {
    ACCOUNT_NAMES.iter().position(|name| comparison.account.as_deref() == Some(*name))
}

fn rows<'a>(report: &'a Report, comparison: &'a Comparison, pool: Pool, misroute: &str) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for compared in &comparison.policies {
        let Some(policy) = report.policies.iter().find(|policy| policy.name == compared.policy) else { continue };
        let is = |found: &&Equivalents| found.misroute == misroute && found.fallback == pool.fallback && found.baseline == pool.baseline;
        rows.extend(compared.equivalents.iter().filter(is).map(|found| (found, policy)));
    }
    rows
}

fn grid(comparison: &Comparison, rows: &[Row], pool: Pool, density: Density) -> Grid {
    let mut grid = Grid::default();
    grid.column("policy", rows, |(_, policy)| short_name(name_under(policy, Some(pool.fallback))));
    let known = (0..4).filter(|&account| rows.iter().any(|(found, _)| at(found.by_savings.to_array(), account).is_some()));
    for account in known.filter(|&of| density == Density::Full || Some(of) == account(comparison)) {
        grid.column(format!("saves {} like", word(account)), rows, |(found, _)| {
            or_unknown(at(found.by_savings.to_array(), account), |found| cell(found, density))
        });
    }
    grid.column("answers like", rows, |(found, _)| or_unknown(found.by_answers, |found| cell(found, density)));
    let measured = |figure: Option<crate::report::Figure>| or_unknown(figure, |figure| percent(figure.value));
    grid.column("router agrees", rows, |(_, policy)| measured(policy.router_accuracy.agreement));
    grid.column("tier agrees", rows, |(_, policy)| measured(policy.router_accuracy.tier_agreement));
    grid.column("adequate", rows, |(_, policy)| measured(policy.router_accuracy.adequate));
    grid
}

/// A router accuracy; in words where no noisy oracle has it.
fn cell(found: Equivalent, density: Density) -> String {
    let mark = if found.falls { FALLS } else { "" };
    if found.lies == Lies::FlatCurve {
        return "flat".to_owned();
    }
    let figure = with_interval(found.router_accuracy, percent, density.gap());
    // Above a curve that falls are the routers that are worse than always wrong.
    let beyond = match (found.lies, found.falls) {
        (Lies::AboveCurve, false) | (Lies::BelowCurve, true) => "> 100%",
        (Lies::AboveCurve, true) | (Lies::BelowCurve, false) => "< 0%",
        _ => return figure + mark,
    };
    if density == Density::Full && figure != UNKNOWN { format!("{beyond}{mark}: {figure}") } else { format!("{beyond}{mark}") }
}
