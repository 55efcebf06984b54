//! What the terminal and the Markdown file show, as grids and sentences: the same words in both.

mod break_even;
mod compare;
mod day;
mod equivalents;
mod headline;
mod policies;
mod reproduction;
mod routers;
mod run;
mod savings;
mod study;
mod sweep;

pub(super) use break_even::{blocks, section_title};
pub(super) use compare::{compared, compared_fallbacks, compared_title, left_out, robustness, verdicts, warnings};
pub(crate) use day::day_name;
pub(super) use day::{day, day_baselines, day_grids, day_known, day_opening};
pub(super) use equivalents::{EQUATED_MISROUTES, equated, equated_pools, equated_shown, equated_title, remark as equated_remark};
pub(super) use headline::{headlines, measured, results, swept_at};
pub(super) use policies::{further, group_name, groups, policies, policies_under, shares};
pub(super) use reproduction::reproduction;
pub(super) use routers::{pairs as router_pairs, reliability, routers, routers_remark, trade_offs};
pub(super) use run::{dropped, opening, pools};
pub(super) use savings::{baseline_title, over, savings, savings_rows};
pub(super) use study::{Section, legend as study_legend, sections};
pub(super) use sweep::{chosen, curve_title, shown_baselines, sparklines, sweep};

use super::words::{self, HINDSIGHT, OWN};
use super::{PolicyReport, Quantities, Report};

/// What the marks mean, for those that a text uses.
pub(super) fn legend(report: &Report, text: &str) -> Option<String> {
    // A break-even has router accuracies and factors beside its percents.
    let interval = if report.break_even.is_some() { "95% interval, in the figure's unit" } else { "95% interval, in percent" };
    let meanings = [
        (HINDSIGHT.trim(), "sees outcomes in advance: a bound, not something to deploy"),
        (OWN.trim(), "falls back on the baseline itself"),
        (words::PARETO.trim(), "Pareto-optimal: no other policy without hindsight takes less and answers better"),
        (words::PART.trim(), "over those queries alone for which it is known"),
        (words::FALLS.trim(), "this curve falls: better routers save (answer) less"),
        (words::UNKNOWN, "not known"),
        ("[", interval),
    ];
    let used = meanings.iter().filter(|(mark, _)| text.contains(mark)).map(|(mark, meaning)| match *mark {
        "[" => format!("[low, high] {meaning}"),
        mark => format!("{mark} {meaning}"),
    });
    let used: Vec<String> = used.collect();
    (!used.is_empty()).then(|| used.join("; "))
}

/// The fallbacks under which policies stand, and `None` for those that depend on no fallback; `None`
/// alone, for all policies, where there are not several fallbacks.
pub(super) fn fallbacks(report: &Report) -> Vec<Option<&str>> {
    if report.run.pools.len() < 2 {
        return if report.policies.is_empty() { Vec::new() } else { vec![None] };
    }
    let pools = report.run.pools.iter().map(|pool| Some(pool.fallback.as_str()));
    let fallbacks: Vec<_> = pools.chain([None]).collect();
    fallbacks.into_iter().filter(|id| report.policies.iter().any(|policy| policy.fallback.as_deref() == *id)).collect()
}

fn marked(policy: &PolicyReport, name: &str) -> String {
    marked_name(name, policy.hindsight)
}

fn marked_name(name: &str, hindsight: bool) -> String {
    format!("{name}{}", if hindsight { HINDSIGHT } else { "" })
}

/// The accounts of which some row knows something.
fn known<'a, T: Copy + 'a>(rows: impl Iterator<Item = Quantities<T>> + 'a) -> Vec<usize> {
    let mut any = [false; 4];
    for row in rows {
        any.iter_mut().zip(row.to_array()).for_each(|(any, value)| *any |= value.is_some());
    }
    (0..4).filter(|&account| any.get(account) == Some(&true)).collect()
}

pub(super) fn at<T: Copy>(values: [Option<T>; 4], account: usize) -> Option<T> {
    values.get(account).copied().flatten()
}

/// An amount of a policy, marked where it is not over all that the policy served.
fn part(policy: &PolicyReport, account: usize, text: String) -> String {
    if policy.knows_all(account) { text } else { text + words::PART }
}

pub(super) fn word(account: usize) -> &'static str {
    words::ACCOUNT_WORDS.get(account).copied().unwrap_or("time")
}
