//! The saving over local energy and router accuracy, and where it is 0.

use serde::{Deserialize, Serialize};

use super::super::figure::ACCOUNT_NAMES;
use super::section::{MISROUTES, Study, is_known};
use super::sums::Mix;
use crate::error::Result;

/// The accounts of a map, the first known one: what people pay for before what it takes.
const WISHED: [usize; 4] = [0, 2, 3, 1];
/// Columns for each tenfold of the factor.
const A_DECADE: i32 = 12;
/// The same where every column asks the oracle again.
const A_DECADE_ASKED: i32 = 6;
/// Most tenfolds on either side of today.
const DECADES: i32 = 4;
/// Rows of the grid.
const ROWS: u32 = 20;
/// Steps of the zero line.
const STEPS: u32 = 50;

/// Expected savings over a grid of factors on what local endpoints take and router accuracies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// Of which account: `energy`, or else the first known of `cost`, `latency`, `flops`.
    pub account: String,
    /// The columns: factors on what local endpoints take, evenly spaced in their logarithm; 1 is today.
    pub local_factors: Vec<f64>,
    /// The rows.
    pub router_accuracies: Vec<f64>,
    /// Whether the oracle was asked again at each factor, because it makes small what is scaled.
    pub asked_again: bool,
    /// One for each misroute rule.
    pub misroutes: Vec<MisrouteMap>,
}

/// A map under one misroute rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MisrouteMap {
    /// What an error does.
    pub misroute: String,
    /// By router accuracy and factor the expected saving.
    pub savings: Vec<Vec<f64>>,
    /// Where it is 0: `[factor, router accuracy]`, in ascending router accuracy.
    pub zero: Vec<[f64; 2]>,
}

/// The map of a section; `None` where no account is known.
pub(super) fn map(study: &Study) -> Result<Option<Map>> {
    let Some(account) = WISHED.into_iter().find(|&account| is_known(&study.recorded, account)) else { return Ok(None) };
    let asked_again = study.chooses_by == Some(account);
    let factors = factors(study, account, if asked_again { A_DECADE_ASKED } else { A_DECADE });
    let columns = columns(study, account, &factors, asked_again)?;
    let router_accuracies: Vec<f64> = (0..=ROWS).map(|row| f64::from(row) / f64::from(ROWS)).collect();
    let misroute = |(index, (name, _)): (usize, &(&str, _))| {
        let at = |accuracy: f64| -> Option<Vec<f64>> { columns.iter().map(|column| column.saving(index + 1, account, accuracy)).collect() };
        let savings: Option<Vec<Vec<f64>>> = router_accuracies.iter().map(|&accuracy| at(accuracy)).collect();
        let zero = (0..=STEPS).filter_map(|step| {
            let accuracy = f64::from(step) / f64::from(STEPS);
            Some([zero_of(&at(accuracy)?, &factors, || columns.first()?.factor(index + 1, account, accuracy))?, accuracy])
        });
        Some(MisrouteMap { misroute: (*name).to_owned(), savings: savings?, zero: zero.collect() })
    };
    let misroutes = MISROUTES.iter().enumerate().filter_map(misroute).collect();
    let name = ACCOUNT_NAMES.get(account).copied().unwrap_or_default().to_owned();
    Ok(Some(Map { account: name, local_factors: factors, router_accuracies, asked_again, misroutes }))
}

/// The sums of a column, and the factor that is still to be applied to them.
struct Column<'a> {
    sums: std::borrow::Cow<'a, [f64]>,
    factor: f64,
    asked_again: bool,
}

impl Column<'_> {
    fn saving(&self, plan: usize, account: usize, accuracy: f64) -> Option<f64> {
        Mix::of(&self.sums, plan, account, accuracy).map(|mix| mix.saving(if self.asked_again { 1.0 } else { self.factor }))
    }

    /// The factor at which the saving is 0, in closed form where there is one.
    fn factor(&self, plan: usize, account: usize, accuracy: f64) -> Option<f64> {
        let (local, room) = Mix::of(&self.sums, plan, account, accuracy)?.parts();
        (!self.asked_again && local > 0.0).then(|| room / local)
    }
}

fn columns<'a>(study: &'a Study, account: usize, factors: &[f64], asked_again: bool) -> Result<Vec<Column<'a>>> {
    let column = |&factor: &f64| {
        let sums = match asked_again {
            true => study.scaled_all(account, factor)?.into(),
            false => study.recorded.point[..].into(),
        };
        Ok(Column { sums, factor, asked_again })
    };
    factors.iter().map(column).collect()
}

/// Whole tenfolds around today that hold the oracle's own crossing with room, at least from a tenth to ten.
fn factors(study: &Study, account: usize, a_decade: i32) -> Vec<f64> {
    let parts = Mix::of(&study.recorded.point, 0, account, 1.0).map(|mix| mix.parts());
    let own = parts.filter(|(local, room)| *local > 0.0 && *room > 0.0).map_or(1.0, |(local, room)| room / local);
    let low = (own.min(1.0) / 1.5).log10().floor().max(f64::from(-DECADES)) as i32;
    let high = (own.max(1.0) * 1.5).log10().ceil().min(f64::from(DECADES)) as i32;
    (low * a_decade..=high * a_decade).map(|step| 10f64.powf(f64::from(step) / f64::from(a_decade))).collect()
}

/// Where a row of savings is 0, if within the factors: in closed form, else on the line of logarithms.
fn zero_of(savings: &[f64], factors: &[f64], closed: impl Fn() -> Option<f64>) -> Option<f64> {
    let (first, last) = (*factors.first()?, *factors.last()?);
    if let Some(factor) = closed() {
        return (first..=last).contains(&factor).then_some(factor);
    }
    let index = savings.windows(2).position(|pair| pair.first() > Some(&0.0) && pair.last() <= Some(&0.0))?;
    let (before, after) = (savings.get(index)?, savings.get(index + 1)?);
    let (from, to) = (factors.get(index)?, factors.get(index + 1)?);
    Some(from * (to / from).powf(before / (before - after)))
}
