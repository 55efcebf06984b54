//! Policies side by side.

use super::{at, equivalents, marked_name, part, word};
use crate::analysis::{ACCOUNT_NAMES, By};
use crate::report::grid::{Density, Grid};
use crate::report::words::{self, PARETO, amount, list, name_under, or_unknown, percent, signed, significant, with_interval};
use crate::report::{Compared, Comparison, Figure, PolicyReport, Report, WorseThan};

/// A policy of the comparison with its row of the report.
type Row<'a> = (&'a Compared, &'a PolicyReport);

/// The position of the account that stands for the objective.
fn account(comparison: &Comparison) -> Option<usize> {
    ACCOUNT_NAMES.iter().position(|name| comparison.account.as_deref() == Some(*name))
}

/// The policies under a fallback with those that depend on none, in the comparison's order.
fn rows<'a>(report: &'a Report, comparison: &'a Comparison, fallback: Option<&str>) -> Vec<Row<'a>> {
    let row = |compared: &'a Compared| Some((compared, report.policies.iter().find(|policy| policy.name == compared.policy)?));
    let belongs = |(_, policy): &Row| fallback.is_none() || policy.fallback.is_none() || policy.fallback.as_deref() == fallback;
    comparison.policies.iter().filter_map(row).filter(belongs).collect()
}

/// The fallbacks that have a table each; `None` alone where there are not several.
pub(in crate::report) fn compared_fallbacks(report: &Report) -> Vec<Option<&str>> {
    if report.run.pools.len() < 2 { vec![None] } else { report.run.pools.iter().map(|pool| Some(pool.fallback.as_str())).collect() }
}

/// What the table of a fallback is of.
pub(in crate::report) fn compared_title(comparison: &Comparison, fallback: Option<&str>) -> String {
    let under = fallback.map(|id| format!(" with fallback {id}")).unwrap_or_default();
    format!("policies{under}, by {}", sorted_by(comparison))
}

/// The figure that a comparison is sorted by, in words.
fn sorted_by(comparison: &Comparison) -> String {
    match By::find(&comparison.by) {
        Ok(By::AboveFixed) => account(comparison).map_or("answer accuracy".to_owned(), above_header),
        Ok(By::AnswerAccuracy) => "answer accuracy".to_owned(),
        Ok(By::PerQuery(account)) => format!("{} a query", word(account)),
        Ok(By::Savings) => account(comparison).map_or("savings".to_owned(), |account| format!("{} saved", word(account))),
        _ => comparison.by.clone(),
    }
}

fn above_header(account: usize) -> String {
    format!("points above fixed, same {}", word(account))
}

/// The table of a fallback.
pub(in crate::report) fn compared(report: &Report, comparison: &Comparison, fallback: Option<&str>, density: Density) -> Grid {
    let rows = rows(report, comparison, fallback);
    let mut grid = Grid::default();
    grid.column("policy", &rows, |(_, policy)| marked_name(&short_name(name_under(policy, fallback)), policy.hindsight));
    sorted_column(&mut grid, report, comparison, &rows, density);
    grid.column("answer accuracy", &rows, |(_, policy)| with_interval(policy.answer_accuracy, percent, density.gap()));
    let known = |of: &dyn Fn(&Row, usize) -> bool| (0..4).filter(|&account| rows.iter().any(|row| of(row, account))).collect::<Vec<_>>();
    let above = known(&|(compared, _), account| at(compared.above_fixed.to_array(), account).is_some());
    for account in above.into_iter().filter(|&of| density == Density::Full || Some(of) == account(comparison)) {
        let figure = |(compared, _): &Row| at(compared.above_fixed.to_array(), account);
        grid.column(above_header(account), &rows, |row| with_interval(figure(row), words::points, density.gap()));
    }
    let known = known(&|(_, policy), account| at(policy.per_query.to_array(), account).is_some());
    let shown = if density == Density::Full { known } else { Density::Slim.accounts(known) };
    for account in shown {
        grid.column(format!("{} a query", word(account)), &rows, |(compared, policy)| {
            let mark = if at(compared.pareto.to_array(), account) == Some(true) { PARETO } else { words::NO_PARETO };
            or_unknown(at(policy.per_query.to_array(), account), |figure| part(policy, account, amount(account, figure.value)) + mark)
        });
    }
    grid
}

/// The figure that the table is sorted by, where no other column has it.
fn sorted_column(grid: &mut Grid, report: &Report, comparison: &Comparison, rows: &[Row], density: Density) {
    let title = sorted_by(comparison);
    match By::find(&comparison.by) {
        Ok(By::Measure(name)) => {
            grid.column(title, rows, |(compared, _)| or_unknown(compared.measures.get(name).copied().flatten(), significant))
        }
        Ok(By::Savings) => {
            let saved = |policy: &PolicyReport| {
                let savings = policy.savings.get(report.run.baselines.first()?)?;
                at(savings.to_array(), account(comparison)?)
            };
            grid.column(title, rows, |(_, policy)| with_interval(saved(policy), signed, density.gap()));
        }
        Ok(By::PerQuery(account)) if density != Density::Full && account % 2 == 1 => {
            let figure = |policy: &PolicyReport| at(policy.per_query.to_array(), account);
            grid.column(title, rows, |(_, policy)| or_unknown(figure(policy), |figure| amount(account, figure.value)));
        }
        _ => {}
    }
}

/// A fixed endpoint by its id.
pub(super) fn short_name(name: &str) -> String {
    name.strip_prefix("always:endpoint=").map_or(name.to_owned(), |id| format!("always {id}"))
}

