//! What is usual of a number.

use serde::{Deserialize, Serialize};

/// A feature whose spread is no more than this part of its size is constant: rounding makes no spread.
const CONSTANT: f64 = 1e-12;

/// Mean and spread of a number in the rows fitted on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    mean: f64,
    /// Standard deviation, the squares divided by their number; 0 where the number says nothing.
    spread: f64,
}

impl Scale {
    /// Of numbers, NaN where missing. With it what a reader should know, where the number says nothing.
    pub fn fit(cells: impl Iterator<Item = f64> + Clone) -> (Scale, Option<&'static str>) {
        let present = cells.filter(|cell| !cell.is_nan());
        let (mut sum, mut count, mut size) = (0.0, 0.0, 0.0f64);
        for cell in present.clone() {
            (sum, count, size) = (sum + cell, count + 1.0, size.max(cell.abs()));
        }
        let mean = sum / count;
        let spread = (present.map(|cell| (cell - mean).powi(2)).sum::<f64>() / count).sqrt();
        let says_nothing = |mean: f64, why| (Scale { mean, spread: 0.0 }, Some(why));
        match spread {
            _ if count == 0.0 => says_nothing(0.0, "is missing in all rows fitted on, and says nothing"),
            spread if !spread.is_finite() => says_nothing(0.0, "has numbers too large to square, and says nothing"),
            spread if spread <= CONSTANT * size => says_nothing(mean, "is constant in the rows fitted on, and says nothing"),
            spread => (Scale { mean, spread }, None),
        }
    }

    /// A number in spreads from the mean; 0 where it is missing, as if it were the mean, or says nothing.
    #[inline]
    pub fn apply(&self, cell: f64) -> f32 {
        if self.spread == 0.0 || cell.is_nan() { 0.0 } else { ((cell - self.mean) / self.spread) as f32 }
    }
}
