//! The report as a page to read.

use super::grid::{Density, Grid, code, escape, sentence};
use super::words::{UNKNOWN, amount, or_unknown, percent, roughly};
use super::{BreakEven, Comparison, Curve, EndpointEntry, PolicyReport, Report, view};

/// Rows of a table by data set and category; the files have them all.
const MOST_GROUPS: usize = 15;
/// Policies that are shown by data set and category.
const MOST_POLICIES: usize = 4;

impl Report {
    /// The report as Markdown (with tables as GitHub has them).
    pub fn to_markdown(&self) -> String {
        let sections = [
            opening(self),
            reproduction(self),
            replayed(self),
            self.compare.iter().map(|comparison| compare(self, comparison)).collect(),
            routers(self),
            policies(self).trim_end().to_owned() + "\n",
            savings(self).trim_end().to_owned() + "\n",
            self.curves.iter().map(|curve| sweep(self, curve)).collect::<Vec<_>>().join("\n"),
            study(self),
            day(self),
            self.break_even.iter().map(break_even).collect(),
            further(self),
            shares(self),
            groups(self),
            measured(self),
            notes(self),
            manifest(self),
        ];
        let page: Vec<String> = sections.into_iter().filter(|section| !section.trim().is_empty()).collect();
        page.join("\n")
    }
}

fn opening(report: &Report) -> String {
    let mut text = format!("# {} of {}\n", escape(&report.manifest.verb), escape(&report.run.trace));
    let verdicts = report.compare.iter().flat_map(|comparison| view::verdicts(report, comparison));
    for headline in verdicts.chain(view::headlines(report)) {
        text += &format!("\n**{}**\n", sentence(&headline));
    }
    let tables = report.break_even.iter().map(break_even).collect::<String>();
    let compared: String = report.compare.iter().map(|comparison| compare(report, comparison)).collect();
    let page = text.clone() + &compared + &policies(report) + &savings(report) + &day(report) + &tables;
    text + &view::legend(report, &page).map(|legend| format!("\n{}.\n", escape(&legend))).unwrap_or_default()
}

fn replayed(report: &Report) -> String {
    let what = if report.study.is_some() { "studied" } else { "replayed" };
    let mut text = format!("## What was {what}\n\n{}.\n", escape(&view::opening(report)));
    if !report.run.summary.is_empty() {
        text += &format!("{}\n", escape(&report.run.summary));
    }
    text += &view::dropped(report).map(|dropped| format!("{}\n", sentence(&dropped))).unwrap_or_default();
    if let Some(carbon) = report.run.carbon_g_per_kwh {
        text += &format!("Grid carbon intensity: {carbon} g CO2 per kWh.\n");
    }
    text += "\n";
    for line in view::pools(report) {
        text += &format!("- {}\n", escape(&line));
    }
    let known = |text: &Option<String>| text.clone().unwrap_or(UNKNOWN.to_owned());
    let rows: Vec<&EndpointEntry> = report.run.endpoints.iter().collect();
    let mut grid = Grid::default();
    grid.column("endpoint", &rows, |entry| entry.id.clone());
    grid.column("model", &rows, |entry| entry.model.clone());
    grid.column("hardware", &rows, |entry| known(&entry.hardware));
    grid.column("tier", &rows, |entry| known(&entry.tier));
    grid.column("energy of", &rows, |entry| known(&entry.energy_scope));
    grid.column("answer accuracy", &rows, |entry| or_unknown(entry.answer_accuracy, percent));
    for (account, word) in super::words::ACCOUNT_WORDS.iter().enumerate() {
        let value = |entry: &&EndpointEntry| entry.per_query.to_array().get(account).copied().flatten();
        grid.column(format!("{word} a query"), &rows, |entry| or_unknown(value(entry), |value| amount(account, value)));
    }
    text + "\n" + &grid.to_markdown()
}

