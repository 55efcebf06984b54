//! What the paper's tables imply, and where they part, as data: each item worked out from the published
//! numbers, with the arithmetic written out, so that a reader can follow it with a pocket calculator.

use serde::{Deserialize, Serialize};

use super::published::Published;
use super::rows::{Efficiency, JouleEfficiency, ModelAccuracy, RoutingSavings, SavingsBySize};
use super::{energy, misfits, power, routing};
use crate::error::{Error, Result};

/// Parameters of the cloud model Qwen3-235B-A22B in billions: total, as its name says.
pub const CLOUD_TOTAL_B: f64 = 235.0;
/// Parameters that a token of it uses, in billions, as its name says.
pub const CLOUD_ACTIVE_B: f64 = 22.0;
/// Parameters of the smallest local model of Figure 4, Qwen3-4B, in billions.
pub const SMALLEST_LOCAL_B: f64 = 4.0;

/// What an item says about the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearing {
    /// It follows from them, and the reproduction rests on it.
    Follows,
    /// Printed numbers that cannot all hold as they stand.
    DoesNotFit,
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// Name, with its unit; a share where it has none.
    pub name: String,
    /// Value; shares are fractions.
    pub value: f64,
}

/// One thing that the tables imply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implied {
    /// Whether it follows, or does not fit.
    pub bearing: Bearing,
    /// A few words.
    pub title: String,
    /// What is the case, in a sentence or two.
    pub statement: String,
    /// How the numbers come about, with the published ones put in.
    pub arithmetic: String,
    /// The numbers.
    pub values: Vec<Quantity>,
}

impl Implied {
    /// An item of text and numbers.
    pub(super) fn new(bearing: Bearing, title: &str, statement: String, arithmetic: String, values: &[(&str, f64)]) -> Implied {
        let quantity = |&(name, value): &(&str, f64)| Quantity { name: name.to_owned(), value };
        Implied { bearing, title: title.to_owned(), statement, arithmetic, values: values.iter().map(quantity).collect() }
    }

    /// A value by its name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|quantity| quantity.name == name).map(|quantity| quantity.value)
    }
}

/// Everything that the tables imply: first what the reproduction rests on, then what does not fit together.
///
/// # Errors
/// Where a table lacks a row, which the tables of this program do not.
pub fn implied(paper: &Published) -> Result<Vec<Implied>> {
    let tables = Tables(paper);
    [
        routing::local_share,
        routing::scaling,
        routing::mean_local_size,
        routing::price_ratio,
        energy::reasoning_energy,
        power::improvement,
        energy::local_energy,
        routing::router_accuracy_60,
        misfits::one_model_beats_all,
        misfits::smallest_model,
        misfits::savings_by_size,
        misfits::compute_beyond_bound,
        misfits::coverage,
        power::one_power_a_device,
        energy::joules_twice,
        power::phone_per_watt,
        energy::laptop_energy_twice,
    ]
    .into_iter()
    .map(|item| item(&tables))
    .collect()
}

/// The tables with their rows by name.
pub(super) struct Tables<'a>(pub &'a Published);

fn row<'a, T>(rows: &'a [T], what: &str, is: impl Fn(&T) -> bool) -> Result<&'a T> {
    rows.iter().find(|row| is(row)).ok_or_else(|| Error::new("the paper's table has no such row").at("traces/published").found(what))
}

