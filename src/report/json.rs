//! A report as JSON: the form that everything else is made from.

use serde::Serialize;

use super::{Report, finite};
use crate::error::{Error, Result};

/// Pretty JSON with keys in the order of the fields, ending in a line break. Numbers have as many
/// digits as it takes to read the same number back.
///
/// # Errors
/// Where a number is not finite, naming its key: JSON would hold `null`, which means "not known".
pub fn pretty(value: &impl Serialize) -> Result<String> {
    finite::check(value)?;
    let json = serde_json::to_string_pretty(value).map_err(|error| Error::new("the result is no JSON").cause(error))?;
    Ok(json + "\n")
}

impl Report {
    /// The report as pretty JSON.
    ///
    /// # Errors
    /// Where a figure is not finite, naming its key.
    pub fn to_json(&self) -> Result<String> {
        pretty(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{Figure, Report, sample};

    #[test]
    fn what_is_written_is_read_back_to_the_bit() {
        let mut report = sample::report();
        // Neighbours of short decimals, the smallest subnormal and a long mantissa.
        for value in [0.1 + 0.2, 1.0 / 3.0, 5e-324, 1.797_693_134_862_315_7e308, 123_456_789.123_456_79, f64::MIN_POSITIVE, -0.0] {
            report.policies[0].totals.energy_j = Some(value);
            let read: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
            assert_eq!(read.policies[0].totals.energy_j.map(f64::to_bits), Some(value.to_bits()), "{value:e}");
            assert_eq!(read, report);
        }
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_an_error_that_names_its_key() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut report = sample::report();
            let savings = report.policies[1].savings.get_mut("ladder-xl@nvidia-h200-bs1").unwrap();
            savings.energy = Some(Figure { value: 0.5, low: Some(bad), high: None });
            let error = report.to_json().unwrap_err().to_string();
            assert!(error.contains("policies[1].savings.\"ladder-xl@nvidia-h200-bs1\".energy.low"), "{error}");
        }
        let mut report = sample::report();
        report.run.correct_at = f64::NAN;
        assert!(report.to_json().unwrap_err().to_string().contains("run.correct_at"));
    }

    #[test]
    fn keys_come_in_a_fixed_order() {
        let json = sample::report().to_json().unwrap();
        let mut position = 0;
        for key in ["format", "version", "manifest", "run", "policies", "curves", "notes"] {
            let at = json.find(&format!("\n  \"{key}\":")).unwrap();
            assert!(at > position, "`{key}` is out of order");
            position = at;
        }
    }
}