/// The policies side by side, what was left out, and what is pointed out.
fn compare(report: &Report, comparison: &Comparison) -> String {
    let mut text = String::new();
    for fallback in view::compared_fallbacks(report) {
        let title = escape(&capital(&view::compared_title(comparison, fallback)));
        text += &format!("## {title}\n\n{}\n", view::compared(report, comparison, fallback, Density::Full).to_markdown());
    }
    text += &equated(report, comparison);
    let said = [
        ("Left out", view::left_out(comparison)),
        ("Warnings", view::warnings(comparison)),
        ("Perturbed prompts", view::robustness(comparison)),
    ];
    for (title, lines) in said.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text += &format!("### {title}\n\n{}\n", lines.iter().map(|line| format!("- {}\n", escape(line))).collect::<String>());
    }
    text.trim_end().to_owned() + "\n"
}

/// The router accuracies that policies equal: a table for each pool and misroute rule.
fn equated(report: &Report, comparison: &Comparison) -> String {
    let mut text = String::new();
    for pool in view::equated_pools(comparison) {
        let title = escape(&capital(&view::equated_title(pool)));
        text += &format!("## {title}\n\n{}.\n", escape(&capital(view::equated_remark())));
        for misroute in view::EQUATED_MISROUTES {
            text += &format!("\n### Misroute {misroute}\n\n{}", view::equated(report, comparison, pool, misroute).to_markdown());
        }
        text += "\nThe other misroute rules are in `equivalents.csv`.\n\n";
    }
    text
}

/// How good the predictions of learned policies' routers are.
fn routers(report: &Report) -> String {
    let Some(remark) = view::routers_remark(report) else { return String::new() };
    let mut text = format!("## Routers\n\n{}\n{}.\n", view::routers(report, Density::Full).to_markdown(), escape(&capital(&remark)));
    let tables = [
        ("By endpoint", view::reliability(report)),
        ("Between two endpoints", view::router_pairs(report)),
        ("At every price", view::trade_offs(report)),
    ];
    for (title, grid) in tables.into_iter().filter(|(_, grid)| !grid.rows.is_empty()) {
        text += &format!("\n### {title}\n\n{}", grid.to_markdown());
    }
    text
}

fn policies(report: &Report) -> String {
    let mut text = String::new();
    for fallback in view::fallbacks(report) {
        let title = match fallback {
            Some(id) => format!("Policies with fallback {}", code(id)),
            None if report.run.pools.len() > 1 => "Policies without a fallback".to_owned(),
            None => "Policies".to_owned(),
        };
        text += &format!("## {title}\n\n{}\n", view::policies(report, fallback, Density::Full).to_markdown());
        for policy in view::policies_under(report, fallback) {
            text += &format!("- {}: {}\n", code(&policy.name), escape(&policy.summary));
        }
        text += "\n";
    }
    text
}

fn savings(report: &Report) -> String {
    let mut text = String::new();
    for baseline in &report.run.baselines {
        let (rows, left_off) = view::savings_rows(report, baseline);
        if rows.is_empty() {
            continue;
        }
        let title = escape(&view::baseline_title(report, baseline));
        text += &format!("## Saved against {title}\n\n{}\n", view::savings(report, baseline, Density::Full).to_markdown());
        text += &view::over(report, baseline).map(|line| format!("{}.\n\n", escape(&line))).unwrap_or_default();
        if left_off > 0 {
            text += &format!("{left_off} policies with another fallback are in `policies.csv`.\n\n");
        }
    }
    text
}

fn sweep(report: &Report, curve: &Curve) -> String {
    let mut text = format!("## Sweep of {}\n", escape(&view::curve_title(curve)));
    for baseline in view::shown_baselines(report, curve) {
        let title = escape(&view::baseline_title(report, baseline));
        let table = view::sweep(curve, baseline, Density::Full).to_markdown();
        text += &format!("\nSaved against {title}: simulated (expected).\n\n{table}");
    }
    text += &view::sparklines(report, curve).map(|grid| format!("\n{}", grid.to_markdown())).unwrap_or_default();
    let left_off = curve.points.len() - view::chosen(curve).len();
    if left_off > 0 {
        text += &format!("\n{left_off} more points are in `curves.csv`.\n");
    }
    text
}