impl Tables<'_> {
    /// Table 11.
    pub fn accuracy(&self, model: &str) -> Result<&ModelAccuracy> {
        row(&self.0.accuracy, model, |row| row.model == model)
    }

    /// Table 13.
    pub fn per_watt(&self, model: &str, hardware: &str) -> Result<&Efficiency> {
        row(&self.0.per_watt, &format!("{model} on {hardware}"), |row| row.model == model && row.hardware == hardware)
    }

    /// Table 14.
    pub fn per_joule(&self, model: &str, hardware: &str) -> Result<&JouleEfficiency> {
        row(&self.0.per_joule, &format!("{model} on {hardware}"), |row| row.model == model && row.hardware == hardware)
    }

    /// Tables 8 and 9.
    pub fn savings_up_to(&self, dataset: &str, params_b: f64) -> Result<&SavingsBySize> {
        row(&self.0.savings_by_size, &format!("{dataset} up to {params_b}B"), |row| row.dataset == dataset && row.max_params_b == params_b)
    }

    /// Figure 4.
    pub fn router(&self, accuracy: f64) -> Result<&RoutingSavings> {
        row(&self.0.routing, &format!("router accuracy {accuracy}"), |row| row.router_accuracy == accuracy)
    }

    /// Price of a million output tokens as a share of Qwen3-235B's, Table 10.
    pub fn relative_price(&self, model: &str) -> Result<f64> {
        let price = |model: &str| row(&self.0.prices, model, |row| row.model == model).map(|row| row.output_usd_per_mtok);
        Ok(price(model)? / price("Qwen3-235B")?)
    }

    /// Shares of WildChat and of NaturalReasoning that some local model answers correctly: Table 4's categories by
    /// their queries.
    pub fn solvable(&self) -> (f64, f64) {
        let mean = |rows: Vec<(u64, f64)>| {
            let queries: u64 = rows.iter().map(|row| row.0).sum();
            rows.iter().map(|&(queries, pct)| queries as f64 * pct).sum::<f64>() / queries as f64 / 100.0
        };
        let domains = &self.0.domains;
        (
            mean(domains.iter().map(|row| (row.wildchat_queries, row.wildchat_solvable_pct)).collect()),
            mean(domains.iter().map(|row| (row.naturalreasoning_queries, row.naturalreasoning_solvable_pct)).collect()),
        )
    }

    /// Share of all queries that the oracle keeps local: half of them WildChat, half NaturalReasoning.
    pub fn local_share(&self) -> f64 {
        let (chat, reasoning) = self.solvable();
        (chat + reasoning) / 2.0
    }

    /// Mean power of a pair, in watts: success rate / accuracy per watt of Table 13.
    pub fn power_w(&self, model: &str, hardware: &str) -> Result<f64> {
        let row = self.per_watt(model, hardware)?;
        Ok(row.success_pct / 100.0 / row.apw_per_w)
    }

    /// Mean energy of a query on a pair, in joules: success rate of Table 13 / accuracy per joule of Table 14.
    pub fn energy_j(&self, model: &str, hardware: &str) -> Result<f64> {
        Ok(self.per_watt(model, hardware)?.success_pct / 100.0 / self.per_joule(model, hardware)?.apj_per_j)
    }
}

/// A share as percent with a number of digits.
pub(super) fn pct(share: f64, digits: usize) -> String {
    format!("{:.digits$}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every item must have to be read: a sentence, arithmetic with a result, finite values with names.
    #[test]
    fn every_item_can_be_read() -> Result<()> {
        let items = implied(&Published::read()?)?;
        assert_eq!(items.len(), 17);
        for item in &items {
            assert!(item.statement.ends_with('.') && !item.title.ends_with('.'), "{item:?}");
            assert!(item.arithmetic.contains(['=', '<', '>']) && !item.values.is_empty(), "{item:?}");
            assert!(item.values.iter().all(|quantity| quantity.value.is_finite()), "{item:?}");
        }
        let mut titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), items.len());
        Ok(())
    }

    /// The numbers are worked out, not typed in: with another table they change, and say so in their arithmetic.
    #[test]
    fn another_table_gives_another_number() -> Result<()> {
        let mut paper = Published::read()?;
        let before = implied(&paper)?;
        paper.routing[0].compute_saving_pct = 70.0;
        let after = implied(&paper)?;
        let size = |items: &[Implied]| items.iter().find_map(|item| item.value("mean_local_size_b"));
        // (80.70 - 70.0) / 80.70 * 235B, by hand.
        assert!((size(&before).unwrap() - 9.9).abs() < 0.05 && (size(&after).unwrap() - 31.15).abs() < 0.05);
        assert!(after.iter().any(|item| item.arithmetic.contains("70.0%")));
        Ok(())
    }

    #[test]
    fn a_missing_row_is_an_error() -> Result<()> {
        let mut paper = Published::read()?;
        paper.accuracy.retain(|row| row.model != "GPT-OSS-20B");
        assert!(implied(&paper).is_err_and(|error| error.to_string().contains("GPT-OSS-20B")));
        Ok(())
    }
}
