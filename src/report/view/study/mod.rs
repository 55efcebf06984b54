//! What a study shows: a section for each analysis that there is.

mod efficiency;
mod groups;
mod variants;

use crate::analysis::study::{Extent, Group, Study};
use crate::report::Figure;
use crate::report::grid::{Density, Grid};
use crate::report::words::{UNKNOWN, significant};

/// Groups beyond the whole data sets that a table shows, the largest ones; the files have them all.
const MOST_GROUPS: usize = 15;

/// A table with what stands around it.
pub(in crate::report) struct Section {
    pub title: String,
    pub grid: Grid,
    /// Sentences below the table.
    pub remarks: Vec<String>,
}

/// The sections of a study; there are as many at every density.
pub(in crate::report) fn sections(study: &Study, density: Density) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(study.coverage.as_ref().map(|table| groups::coverage(table, density)));
    sections.extend(study.difficulty.as_ref().map(|table| groups::difficulty(table, density)));
    sections.extend(study.by_size.iter().map(|savings| groups::by_size(savings, density)));
    sections.extend(efficiency::pairs(&study.pairs, density));
    sections.extend(study.over_time.as_ref().map(|years| efficiency::over_time(years, density)));
    sections.extend(efficiency::gap(&study.local_cloud_gap, density));
    sections.extend(variants::batching(&study.batching, density));
    sections.extend(variants::precision(&study.precision, density));
    sections
}

/// How to read the figures of these tables.
pub(in crate::report) fn legend(text: &str) -> Option<String> {
    let interval = text.contains('[').then_some("[low, high] 95% interval, in the unit of its figure");
    let unknown = text.contains(UNKNOWN).then_some("— not known");
    let parts: Vec<&str> = interval.into_iter().chain(unknown).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Whether there are several data sets: one alone is all queries.
fn several<R>(rows: &[R], group: impl Fn(&R) -> &Group) -> bool {
    rows.iter().filter(|row| group(row).extent == Extent::Dataset).count() > 1
}

/// The groups that a table shows, and how many it leaves off: all queries, each data set (unless there is
/// one alone), and the largest categories.
fn shown<R>(rows: &[R], group: impl Fn(&R) -> &Group) -> (Vec<&R>, usize) {
    let several = several(rows, &group);
    let kept = rows.iter().filter(|row| several || group(row).extent != Extent::Dataset);
    let mut sizes: Vec<u64> = rows.iter().map(&group).filter(|group| group.extent == Extent::Category).map(|group| group.queries).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let (mut room, least) = (MOST_GROUPS, sizes.get(MOST_GROUPS - 1).copied().unwrap_or(0));
    let fits = |row: &&R| {
        let group = group(row);
        let fits = group.extent != Extent::Category || (group.queries >= least && room > 0);
        room -= usize::from(fits && group.extent == Extent::Category);
        fits
    };
    (kept.filter(fits).collect(), sizes.len().saturating_sub(MOST_GROUPS))
}

/// Says how many rows are left off, and where they are.
fn left_off(rows: usize, file: &str) -> Vec<String> {
    if rows == 0 { Vec::new() } else { vec![format!("{rows} smaller categories: in {file}.csv of --out")] }
}

/// What a row is about; the data set is said where there are several.
fn group_name(group: &Group, several: bool) -> String {
    let named = |name: &Option<String>, what: &str| name.clone().unwrap_or_else(|| format!("(no {what})"));
    match group.extent {
        Extent::All => "all queries".to_owned(),
        Extent::Dataset => named(&group.dataset, "data set"),
        Extent::Category => match &group.dataset {
            Some(dataset) if several => format!("{dataset}: {}", named(&group.category, "category")),
            _ => named(&group.category, "category"),
        },
    }
}

/// A figure with its interval, where there is room for one.
fn figure(figure: Option<Figure>, text: impl Fn(f64) -> String, density: Density) -> String {
    let Some(figure) = figure else { return UNKNOWN.to_owned() };
    let value = text(figure.value);
    match (figure.low, figure.high) {
        (Some(low), Some(high)) if density != Density::Slim => format!("{value}{}[{}, {}]", density.gap(), text(low), text(high)),
        _ => value,
    }
}

/// A figure alone.
fn bare(figure: Option<Figure>, text: impl Fn(f64) -> String) -> String {
    figure.map_or_else(|| UNKNOWN.to_owned(), |figure| text(figure.value))
}

/// A factor: `3.07x`.
fn factor(value: f64) -> String {
    format!("{}x", significant(value))
}

/// A number of parameters, given in billions.
fn parameters(billions: f64) -> String {
    let (scaled, letter) = match billions {
        billions if billions >= 1.0 || billions == 0.0 => (billions, "B"),
        billions if billions >= 1e-3 => (1e3 * billions, "M"),
        billions => (1e6 * billions, "k"),
    };
    let digits = if scaled.fract() == 0.0 || scaled >= 100.0 { 0 } else { 1 };
    format!("{scaled:.digits$}{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_short() {
        assert_eq!([235.0, 14.8, 4.0, 0.5, 0.017_724, 0.000_151_488].map(parameters), ["235B", "14.8B", "4B", "500M", "17.7M", "151k"]);
    }

    #[test]
    fn the_largest_categories_are_shown() {
        let group = |extent, queries| Group { extent, queries, dataset: Some("d".to_owned()), category: None };
        let mut rows = vec![group(Extent::All, 190), group(Extent::Dataset, 190)];
        // Sizes 1 to 19: the 15 largest are 5 to 19. One data set alone is all queries.
        rows.extend((1..20).map(|queries| group(Extent::Category, queries)));
        let (kept, left) = shown(&rows, |row| row);
        assert_eq!((kept.len(), left, kept[1].queries), (16, 4, 5));
    }
}