fn study(report: &Report) -> String {
    let Some(study) = &report.study else { return String::new() };
    let mut sections: Vec<String> = view::sections(study, Density::Full).iter().map(section).collect();
    sections.extend(view::study_legend(&sections.concat()).map(|legend| format!("{}.\n", escape(&legend))));
    sections.join("\n")
}

fn section(section: &view::Section) -> String {
    let remarks: String = section.remarks.iter().map(|remark| format!("\n{}.\n", escape(remark))).collect();
    format!("## {}\n\n{}{remarks}", escape(&capital(&section.title)), section.grid.to_markdown())
}

/// Published figures beside ours, what follows from them, and what does not fit together.
fn reproduction(report: &Report) -> String {
    let Some(reproduction) = &report.reproduction else { return String::new() };
    let mut text = view::reproduction(reproduction, Density::Full).iter().map(section).collect::<Vec<_>>().join("\n");
    for (fits, title) in [(true, "What the published numbers imply"), (false, "What does not fit together")] {
        text += &format!("\n## {title}\n");
        for item in reproduction.implications.iter().filter(|item| item.fits == fits) {
            text += &format!("\n**{}.** {}\n\n{}\n", escape(&item.title), escape(&item.statement), escape(&item.arithmetic));
        }
    }
    text
}

fn break_even(found: &BreakEven) -> String {
    let mut text = String::new();
    for section in &found.sections {
        text += &format!("## {}\n\n{}\n", capital(&escape(&view::section_title(section))), sentence(&section.sentence));
        for block in view::blocks(found, section) {
            if !block.title.is_empty() {
                text += &format!("\n### {}\n\n{}", capital(&escape(&block.title)), (block.grid)(Density::Full).to_markdown());
            }
            text += &block.below.iter().map(|line| format!("\n{}.\n", capital(&escape(line)))).collect::<String>();
        }
        text += "\n";
    }
    text
}

/// With a capital letter, as headings and sentences have it.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn day(report: &Report) -> String {
    let Some(figures) = &report.day else { return String::new() };
    let mut text = format!("## The day\n\n{}.\n", escape(&view::day_opening(report, figures)));
    text += &view::day_grids(figures).iter().map(|line| format!("\n- {}", escape(line))).collect::<String>();
    for (baseline, strategies) in view::day_baselines(report, figures) {
        let title = escape(&view::baseline_title(report, baseline));
        let table = view::day(baseline, &strategies, Density::Full).to_markdown();
        text += &format!("\n### The day, saved against {title}\n\n{table}");
    }
    text + &view::day_known(figures).map(|sentence| format!("\n{}\n", escape(&sentence))).unwrap_or_default()
}

fn further(report: &Report) -> String {
    if report.policies.is_empty() {
        return String::new();
    }
    format!("## Latency, router and efficiency\n\n{}", view::further(report).to_markdown())
}

fn shares(report: &Report) -> String {
    if report.policies.is_empty() {
        return String::new();
    }
    format!("## Where queries went\n\n{}", view::shares(report).to_markdown())
}

fn groups(report: &Report) -> String {
    let grouped: Vec<&PolicyReport> = report.policies.iter().filter(|policy| !policy.groups.is_empty()).collect();
    if grouped.is_empty() {
        return String::new();
    }
    let mut text = "## By data set and category\n".to_owned();
    for policy in grouped.iter().take(MOST_POLICIES) {
        let (grid, left_off) = view::groups(report, policy, MOST_GROUPS);
        text += &format!("\n### {}\n\n{}", code(&policy.name), grid.to_markdown());
        if left_off > 0 {
            text += &format!("\n{left_off} smaller groups are in `groups.csv`.\n");
        }
    }
    if grouped.len() > MOST_POLICIES {
        text += &format!("\nPolicies that are in `groups.csv` alone: {}.\n", grouped.len() - MOST_POLICIES);
    }
    text
}

