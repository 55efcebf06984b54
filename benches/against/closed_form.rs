//! The closed form of one figure, from two columns that do not fit in a cache.

use std::hint::black_box;

use wattroute::draw::{Draws, Stream};
use wattroute::replay::ColumnSums;

use crate::replay::SEED;
use crate::side::{Figures, Settings, Side};

/// A uniform number for each row.
fn column(replicate: u64, rows: u64) -> Vec<f64> {
    let stream = Draws::new(SEED, replicate).stream(Stream::Coin, 0);
    (0..rows).map(|row| stream.uniform(row)).collect()
}

pub fn sums(settings: &Settings) -> Side {
    let (right, wrong) = (column(0, settings.rows), column(1, settings.rows));
    let ColumnSums { right: of_right, wrong: of_wrong, difference_squared } = ColumnSums::of(&right, &wrong);
    let named = [("right", of_right), ("wrong", of_wrong), ("difference squared", difference_squared)];
    let result = Figures::from(named.map(|(name, sum)| (name.to_owned(), vec![sum])));
    Side::new(result, move || {
        black_box(ColumnSums::of(black_box(&right), black_box(&wrong)));
    })
}
