//! The report for the terminal.

use super::grid::{Density, draw};
use super::{BreakEven, Comparison, Curve, Day, Report, Reproduction, view};
use crate::table::{paragraph, terminal_width};

/// The report as text that fits the terminal, or as wide as it likes in a pipe.
pub fn terminal(report: &Report) -> String {
    at_width(report, terminal_width())
}

/// The same for a given width in columns.
pub fn at_width(report: &Report, width: Option<u16>) -> String {
    if let Some(reproduction) = &report.reproduction {
        return reproduced(report, reproduction, width);
    }
    let mut blocks = vec![opening(report, width)];
    match &report.compare {
        Some(comparison) => blocks.extend(compare(report, comparison, width)),
        None => {
            blocks.extend(policies(report, width));
            blocks.extend(savings(report, width));
        }
    }
    for curve in &report.curves {
        blocks.extend(sweep(report, curve, width));
    }
    blocks.extend(report.day.iter().flat_map(|figures| day(report, figures, width)));
    if let Some(found) = &report.break_even {
        blocks.extend(break_even(found, width));
    }
    let legend = view::legend(report, &blocks[1..].concat());
    blocks.extend(legend.map(|legend| paragraph(&legend, width)));
    blocks.extend(report.compare.iter().flat_map(|comparison| beside(comparison, width)));
    blocks.extend(routers(report, width));
    blocks.extend(study(report, width));
    blocks.extend(view::measured(report).map(|sentence| paragraph(&sentence, width)));
    blocks.push(notes(report).iter().map(|note| paragraph(note, width)).collect());
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

fn opening(report: &Report, width: Option<u16>) -> String {
    let pools = view::pools(report).into_iter().map(|line| paragraph(&line, width));
    paragraph(&view::opening(report), width) + &pools.collect::<String>()
}

fn policies(report: &Report, width: Option<u16>) -> Vec<String> {
    let fallbacks = view::fallbacks(report);
    let block = |fallback: &Option<&str>| {
        let title = match fallback {
            Some(id) => format!("policies with fallback {id}"),
            None if report.run.pools.len() > 1 => "policies without a fallback".to_owned(),
            None => "policies".to_owned(),
        };
        paragraph(&title, width) + &draw(width, |density| view::policies(report, *fallback, density))
    };
    fallbacks.iter().map(block).collect()
}

/// The notes; of many policies side by side those of single ones are left to the files.
fn notes(report: &Report) -> Vec<String> {
    let of_policy = |note: &&String| report.manifest.policies.keys().any(|name| note.starts_with(&format!("{name}: ")));
    let (left, shown): (Vec<&String>, Vec<&String>) = report.notes.iter().partition(|note| report.compare.is_some() && of_policy(note));
    let more = (!left.is_empty()).then(|| format!("notes on single policies, in the report of --out: {}", left.len()));
    shown.into_iter().map(|note| format!("note: {note}")).chain(more).collect()
}

/// The policies side by side. What they saved stands in the files.
fn compare(report: &Report, comparison: &Comparison, width: Option<u16>) -> Vec<String> {
    let table = |fallback: Option<&str>| {
        let title = paragraph(&view::compared_title(comparison, fallback), width);
        title + &draw(width, |density| view::compared(report, comparison, fallback, density))
    };
    let mut blocks: Vec<String> = view::compared_fallbacks(report).into_iter().map(table).collect();
    blocks.extend(view::verdicts(report, comparison).iter().map(|sentence| paragraph(sentence, width)));
    for pool in view::equated_pools(comparison) {
        let (title, grid, below) = view::equated_shown(report, comparison, pool);
        let below: String = below.iter().map(|line| paragraph(line, width)).collect();
        if !grid(Density::Wide).rows.is_empty() {
            blocks.push(paragraph(&title, width) + &draw(width, grid) + &below);
        }
    }
    blocks
}

/// What was left out of a comparison, and what it points out.
fn beside(comparison: &Comparison, width: Option<u16>) -> Vec<String> {
    let lines = |title: &str, lines: Vec<String>| {
        let text = lines.iter().map(|line| item(line, width)).collect::<String>();
        (!lines.is_empty()).then(|| paragraph(title, width) + &text)
    };
    let said = [
        ("left out", view::left_out(comparison)),
        ("warnings", view::warnings(comparison)),
        ("perturbed prompts", view::robustness(comparison)),
    ];
    said.into_iter().filter_map(|(title, text)| lines(title, text)).collect()
}

/// An item of a list, its further lines below the first.
fn item(text: &str, width: Option<u16>) -> String {
    let lines = paragraph(text, width.map(|width| width.saturating_sub(2)));
    lines.lines().enumerate().map(|(index, line)| format!("{}{line}\n", if index == 0 { "- " } else { "  " })).collect()
}

fn routers(report: &Report, width: Option<u16>) -> Option<String> {
    let remark = view::routers_remark(report)?;
    Some(paragraph("routers", width) + &draw(width, |density| view::routers(report, density)) + &paragraph(&remark, width))
}

fn savings(report: &Report, width: Option<u16>) -> Vec<String> {
    let mut blocks = Vec::new();
    for baseline in &report.run.baselines {
        let (rows, left_off) = view::savings_rows(report, baseline);
        if rows.is_empty() {
            continue;
        }
        let title = paragraph(&format!("saved against {}", view::baseline_title(report, baseline)), width);
        let mut block = title + &draw(width, |density| view::savings(report, baseline, density));
        block += &view::over(report, baseline).map(|line| paragraph(&line, width)).unwrap_or_default();
        if left_off > 0 {
            block += &paragraph(&format!("{left_off} policies with another fallback: in the files of --out"), width);
        }
        blocks.push(block);
    }
    blocks
}

fn sweep(report: &Report, curve: &Curve, width: Option<u16>) -> Vec<String> {
    let mut blocks = vec![paragraph(&format!("sweep of {}", view::curve_title(curve)), width)];
    for baseline in view::shown_baselines(report, curve) {
        let title = format!("saved against {}: simulated (expected)", view::baseline_title(report, baseline));
        let table = draw(width, |density| view::sweep(curve, baseline, density));
        blocks.push(paragraph(&title, width) + &table);
    }
    blocks.extend(view::sparklines(report, curve).map(|grid| grid.to_text(width)));
    // The title belongs to the first table.
    let title = blocks.remove(0);
    blocks.first_mut().into_iter().for_each(|block| block.insert_str(0, &title));
    blocks
}

/// A reproduction: the comparison, and what does not fit together by its titles. The rest of such a
/// report is long, and stands in the files.
fn reproduced(report: &Report, reproduction: &Reproduction, width: Option<u16>) -> String {
    let mut blocks = sections(width, |density| view::reproduction(reproduction, density));
    let misfits = reproduction.implications.iter().filter(|implication| !implication.fits);
    let lines = misfits.map(|misfit| paragraph(&format!("- {}: {}", misfit.title, misfit.statement), width)).collect::<String>();
    blocks.push(paragraph("what does not fit together (the arithmetic stands in the report)", width) + &lines);
    blocks.push(report.notes.iter().map(|note| paragraph(&format!("note: {note}"), width)).collect());
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

/// The sections of a study, and how to read their figures.
fn study(report: &Report, width: Option<u16>) -> Vec<String> {
    let Some(study) = &report.study else { return Vec::new() };
    let mut blocks = sections(width, |density| view::sections(study, density));
    blocks.extend(view::study_legend(&blocks.concat()).map(|legend| paragraph(&legend, width)));
    blocks
}

/// Sections as blocks of text, each in the fullest form that fits.
fn sections(width: Option<u16>, sections: impl Fn(Density) -> Vec<view::Section>) -> Vec<String> {
    let at = |density: Density, index: usize| sections(density).into_iter().nth(index);
    let block = |index: usize| {
        let grid = draw(width, |density| at(density, index).map(|section| section.grid).unwrap_or_default());
        let around = at(Density::Wide, index).map(|section| (section.title, section.remarks));
        let (title, remarks) = around.unwrap_or_default();
        paragraph(&title, width) + &grid + &remarks.iter().map(|remark| paragraph(remark, width)).collect::<String>()
    };
    (0..sections(Density::Wide).len()).map(block).collect()
}

/// The sentence, then tables of each section, each with its title.
fn break_even(found: &BreakEven, width: Option<u16>) -> Vec<String> {
    let mut blocks = vec![paragraph(&found.sentence, width)];
    for section in &found.sections {
        let mut title = paragraph(&view::section_title(section), width) + "\n";
        for block in view::blocks(found, section) {
            let below: String = block.below.iter().map(|line| paragraph(line, width)).collect();
            let heading = if block.title.is_empty() { String::new() } else { paragraph(&block.title, width) + &draw(width, block.grid) };
            blocks.push(std::mem::take(&mut title) + &heading + &below);
        }
    }
    blocks
}

fn day(report: &Report, figures: &Day, width: Option<u16>) -> Vec<String> {
    let opening = std::iter::once(view::day_opening(report, figures)).chain(view::day_grids(figures));
    let mut blocks = vec![opening.map(|line| paragraph(&line, width)).collect::<String>()];
    for (baseline, strategies) in view::day_baselines(report, figures) {
        let title = paragraph(&format!("the day, saved against {}", view::baseline_title(report, baseline)), width);
        blocks.push(title + &draw(width, |density| view::day(baseline, &strategies, density)));
    }
    blocks.extend(view::day_known(figures).map(|sentence| paragraph(&sentence, width)));
    blocks
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, file};

    use super::*;
    use crate::report::sample;

    #[test]
    fn a_replay_in_80_columns() {
        assert_data_eq!(at_width(&sample::replay(), Some(80)), file!["snapshots/replay-80.txt"].raw());
    }

    #[test]
    fn a_replay_in_120_columns() {
        assert_data_eq!(at_width(&sample::replay(), Some(120)), file!["snapshots/replay-120.txt"].raw());
    }

    #[test]
    fn all_four_accounts_in_80_columns() {
        assert_data_eq!(at_width(&sample::priced(), Some(80)), file!["snapshots/priced-80.txt"].raw());
    }

    #[test]
    fn a_sweep_in_80_columns() {
        assert_data_eq!(at_width(&sample::sweep(), Some(80)), file!["snapshots/sweep-80.txt"].raw());
    }

    #[test]
    fn policies_side_by_side() {
        assert_data_eq!(at_width(&sample::compared(), Some(100)), file!["snapshots/compare-100.txt"].raw());
        assert_data_eq!(at_width(&sample::compared(), Some(80)), file!["snapshots/compare-80.txt"].raw());
    }

    #[test]
    fn a_comparison_has_a_column_of_what_it_is_sorted_by() {
        let mut report = sample::compared();
        report.compare.as_mut().unwrap().by = "arena-score".to_owned();
        let text = at_width(&report, Some(120));
        assert!(text.contains("policies, by arena-score") && text.contains("0.712"), "{text}");
        report.compare.as_mut().unwrap().by = "savings".to_owned();
        let text = at_width(&report, Some(120));
        assert!(text.contains("energy saved") && text.contains("+66.47%"), "{text}");
        report.compare.as_mut().unwrap().by = "compute".to_owned();
        assert!(at_width(&report, Some(120)).contains("policies, by compute a query"));
    }

    #[test]
    fn everything_fits_80_columns() {
        for report in [sample::report(), sample::priced(), sample::compared()] {
            for line in at_width(&report, Some(80)).lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn no_saving_stands_without_the_answer_accuracy() {
        for width in [Some(80), None] {
            let text = at_width(&sample::report(), width);
            for block in text.split("\n\n").filter(|block| block.contains("saved")) {
                assert!(block.contains("answer"), "{block}");
            }
        }
    }
}
