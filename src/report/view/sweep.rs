//! A savings curve as a table of a few router accuracies and as a line of bars.

use super::{at, known, word};
use crate::report::grid::{Density, Grid};
use crate::report::words::{amount, or_unknown, percent, plain, signed, with_interval};
use crate::report::{Curve, Figure, Point, Report};

/// Bars of a sparkline, from the lowest to the highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Most bars of a sparkline.
const MOST_BARS: usize = 21;

/// What was swept.
pub(in crate::report) fn curve_title(curve: &Curve) -> String {
    let replicates = match curve.replicates {
        1 => "1 replicate".to_owned(),
        many => format!("{many} replicates"),
    };
    format!("{}, misroute {}, fallback {}, {replicates}", curve.policy, curve.misroute, curve.fallback)
}

/// At most eleven points: those nearest to router accuracies 0, 0.1 … 1.
pub(in crate::report) fn chosen(curve: &Curve) -> Vec<&Point> {
    if curve.points.len() <= 11 {
        return curve.points.iter().collect();
    }
    let mut indices: Vec<usize> = Vec::new();
    for tenth in 0..=10 {
        let distance = |point: &Point| (point.router_accuracy - f64::from(tenth) / 10.0).abs();
        let nearest = curve.points.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        indices.extend(nearest.map(|(index, _)| index).filter(|index| !indices.contains(index)));
    }
    indices.into_iter().filter_map(|index| curve.points.get(index)).collect()
}

/// Savings against a baseline over router accuracy, simulated and (expected), answer accuracy and what a right answer takes beside.
pub(in crate::report) fn sweep(curve: &Curve, baseline: &str, density: Density) -> Grid {
    let points = chosen(curve);
    let mut grid = Grid::default();
    grid.column("router accuracy", &points, |point| plain(point.router_accuracy));
    grid.column("answer accuracy", &points, |point| match density {
        Density::Full => with_interval(point.answer_accuracy, percent, " "),
        _ => or_unknown(answer_accuracy(point), percent),
    });
    let savings = (0..4).filter(|&account| points.iter().any(|point| saved(point, baseline, account) != (None, None))).collect();
    for account in density.accounts(savings) {
        grid.column(format!("{} saved", word(account)), &points, |point| {
            let (simulated, expected) = saved(point, baseline, account);
            let simulated = match density {
                Density::Full => with_interval(simulated, signed, " "),
                _ => or_unknown(simulated, |figure| signed(figure.value)),
            };
            format!("{simulated}{}({})", density.gap(), or_unknown(expected, signed))
        });
    }
    for account in known(points.iter().map(|point| point.per_correct)).into_iter().filter(|account| matches!(account, 0 | 2)) {
        grid.column(format!("{} a right answer", word(account)), &points, |point| {
            or_unknown(at(point.per_correct.to_array(), account), |value| amount(account, value))
        });
    }
    grid
}

/// Simulated, or expected where nothing was simulated.
fn answer_accuracy(point: &Point) -> Option<f64> {
    point.answer_accuracy.map(|figure| figure.value).or(point.expected_answer_accuracy)
}

fn saved(point: &Point, baseline: &str, account: usize) -> (Option<Figure>, Option<f64>) {
    let simulated = point.savings.get(baseline).and_then(|savings| at(savings.to_array(), account));
    let expected = point.expected_savings.get(baseline).and_then(|savings| at(savings.to_array(), account));
    (simulated, expected)
}

/// The baselines that a curve is tabulated for: its own fallback where that is one of several, else all.
pub(in crate::report) fn shown_baselines<'a>(report: &'a Report, curve: &Curve) -> Vec<&'a str> {
    let baselines: Vec<&str> = report.run.baselines.iter().map(String::as_str).collect();
    let own: Vec<&str> = baselines.iter().copied().filter(|id| *id == curve.fallback).collect();
    if own.is_empty() { baselines } else { own }
}

/// A line of bars for each baseline and one of the answer accuracy, each from its lowest to its
/// highest value; `None` where there is no curve to draw.
pub(in crate::report) fn sparklines(report: &Report, curve: &Curve) -> Option<Grid> {
    let (first, last) = (curve.points.first()?.router_accuracy, curve.points.last()?.router_accuracy);
    let lines = |account: usize| -> Vec<Line> {
        report.run.baselines.iter().filter_map(|baseline| Line::saved(curve, baseline, account)).collect()
    };
    let mut lines = (0..4).map(lines).find(|lines| !lines.is_empty())?;
    lines.extend(Line::of("answer accuracy".to_owned(), curve, answer_accuracy, percent));
    let mut grid = Grid::default();
    grid.column("curve", &lines, |line| line.what.clone());
    grid.column(format!("at {}", plain(first)), &lines, |line| line.first.clone());
    grid.column("over router accuracy", &lines, |line| line.bars.clone());
    grid.column(format!("at {}", plain(last)), &lines, |line| line.last.clone());
    Some(grid)
}

struct Line {
    what: String,
    first: String,
    bars: String,
    last: String,
}

impl Line {
    fn saved(curve: &Curve, baseline: &str, account: usize) -> Option<Line> {
        let value = |point: &Point| {
            let (simulated, expected) = saved(point, baseline, account);
            simulated.map(|figure| figure.value).or(expected)
        };
        Line::of(format!("{} saved against {baseline}", word(account)), curve, value, signed)
    }

    /// A line of bars; `None` where some point is not known or there are fewer than three.
    fn of(what: String, curve: &Curve, value: impl Fn(&Point) -> Option<f64>, text: impl Fn(f64) -> String) -> Option<Line> {
        let values: Vec<f64> = curve.points.iter().map(value).collect::<Option<_>>()?;
        let (first, last) = (text(*values.first()?), text(*values.last()?));
        let count = MOST_BARS.min(values.len());
        if count < 3 {
            return None;
        }
        // The nearest point to each of `count` even steps.
        let picked = (0..count).filter_map(|bar| values.get((bar * (values.len() - 1) + (count - 1) / 2) / (count - 1)));
        let low = values.iter().copied().min_by(f64::total_cmp)?;
        let high = values.iter().copied().max_by(f64::total_cmp)?;
        let bar = |value: &f64| {
            let step = if high > low { ((value - low) / (high - low) * 7.0).round() } else { 3.0 };
            // The step lies between 0 and 7.
            BARS.get(step as usize).copied().unwrap_or(' ')
        };
        Some(Line { what, first, bars: picked.map(bar).collect(), last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn eleven_points_are_chosen_and_fewer_are_all_shown() {
        let report = sample::sweep();
        let accuracies = |curve: &Curve| chosen(curve).iter().map(|point| point.router_accuracy).collect::<Vec<_>>();
        assert_eq!(accuracies(&report.curves[0]), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
        assert_eq!(accuracies(&report.curves[1]), [0.0, 0.25, 0.5, 0.75, 1.0]);
    }

    #[test]
    fn bars_rise_and_fall_with_the_curve() {
        let report = sample::sweep();
        // 5 points from 0 to -43.33%: steps 7, 5.25, 3.5, 1.75, 0 of 7.
        let line = Line::saved(&report.curves[1], sample::XL16, 0).unwrap();
        assert_eq!((line.bars.as_str(), line.last.as_str()), ("█▆▅▃▁", "−43.37%"));
        let line = Line::saved(&report.curves[0], sample::XL1, 0).unwrap();
        assert!(line.bars.starts_with('▁') && line.bars.ends_with('█') && line.bars.chars().count() == MOST_BARS);
        assert!(Line::saved(&report.curves[0], sample::XL1, 2).is_none(), "the cost is not known");
    }
}
