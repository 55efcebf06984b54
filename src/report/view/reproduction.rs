//! What a reproduction shows: the paper's figures beside ours, scenario by scenario.

use super::study::Section;
use crate::report::grid::{Density, Grid};
use crate::report::words::UNKNOWN;
use crate::report::{Line, Reproduction, Scenario, Unit};

/// Lines of one source beyond which the terminal shows a sentence in their place.
const MANY: usize = 30;

/// A section for each scenario; not in [`Density::Full`], long tables become a sentence.
pub(in crate::report) fn reproduction(reproduction: &Reproduction, density: Density) -> Vec<Section> {
    reproduction.scenarios.iter().map(|scenario| section(scenario, density)).collect()
}

fn section(scenario: &Scenario, density: Density) -> Section {
    let mut sources: Vec<&str> = Vec::new();
    scenario.lines.iter().for_each(|line| {
        if !sources.contains(&line.source.as_str()) {
            sources.push(&line.source)
        }
    });
    let (mut shown, mut remarks) = (Vec::new(), Vec::new());
    for source in sources {
        let lines: Vec<&Line> = scenario.lines.iter().filter(|line| line.source == source).collect();
        if density == Density::Full || lines.len() <= MANY {
            shown.extend(lines);
        } else {
            shown.extend(lines.iter().filter(|line| line.within == Some(false)));
            remarks.push(summary(source, &lines));
        }
    }
    let mut grid = Grid::default();
    grid.column("figure", &shown, |line| line.what.clone());
    grid.column("paper", &shown, |line| number(line.unit, line.paper));
    grid.column("here", &shown, |line| number(line.unit, line.here));
    grid.column("difference", &shown, |line| difference(line));
    if shown.iter().any(|line| line.tolerance.is_some()) {
        grid.column("tolerance", &shown, |line| line.tolerance.map_or(String::new(), |tolerance| size(line.unit, tolerance)));
        grid.column("", &shown, |line| match line.within {
            Some(true) => "within".to_owned(),
            Some(false) => "OUTSIDE".to_owned(),
            None => String::new(),
        });
    }
    grid.column("source", &shown, |line| line.source.clone());
    let (judged, within) =
        scenario.lines.iter().filter_map(|line| line.within).fold((0, 0), |(all, within), is| (all + 1, within + u32::from(is)));
    let verdict = if judged > 0 { format!(": {within} of {judged} within their tolerance") } else { String::new() };
    let assumed = scenario.assumptions.iter().map(|line| format!("assumed: {line}"));
    let remarks = remarks.into_iter().chain(scenario.break_even.clone()).chain(assumed).collect();
    Section { title: format!("scenario {}{verdict}", scenario.name), grid, remarks }
}

/// A long table in a sentence.
fn summary(source: &str, lines: &[&Line]) -> String {
    let apart = |line: &&Line| line.paper.zip(line.here).map(|(paper, here)| (here - paper).abs());
    let judged = lines.iter().filter(|line| line.within.is_some()).count();
    let within = lines.iter().filter(|line| line.within == Some(true)).count();
    let verdict = if judged > 0 { format!("{within} of {judged} within their tolerance") } else { "beside ours, not judged".to_owned() };
    let furthest = lines.iter().filter_map(|line| Some((apart(line)?, line))).max_by(|a, b| a.0.total_cmp(&b.0));
    let furthest = furthest.map_or(String::new(), |(_, line)| {
        format!("; the furthest apart is {}: {} printed, {} here", line.what, number(line.unit, line.paper), number(line.unit, line.here))
    });
    format!("{source}, {} figures: {verdict}{furthest}", lines.len())
}

fn number(unit: Unit, value: Option<f64>) -> String {
    let Some(value) = value else { return UNKNOWN.to_owned() };
    match unit {
        Unit::Share => format!("{:.2}%", 100.0 * value).replace('-', "−"),
        Unit::PerWatt | Unit::PerJoule => format!("{value:.3e}").replace('-', "−"),
        Unit::Times => format!("{value:.2}x"),
    }
}

fn difference(line: &Line) -> String {
    let Some((paper, here)) = line.paper.zip(line.here) else { return UNKNOWN.to_owned() };
    let sign = if here < paper { "−" } else { "+" };
    format!("{sign}{}", size(line.unit, (here - paper).abs()))
}

fn size(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => format!("{:.2}", 100.0 * value),
        Unit::PerWatt | Unit::PerJoule => format!("{value:.1e}").replace('-', "−"),
        Unit::Times => format!("{value:.2}"),
    }
}
