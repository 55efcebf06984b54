//! The paper's tables, read out of the program.

use serde::de::DeserializeOwned;

use super::rows::{
    Batching, CategoryAccuracy, Coverage, Domain, Efficiency, FrameworkEfficiency, Hardware, JouleEfficiency, ModelAccuracy, Phone,
    RoutingSavings, SavingsBySize, TokenPrice, YearBest,
};
use crate::error::{Error, Result};

/// All of the paper's tables that this program uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Table 2.
    pub longitudinal: Vec<YearBest>,
    /// Table 4.
    pub domains: Vec<Domain>,
    /// Table 5.
    pub category_accuracy: Vec<CategoryAccuracy>,
    /// Table 7.
    pub hardware: Vec<Hardware>,
    /// Tables 8 and 9.
    pub savings_by_size: Vec<SavingsBySize>,
    /// Table 10.
    pub prices: Vec<TokenPrice>,
    /// Table 11.
    pub accuracy: Vec<ModelAccuracy>,
    /// Table 13.
    pub per_watt: Vec<Efficiency>,
    /// Table 14.
    pub per_joule: Vec<JouleEfficiency>,
    /// Table 15.
    pub batching: Vec<Batching>,
    /// Table 16.
    pub frameworks: Vec<FrameworkEfficiency>,
    /// Table 17.
    pub phone: Vec<Phone>,
    /// Figure 2.
    pub coverage: Vec<Coverage>,
    /// Figure 4.
    pub routing: Vec<RoutingSavings>,
}

/// Reads a file of `traces/published`, which the program carries.
macro_rules! published {
    ($file:literal) => {
        rows($file, include_str!(concat!("../../traces/published/", $file)))
    };
}

impl Published {
    /// The tables that the program carries.
    ///
    /// # Errors
    /// Where a file has another form than its table, which a build of this program cannot have.
    pub fn read() -> Result<Published> {
        Ok(Published {
            longitudinal: published!("table-02-longitudinal.csv")?,
            domains: published!("table-04-domains.csv")?,
            category_accuracy: published!("table-05-category-accuracy.csv")?,
            hardware: published!("table-07-hardware.csv")?,
            savings_by_size: published!("tables-08-09-savings-by-size.csv")?,
            prices: published!("table-10-prices.csv")?,
            accuracy: published!("table-11-accuracy.csv")?,
            per_watt: published!("table-13-accuracy-per-watt.csv")?,
            per_joule: published!("table-14-accuracy-per-joule.csv")?,
            batching: published!("table-15-batching.csv")?,
            frameworks: published!("table-16-frameworks.csv")?,
            phone: published!("table-17-phone.csv")?,
            coverage: published!("figure-02-coverage.csv")?,
            routing: published!("figure-04-savings.csv")?,
        })
    }
}

/// The rows of a file with a comment line, a header and commas.
fn rows<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let fail = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        Error::new("a published table cannot be read").at(format!("traces/published/{file}, line {line}")).cause(error)
    };
    reader.deserialize().map(|row| row.map_err(fail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of rows of each table, and one value of each, against the paper's pages.
    #[test]
    fn tables_are_as_printed() -> Result<()> {
        let paper = Published::read()?;
        assert_eq!(paper.longitudinal.iter().map(|row| row.year).collect::<Vec<_>>(), [2023, 2024, 2025]);
        assert_eq!((paper.longitudinal[0].success_pct, paper.longitudinal[0].apw_per_w), (23.2, 7.92e-4));
        assert_eq!(paper.domains.len(), 23);
        assert_eq!((paper.domains[1].wildchat_queries, paper.domains[1].naturalreasoning_solvable_pct), (235_658, 52.9));
        assert_eq!(paper.category_accuracy.len(), 23);
        assert_eq!(paper.category_accuracy[0].wildchat_pct, 93.4);
        assert_eq!((paper.hardware.len(), paper.hardware[7].power_w), (10, 480.0));
        assert_eq!((paper.savings_by_size.len(), paper.savings_by_size[3].compute_qwen_gptoss_pct), (12, Some(97.4)));
        assert_eq!((paper.prices.len(), paper.prices[4].output_usd_per_mtok), (7, 0.88));
        assert_eq!((paper.accuracy.len(), paper.accuracy[8].wildchat_pct), (10, Some(77.3)));
        assert_eq!((paper.per_watt.len(), paper.per_watt[9].apw_per_w), (10, 4.18e-3));
        assert_eq!((paper.per_joule.len(), paper.per_joule[0].apj_per_j), (10, 3.80e-5));
        assert_eq!((paper.batching.len(), paper.batching[0].apj_batch64), (3, 104.93e-5));
        assert_eq!((paper.frameworks.len(), paper.frameworks[3].llama_cpp_apw), (4, 4.31e-3));
        assert_eq!((paper.phone.len(), paper.phone[0].latency_s), (7, 92.5));
        assert_eq!((paper.coverage.len(), paper.coverage[0].overall_pct), (2, Some(88.7)));
        assert_eq!((paper.routing.len(), paper.routing[2].cost_saving_pct), (3, 44.5));
        Ok(())
    }

    /// A dash in print is no zero.
    #[test]
    fn a_dash_is_missing() -> Result<()> {
        let paper = Published::read()?;
        let reference = paper.accuracy.iter().find(|row| row.model == "Qwen3-235B-A22B").map(|row| row.wildchat_pct);
        assert_eq!(reference, Some(None));
        assert_eq!(paper.savings_by_size[3].energy_qwen_pct, None);
        assert_eq!(paper.coverage[1].overall_pct, None);
        Ok(())
    }

    /// The same categories in both tables that have them.
    #[test]
    fn categories_agree() -> Result<()> {
        let paper = Published::read()?;
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let here = sorted(paper.domains.into_iter().map(|row| row.category).collect());
        assert_eq!(here, sorted(paper.category_accuracy.into_iter().map(|row| row.category).collect()));
        Ok(())
    }

    #[test]
    fn a_broken_table_says_where() {
        let error = rows::<TokenPrice>("x.csv", "# Table\nmodel,input_usd_per_mtok,output_usd_per_mtok\nQwen3-4B,cheap,0\n").unwrap_err();
        assert!(error.to_string().contains("traces/published/x.csv, line 3"), "{error}");
    }
}
