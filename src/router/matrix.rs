//! What kinds of router share on matrices: rows of length one, means of what is known, and a form to save.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// The rows at length one, so that the product of two rows is their cosine. A row of zeros has no
/// direction and stays as it is: its cosine with all others is 0.
pub fn unit(rows: ArrayView2<f32>) -> Array2<f32> {
    // In one layout whatever came: products then take the same path.
    let mut unit = rows.as_standard_layout().into_owned();
    for mut row in unit.rows_mut() {
        let length = squared_length(row.view()).sqrt();
        if length > 0.0 {
            row.mapv_inplace(|cell| (f64::from(cell) / length) as f32);
        }
    }
    unit
}

/// The squared length of a row, in f64: it is compared with products of other rows.
pub fn squared_length(row: ArrayView1<f32>) -> f64 {
    row.iter().map(|&cell| f64::from(cell).powi(2)).sum()
}

/// Checks that all features are numbers.
///
/// # Errors
/// Where one is not: with its row and column.
pub fn numbers(features: ArrayView2<f32>) -> Result<()> {
    match features.indexed_iter().find(|(_, cell)| !cell.is_finite()) {
        None => Ok(()),
        Some(((row, column), cell)) => {
            Err(Error::new("a feature is no number").at(format!("row {row}, feature {column}, both from 0")).found(cell))
        }
    }
}

/// The mean of the numbers that are known (not NaN); NaN where none is.
pub fn known_mean(cells: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = cells.filter(|cell| !cell.is_nan()).fold((0.0, 0u64), |(sum, count), cell| (sum + cell, count + 1));
    sum / count as f64
}

/// The mean of each column's known numbers.
///
/// # Errors
/// Where a column has none: with the endpoints that lack any of `what`.
pub fn column_means(cells: ArrayView2<f64>, what: &str, endpoints: &[String]) -> Result<Vec<f64>> {
    let means: Vec<f64> = cells.axis_iter(Axis(1)).map(|column| known_mean(column.iter().copied())).collect();
    let lacking: Vec<&str> = means.iter().zip(endpoints).filter(|(mean, _)| mean.is_nan()).map(|(_, id)| id.as_str()).collect();
    if lacking.is_empty() {
        return Ok(means);
    }
    Err(Error::new(format!("no {what} of an endpoint is known in the rows to fit on")).found(format!(
        "none of `{}` in {} rows",
        lacking.join("`, `"),
        cells.nrows()
    )))
}

/// A matrix as it is saved: its width, and its cells row after row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<C> {
    width: usize,
    cells: Vec<C>,
}

impl<C> Saved<C> {
    fn matrix<E: serde::de::Error>(self) -> std::result::Result<Array2<C>, E> {
        let rows = self.cells.len().checked_div(self.width).unwrap_or(0);
        Array2::from_shape_vec((rows, self.width), self.cells).map_err(|_| E::custom("a matrix is not as wide as it says"))
    }
}

/// Saves a matrix of f32, for `#[serde(with)]`.
pub mod features {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(matrix: &Array2<f32>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Saved { width: matrix.ncols(), cells: matrix.iter().copied().collect() }.serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Array2<f32>, D::Error> {
        Saved::<f32>::deserialize(deserializer)?.matrix()
    }
}

/// Saves a matrix of f64 whose unknown cells are NaN here and `null` there, for `#[serde(with)]`.
pub mod answers {
    use super::*;

    /// Writes it.
    pub fn serialize<S: Serializer>(matrix: &Array2<f64>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let cells: Vec<Option<f64>> = matrix.iter().map(|&cell| (!cell.is_nan()).then_some(cell)).collect();
        Saved { width: matrix.ncols(), cells }.serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Array2<f64>, D::Error> {
        Ok(Saved::<Option<f64>>::deserialize(deserializer)?.matrix()?.mapv(|cell| cell.unwrap_or(f64::NAN)))
    }
}
