//! A savings curve as a table of a few router accuracies and as a line of bars.

use super::{at, known, word};
use crate::report::grid::{Density, Grid};
use crate::report::words::{amount, or_unknown, percent, signed, with_interval};
use crate::report::{Curve, Figure, Point};

/// Bars of a sparkline, from the lowest to the highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Most bars of a sparkline.
const MOST_BARS: usize = 41;

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
    grid.column("router accuracy", &points, |point| format!("{}", point.router_accuracy));
    grid.column("answer accuracy", &points, |point| match density {
        Density::Full => with_interval(point.answer_accuracy, percent, " "),
        _ => or_unknown(answer_accuracy(point), percent),
    });
    for account in (0..4).filter(|&account| points.iter().any(|point| saved(point, baseline, account) != (None, None))) {
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

/// The first account with savings, drawn over router accuracy; `None` where there is no curve to draw.
pub(in crate::report) fn sparkline(curve: &Curve, baseline: &str) -> Option<String> {
    let values = |account: usize| -> Vec<(f64, f64)> {
        let value = |point: &Point| {
            let (simulated, expected) = saved(point, baseline, account);
            simulated.map(|figure| figure.value).or(expected)
        };
        curve.points.iter().filter_map(|point| Some((point.router_accuracy, value(point)?))).collect()
    };
    let (account, values) = (0..4).map(|account| (account, values(account))).find(|(_, values)| values.len() >= 3)?;
    let (first, last) = (values.first()?, values.last()?);
    let bars = MOST_BARS.min(values.len());
    let picked = (0..bars).filter_map(|bar| values.get((bar * (values.len() - 1) + (bars - 1) / 2) / (bars - 1))).map(|(_, value)| *value);
    let low = values.iter().map(|(_, value)| *value).min_by(f64::total_cmp)?;
    let high = values.iter().map(|(_, value)| *value).max_by(f64::total_cmp)?;
    let bar = |value: f64| {
        let step = if high > low { ((value - low) / (high - low) * 7.0).round() } else { 3.0 };
        // The step lies between 0 and 7.
        BARS.get(step as usize).copied().unwrap_or(' ')
    };
    let line: String = picked.map(bar).collect();
    Some(format!(
        "{} saved at router accuracy {} to {}: {} {line} {} (bars from {} to {})",
        word(account),
        first.0,
        last.0,
        signed(first.1),
        signed(last.1),
        signed(low),
        signed(high)
    ))
}
