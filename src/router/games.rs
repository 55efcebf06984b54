//! Comparisons of endpoints on the same query, as a router that learns from preferences sees them.

use ndarray::ArrayView1;

/// How the first of two endpoints did against the second: 1 for a higher score, 1/2 for the same, 0 for a
/// lower one.
pub(super) type Points = f64;

/// Hands on each two endpoints whose scores of a query are both known, in the order of the endpoints.
/// Scores are compared as they are: a graded answer that is better by a hair wins.
pub(super) fn each(scores: ArrayView1<f64>, mut game: impl FnMut(usize, usize, Points)) {
    for (first, &own) in scores.iter().enumerate().filter(|(_, score)| !score.is_nan()) {
        for (second, &other) in scores.iter().enumerate().skip(first + 1).filter(|(_, score)| !score.is_nan()) {
            let points = match own.total_cmp(&other) {
                _ if own == other => 0.5,
                std::cmp::Ordering::Greater => 1.0,
                _ => 0.0,
            };
            game(first, second, points);
        }
    }
}

/// A list of endpoints for a message.
pub(super) fn named<'a>(endpoints: impl IntoIterator<Item = &'a String>) -> String {
    endpoints.into_iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}
