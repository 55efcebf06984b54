//! Roots of functions: of one number within a bracket, of several near a start.

/// Halvings and chords at most.
const STEPS: usize = 80;

/// Where an increasing function crosses 0 between `low` and `high`, with its values there (regula
/// falsi with the Illinois rule, Dowell & Jarratt 1971).
fn increasing_root(
    (mut low, mut at_low): (f64, f64),
    (mut high, mut at_high): (f64, f64),
    tolerance: f64,
    mut f: impl FnMut(f64) -> f64,
) -> f64 {
    let mut last = 0;
    for _ in 0..STEPS {
        let chord = (low * at_high - high * at_low) / (at_high - at_low);
        let middle = if chord.is_finite() && chord > low && chord < high { chord } else { 0.5 * (low + high) };
        let value = f(middle);
        if value.abs() <= tolerance || high - low < 1e-13 {
            return middle;
        }
        if value < 0.0 {
            (low, at_low) = (middle, value);
            at_high *= if last == -1 { 0.5 } else { 1.0 };
            last = -1;
        } else {
            (high, at_high) = (middle, value);
            at_low *= if last == 1 { 0.5 } else { 1.0 };
            last = 1;
        }
    }
    0.5 * (low + high)
}

/// A root of an increasing function near a guess: the bracket grows from the guess as far as it must.
/// The end of the range that is nearest to a root where there is none within.
pub(super) fn root_near(guess: f64, (lowest, highest): (f64, f64), tolerance: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut near = (guess, f(guess));
    let mut width = 0.01 * (highest - lowest);
    while near.1.abs() > tolerance {
        let next = (near.0 - width * near.1.signum()).clamp(lowest, highest);
        if next == near.0 {
            break; // at the end of the range
        }
        let next = (next, f(next));
        if next.1 * near.1 <= 0.0 {
            let (low, high) = if near.0 < next.0 { (near, next) } else { (next, near) };
            return increasing_root(low, high, tolerance, f);
        }
        (near, width) = (next, width * 3.0);
    }
    near.0
}

/// The solution of a small square system by elimination with row pivoting; `None` where it is singular.
fn solve_linear(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-14 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let (pivot, solved) = (&above[column], right[column]);
        for (row, right) in below.iter_mut().zip(&mut right[column + 1..]) {
            let factor = row[column] / pivot[column];
            row.iter_mut().zip(pivot).for_each(|(cell, pivot)| *cell -= factor * pivot);
            *right -= factor * solved;
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

/// Damped Newton steps with a numeric Jacobian: the best point found, for a function whose misses are
/// to vanish.
pub(super) fn newton(start: Vec<f64>, tolerance: f64, mut f: impl FnMut(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let size = |misses: &[f64]| misses.iter().map(|miss| miss * miss).sum::<f64>().sqrt();
    let mut at = start;
    let mut misses = f(&at);
    for _ in 0..40 {
        if misses.is_empty() || size(&misses) <= tolerance {
            break;
        }
        const STEP: f64 = 1e-4;
        let columns: Vec<Vec<f64>> = (0..at.len())
            .map(|index| {
                let mut moved = at.clone();
                moved[index] += STEP;
                f(&moved).iter().zip(&misses).map(|(moved, miss)| (moved - miss) / STEP).collect()
            })
            .collect();
        let matrix = (0..misses.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
        let Some(step) = solve_linear(matrix, misses.iter().map(|miss| -miss).collect()) else { break };
        // No step is longer than one unit: the function is only locally straight.
        let mut scale = 1.0 / step.iter().map(|step| step.abs()).fold(1.0, f64::max);
        let improved = (0..12).find_map(|_| {
            let tried: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + scale * step).collect();
            let found = f(&tried);
            scale *= 0.5;
            (size(&found) < size(&misses)).then_some((tried, found))
        });
        match improved {
            Some(better) => (at, misses) = better,
            None => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_from_both_sides() {
        // x³ = 2 at 1.259921.
        let cube = |x: f64| x.powi(3) - 2.0;
        for guess in [-3.0, 0.0, 1.26, 5.0] {
            let found = root_near(guess, (-3.0, 5.0), 1e-12, cube);
            assert!((found - 1.259_921_049_894_873).abs() < 1e-9, "{guess}: {found}");
        }
        // No root within the range: the end that is nearest.
        assert_eq!(root_near(0.0, (-1.0, 1.0), 1e-12, cube), 1.0);
        assert_eq!(root_near(3.0, (2.0, 5.0), 1e-12, cube), 2.0);
    }

    #[test]
    fn newton_meets_two_targets_at_once() {
        // x + y = 3 and x·y = 2 from (2.6, 0.2): the root (2, 1).
        let found = newton(vec![2.6, 0.2], 1e-12, |at| vec![at[0] + at[1] - 3.0, at[0] * at[1] - 2.0]);
        assert!((found[0] - 2.0).abs() < 1e-6 && (found[1] - 1.0).abs() < 1e-6, "{found:?}");
    }
}
