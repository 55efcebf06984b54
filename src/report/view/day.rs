//! Strategies over a day of arrivals.

use super::marked_name;
use crate::analysis::{Day, DaySavings, DayStrategy};
use crate::report::Report;
use crate::report::grid::{Density, Grid};
use crate::report::words::{amount, count, or_unknown, percent, plain, signed, significant};

/// The amounts of a day as a reader calls them, in their order.
const WORDS: [&str; 4] = ["energy", "compute", "cost", "CO2"];

/// What arrived, in a line.
pub(in crate::report) fn day_opening(report: &Report, day: &Day) -> String {
    let (length, unit) = if day.span_s < 3.0 * 3600.0 { (day.span_s / 60.0, "minutes") } else { (day.span_s / 3600.0, "hours") };
    let length = plain((10.0 * length).round() / 10.0);
    format!(
        "{} arrivals over {length} {unit}, shaped by {}, drawn with replacement from {} queries",
        count(day.arrivals),
        day.shape,
        count(report.run.queries)
    )
}

/// Where the grams come from, a line each grid.
pub(in crate::report) fn day_grids(day: &Day) -> Vec<String> {
    let Some(grids) = &day.grid else { return Vec::new() };
    let line = |tier: &str, grid: &crate::analysis::Grid| {
        let (low, high) = grid.g_per_kwh.iter().fold((f64::INFINITY, 0.0f64), |(low, high), hour| (low.min(*hour), high.max(*hour)));
        let range = if low == high { significant(low) } else { format!("{} to {}", significant(low), significant(high)) };
        format!("grid of {tier} endpoints: {range} g CO2 a kilowatt hour ({})", grid.source)
    };
    if grids.local == grids.cloud {
        return vec![line("all", &grids.local)];
    }
    vec![line("local", &grids.local), line("cloud", &grids.cloud)]
}

/// The baselines with the strategies that are held against them: those of their own pool, and those of none.
pub(in crate::report) fn day_baselines<'a>(report: &'a Report, day: &'a Day) -> Vec<(&'a str, Vec<&'a DayStrategy>)> {
    let strategies = |baseline: &'a String| {
        let has_pool = report.run.pools.iter().any(|pool| pool.fallback == *baseline);
        let shown = move |strategy: &&DayStrategy| !has_pool || strategy.fallback.as_ref().is_none_or(|fallback| fallback == baseline);
        (baseline.as_str(), day.strategies.iter().filter(shown).collect())
    };
    report.run.baselines.iter().map(strategies).filter(|(_, strategies): &(&str, Vec<&DayStrategy>)| !strategies.is_empty()).collect()
}

/// Strategies beside a baseline: what they took, what that saves, and what they answered.
pub(in crate::report) fn day(baseline: &str, strategies: &[&DayStrategy], density: Density) -> Grid {
    let mut grid = Grid::default();
    grid.column("strategy", strategies, |strategy| marked_name(day_name(strategy), strategy.hindsight));
    grid.column("answer accuracy", strategies, |strategy| or_unknown(strategy.answer_accuracy, percent));
    grid.column("stays local", strategies, |strategy| percent(strategy.local_share));
    for (header, lost) in
        [("unserved", (|s| s.unserved) as fn(&DayStrategy) -> u64), ("by nobody", |s| s.nobody), ("skipped", |s| s.skipped)]
    {
        if strategies.iter().any(|strategy| lost(strategy) > 0) {
            grid.column(header, strategies, |strategy| count(lost(strategy)));
        }
    }
    let known: Vec<usize> = (0..4).filter(|&at| strategies.iter().any(|strategy| strategy.totals.values()[at].is_some())).collect();
    let known = if density == Density::Full { known } else { density.accounts(known) };
    for at in known {
        let total = |strategy: &&DayStrategy| or_unknown(strategy.totals.values()[at], |value| day_amount(at, *value));
        let saved =
            |strategy: &&DayStrategy| or_unknown(strategy.savings.get(baseline).map(DaySavings::to_array).and_then(|all| all[at]), signed);
        let word = WORDS[at];
        if density.is_narrow() {
            grid.column(format!("{word}, saved"), strategies, |strategy| format!("{}\n{}", total(strategy), saved(strategy)));
        } else {
            grid.column(word, strategies, total);
            grid.column("saved", strategies, saved);
        }
    }
    grid
}

/// A total that is not over all arrivals, in a sentence.
pub(in crate::report) fn day_known(day: &Day) -> Option<String> {
    let partly = |strategy: &&DayStrategy| {
        let given = day.arrivals - strategy.skipped;
        strategy.known.values().iter().zip(strategy.totals.values()).any(|(known, total)| total.is_some() && *known != Some(&given))
    };
    let names: Vec<String> = day.strategies.iter().filter(partly).map(|strategy| strategy.name.clone()).collect();
    (!names.is_empty()).then(|| {
        let names = crate::report::words::list(&names);
        format!("Totals of {names} are over the arrivals for which they are known; savings over those for which the baseline's are too.")
    })
}

/// A strategy's name without the fallback that a heading states already.
pub(crate) fn day_name(strategy: &DayStrategy) -> &str {
    let suffix = strategy.fallback.as_ref().map(|id| format!(" (fallback {id})"));
    suffix.and_then(|suffix| strategy.name.strip_suffix(suffix.as_str())).unwrap_or(&strategy.name)
}

fn day_amount(at: usize, value: f64) -> String {
    if at < 3 { amount(at, value) } else { grams(value) }
}

/// Grams, kilograms or tonnes.
fn grams(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} t", significant(value / 1e6)),
        value if value >= 1e3 => format!("{} kg", significant(value / 1e3)),
        value => format!("{} g", significant(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{at_width, sample};

    #[test]
    fn a_day_in_80_columns_and_in_markdown() {
        let report = sample::day();
        let narrow = at_width(&report, Some(80));
        assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
        let page = report.to_markdown();
        for wanted in [
            "1,000 arrivals over 24 hours, shaped by the built-in day, drawn with replacement from 6,996 queries",
            "| `oracle` † | 89.23% | 87.14% | 0 | 3.60 MJ | +66.47% | 400 g | +66.47% |",
            "| `random` | 89.23% | 87.14% | 100 | 7.20 MJ | +66.47% | 800 g | +66.47% |",
            "**Over the day `oracle` saves 66.47% of the energy of `ladder-xl@nvidia-h200-bs1`, at an answer accuracy of 89.23%",
            // 100 arrivals were not served.
            "are over the arrivals for which they are known",
        ] {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
    }

    #[test]
    fn grams_have_prefixes() {
        assert_eq!([12.3, 1234.5, 3.6e6].map(grams), ["12.3 g", "1.23 kg", "3.60 t"]);
    }

    #[test]
    fn a_table_has_a_row_for_each_strategy_and_point() {
        let mut report = sample::day();
        let day = report.day.as_mut().unwrap();
        (day.seconds, day.arrived) = (vec![0.0, 60.0], vec![0, 1000]);
        day.strategies[0].cumulative.energy_j = Some(vec![0.0, 5.0]);
        let folder = tempfile::tempdir().unwrap();
        report.write(&folder.path().join("run"), false, |_| Ok(Vec::new())).unwrap();
        let table = std::fs::read_to_string(folder.path().join("run/day.csv")).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[0],
            "strategy,fallback,seconds,arrived,energy_j_cumulative,flops_cumulative,cost_usd_cumulative,carbon_g_cumulative"
        );
        assert!(lines.len() == 5 && lines[2].ends_with(",60.0,1000,5.0,,,"), "{table}");
    }
}
