//! Coverage, difficulty, and savings by size: tables by data set and category.

use super::{Section, bare, figure, group_name, left_off, parameters, several, shown};
use crate::analysis::study::{Best, CoverageRow, CoverageTable, DifficultyRow, DifficultyTable, SavingsBySize, SizeLimit, SizeRow};
use crate::report::grid::{Density, Grid};
use crate::report::words::{ACCOUNT_WORDS, UNKNOWN, count, list, percent, signed};

/// Shares of queries that are answered correctly.
pub(super) fn coverage(table: &CoverageTable, density: Density) -> Section {
    let (rows, left) = shown(&table.rows, |row| &row.group);
    let best = |best: &Option<Best>| match best {
        None => UNKNOWN.to_owned(),
        Some(best) if density == Density::Slim => percent(best.share.value),
        Some(best) => format!("{}{}{}", percent(best.share.value), density.gap(), best.endpoint),
    };
    let several = several(&table.rows, |row| &row.group);
    let mut grid = Grid::default();
    grid.column("queries of", &rows, |row: &&CoverageRow| group_name(&row.group, several));
    grid.column("queries", &rows, |row| count(row.group.queries));
    grid.column("any endpoint", &rows, |row| figure(row.any, percent, density));
    if !table.local.is_empty() {
        grid.column("any local", &rows, |row| figure(row.local, percent, density));
        grid.column("best local alone", &rows, |row| best(&row.best_local));
    }
    if !table.cloud.is_empty() {
        grid.column("best cloud alone", &rows, |row| best(&row.best_cloud));
    }
    let mut remarks = left_off(left, "coverage");
    if !table.local.is_empty() {
        remarks.push(format!("local: {}", list(&table.local)));
    }
    let alone = table.rows.first().into_iter().flat_map(|row| [("local", &row.best_local), ("cloud", &row.best_cloud)]);
    remarks.extend(alone.filter_map(|(what, best)| Some(format!("best {what} one on all queries: {}", best.as_ref()?.endpoint))));
    Section { title: "coverage: share of queries that are answered correctly".to_owned(), grid, remarks }
}

/// Shares of queries by the smallest local model that solves them.
pub(super) fn difficulty(table: &DifficultyTable, density: Density) -> Section {
    let (rows, left) = shown(&table.rows, |row| &row.group);
    let several = several(&table.rows, |row| &row.group);
    let mut grid = Grid::default();
    grid.column("queries of", &rows, |row: &&DifficultyRow| group_name(&row.group, several));
    for (index, level) in table.levels.iter().enumerate() {
        let size = level.params_total_b.map_or_else(|| "size not known".to_owned(), parameters);
        grid.column(size, &rows, |row| bare(row.smallest.get(index).copied().flatten(), percent));
    }
    grid.column("no local one", &rows, |row| figure(row.no_local, percent, density));
    if rows.iter().any(|row| row.cloud_only.is_some()) {
        grid.column("the cloud alone", &rows, |row| bare(row.cloud_only, percent));
    }
    grid.column("nobody", &rows, |row| bare(row.nobody, percent));
    Section {
        title: "difficulty: share of queries by the smallest local model that solves them".to_owned(),
        grid,
        remarks: left_off(left, "difficulty"),
    }
}

/// Savings as larger local models are allowed.
pub(super) fn by_size(savings: &SavingsBySize, density: Density) -> Section {
    // One data set is all queries.
    let several = savings.limits.first().is_some_and(|limit| limit.rows.len() > 2);
    let rows_of = |limit: &SizeLimit| if several { limit.rows.len() } else { 1 };
    let rows: Vec<(&SizeLimit, &SizeRow)> =
        savings.limits.iter().flat_map(|limit| limit.rows.iter().take(rows_of(limit)).map(move |row| (limit, row))).collect();
    let mut grid = Grid::default();
    grid.column("up to", &rows, |(limit, row)| match several {
        true => format!("{}: {}", parameters(limit.params_total_b), group_name(&row.group, several)),
        false => parameters(limit.params_total_b),
    });
    grid.column("queries", &rows, |(_, row)| count(row.group.queries));
    grid.column("stays local", &rows, |(_, row)| percent(row.local_share));
    grid.column("answer accuracy", &rows, |(_, row)| figure(row.answer_accuracy, percent, density));
    for (account, word) in ACCOUNT_WORDS.iter().enumerate() {
        let saving = |row: &SizeRow| row.savings.to_array().get(account).copied().flatten();
        if rows.iter().any(|(_, row)| saving(row).is_some()) {
            grid.column(format!("{word} saved"), &rows, |(_, row)| figure(saving(row), signed, density));
        }
    }
    let remark = "the smallest model that is right; where nobody is, the smallest of all, since the baseline would be wrong too";
    Section { title: format!("saved against {} by local models up to a size", savings.baseline), grid, remarks: vec![remark.to_owned()] }
}