fn measured(report: &Report) -> String {
    let Some(measured) = view::measured(report) else {
        let known = report.policies.iter().any(|policy| policy.estimated.to_array().iter().any(Option::is_some));
        return if known { "## What was measured and what estimated\n\nNothing was estimated.\n".to_owned() } else { String::new() };
    };
    let rows: Vec<&PolicyReport> = report.policies.iter().collect();
    let mut grid = Grid::default();
    grid.column("policy", &rows, |policy| policy.name.clone());
    for (account, word) in super::words::ACCOUNT_WORDS.iter().enumerate() {
        let share = |policy: &&PolicyReport| policy.estimated.to_array().get(account).copied().flatten();
        grid.column(format!("estimated {word}"), &rows, |policy| or_unknown(share(policy), roughly));
    }
    format!("## What was measured and what estimated\n\n{}\n\n{}", sentence(&measured), grid.to_markdown())
}

fn notes(report: &Report) -> String {
    if report.notes.is_empty() {
        return String::new();
    }
    "## Notes\n\n".to_owned() + &report.notes.iter().map(|note| format!("- {}\n", escape(note))).collect::<String>()
}

fn manifest(report: &Report) -> String {
    let manifest = &report.manifest;
    let mut text = format!(
        "## How to make this again\n\n{}\n- wattroute {}\n- trace fingerprint {}\n- seed {}\n",
        fenced("sh", &command(&manifest.arguments)),
        escape(&manifest.program),
        code(&manifest.trace),
        manifest.seed
    );
    for (name, toml) in &manifest.policies {
        text += &format!("\nPolicy {}:\n\n{}", code(name), fenced("toml", toml.trim_end()));
    }
    text
}

/// The command of some arguments, to be copied.
pub(super) fn command(arguments: &[String]) -> String {
    let words: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
    format!("wattroute {}", words.join(" "))
}

/// A block of code, in more backticks than stand in it.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", crate::error::printable(text))
}

/// An argument as a POSIX shell takes it.
pub(super) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, file};

    use super::*;
    use crate::report::sample;

    #[test]
    fn the_page_of_a_replay() {
        assert_data_eq!(sample::replay().to_markdown(), file!["snapshots/replay.md"].raw());
    }

    #[test]
    fn the_page_of_a_sweep() {
        assert_data_eq!(sample::sweep().to_markdown(), file!["snapshots/sweep.md"].raw());
    }

    #[test]
    fn the_page_of_a_comparison() {
        assert_data_eq!(sample::compared().to_markdown(), file!["snapshots/compare.md"].raw());
    }

    #[test]
    fn the_headline_has_the_answer_accuracy_and_says_a_loss_in_words() {
        let headlines = view::headlines(&sample::replay());
        assert_eq!(
            headlines[0],
            "The oracle saves 66.47% [66.12, 66.81] of the energy of `ladder-xl@nvidia-h200-bs1`, \
             at an answer accuracy of 89.23% (baseline 85.71%)."
        );
        assert_eq!(
            headlines[1],
            "The oracle takes 43.33% [41.88, 44.79] more energy than `ladder-xl@nvidia-h200-bs16`, \
             at an answer accuracy of 89.23% (baseline 85.71%)."
        );
    }

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("noisy-oracle:router_accuracy=0.8"), "noisy-oracle:router_accuracy=0.8");
        assert_eq!(quoted("it's a file"), r"'it'\''s a file'");
        assert_eq!(quoted(""), "''");
        assert_eq!(fenced("sh", "a ``` b"), "````sh\na ``` b\n````\n");
    }
}