/// Whether a router is worth it, in a sentence for each fallback: of the policies that choose one endpoint a query
/// and see no outcome in advance (a cascade's judge does, in a way), the one that is furthest above fixed endpoints.
pub(in crate::report) fn verdicts(report: &Report, comparison: &Comparison) -> Vec<String> {
    let Some(account) = account(comparison) else { return Vec::new() };
    let once = |policy: &PolicyReport| (policy.attempts.values().sum::<f64>() - 1.0).abs() < 1e-9;
    let routes = |row: &Row| !row.1.hindsight && row.1.kind != "always" && once(row.1);
    let figure = |row: &Row| at(row.0.above_fixed.to_array(), account);
    let of = |fallback: Option<&str>| {
        let all = rows(report, comparison, fallback).into_iter().filter(routes).filter_map(|row| Some((row, figure(&row)?)));
        let ((compared, best), figure) = all.max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
        let with = fallback.map(|id| format!(" with fallback {id}")).unwrap_or_default();
        let (name, points) = (name_under(best, fallback), with_interval(Some(figure), words::points, " "));
        let equals = equivalents::equals(comparison, best, fallback).map(|equals| format!(" {equals}")).unwrap_or_default();
        Some(format!(
            "Of the policies{with} that choose one endpoint a query, `{name}` is best: {points} points of answer accuracy against \
             the best coin between fixed endpoints for the same {}; {}{equals}",
            word(account),
            conclusion(figure, best.fallback.is_some(), compared.worse_than.as_ref())
        ))
    };
    compared_fallbacks(report).into_iter().filter_map(of).collect()
}

/// What the best figure above fixed endpoints comes to. Those are the endpoints of the policy's pool, if it has one;
/// an endpoint outside of it may beat the policy all the same.
fn conclusion(figure: Figure, of_pool: bool, worse: Option<&WorseThan>) -> String {
    let own = match (figure.low, figure.high) {
        (Some(low), _) if low > 0.0 => {
            let which = if of_pool { " of its pool" } else { "" };
            format!("it beats random routing and every single endpoint{which} that takes no more")
        }
        (_, Some(high)) if high < 0.0 => "none of them beats random routing and single endpoints".to_owned(),
        (Some(_), Some(_)) => "that is not to be told from random routing and single endpoints".to_owned(),
        // What a coin or a single endpoint gives in every resample has no interval.
        _ if figure.value <= 0.0 => "none of them is better than such a coin".to_owned(),
        _ => "the queries are too few for an interval".to_owned(),
    };
    let outside = worse.filter(|_| figure.value > 0.0);
    let outside = outside.map(|worse| format!("; but {} alone answers at least as well, for no more {}", worse.endpoint, less(worse)));
    format!("{own}{}.", outside.unwrap_or_default())
}

/// The amounts of which an endpoint takes no more than what it beats.
fn less(worse: &WorseThan) -> String {
    let accounts: Vec<String> = worse.accounts.iter().map(|name| account_word(name)).collect();
    list(&accounts).replace(" and ", " or ")
}

/// What a reader should be warned of, a sentence each; policies that the same endpoint beats stand together.
pub(in crate::report) fn warnings(comparison: &Comparison) -> Vec<String> {
    let mut beaten: Vec<(&WorseThan, Vec<String>)> = Vec::new();
    let mut others = Vec::new();
    for compared in &comparison.policies {
        let name = short_name(&compared.policy);
        if let Some(worse) = &compared.worse_than {
            match beaten.iter_mut().find(|(known, _)| *known == worse) {
                Some((_, names)) => names.push(name.clone()),
                None => beaten.push((worse, vec![name.clone()])),
            }
        }
        let nearly = compared.nearly_all_to.as_ref();
        others.extend(nearly.map(|to| format!("{name} hardly routes: {} of its answers come from {}", percent(to.share), to.endpoint)));
        others.extend(compared.not_held.as_ref().map(|why| format!("{name} is not held against fixed endpoints: {why}")));
    }
    let sentence = |(worse, names): (&WorseThan, Vec<String>)| {
        format!("{} alone answers at least as well, for no more {}, as {}", worse.endpoint, less(worse), list(&names))
    };
    beaten.into_iter().map(sentence).chain(others).collect()
}

fn account_word(name: &str) -> String {
    ACCOUNT_NAMES.iter().position(|known| *known == name).map_or_else(|| name.to_owned(), |account| word(account).to_owned())
}

/// The policies that could not be replayed, a line each.
pub(in crate::report) fn left_out(comparison: &Comparison) -> Vec<String> {
    let line = |left: &crate::replay::LeftOut| {
        let needs = left.needs.as_ref().map(|needs| format!(" ({needs})")).unwrap_or_default();
        format!("{}: {}{needs}", left.policy, left.why)
    };
    comparison.left_out.iter().map(line).collect()
}

/// How many decisions stay when prompts are perturbed, a line each.
pub(in crate::report) fn robustness(comparison: &Comparison) -> Vec<String> {
    let line = |pair: &crate::report::Perturbed| {
        let under = pair.fallback.as_ref().map(|id| format!(" (fallback {id})")).unwrap_or_default();
        let stay = or_unknown(pair.robustness, percent);
        let queries = words::count(pair.queries as u64);
        format!("robustness of {}{under}: {stay} of {queries} first choices are the same in {}", pair.policy, pair.perturbed)
    };
    comparison.perturbed.iter().map(line).collect()
}
