//! Numbers for people: percents, three digits, sizes of models, and the units of efficiency.

use super::axis::number;

/// A fraction as a percentage with a decimal.
pub fn percent(value: f64) -> String {
    number(100.0 * value, 1) + "%"
}

/// Three significant digits.
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return number(value, 0);
    }
    let rounded = rounded(value);
    number(rounded, (2.0 - rounded.abs().log10().floor()).clamp(0.0, 12.0) as usize)
}

/// To three digits, so that 0.9996 is 1.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// A model's parameters, given in billions: 8.2B, 151K.
pub fn parameters(billions: f64) -> String {
    let (unit, letter) = [(1.0, "B"), (1e-3, "M")].into_iter().find(|(unit, _)| rounded(billions) >= *unit).unwrap_or((1e-6, "K"));
    format!("{}{letter}", rounded(billions / unit))
}

/// Accuracy per watt or per joule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Per watt, as Tables 2 and 13 of the paper.
    Watt,
    /// Per joule, as Table 14.
    Joule,
}

/// A unit that efficiencies are shown in: how many of the report's units it is, and the title of an axis.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// In 1/W or 1/J.
    pub size: f64,
    /// The title of a logarithmic axis.
    pub title: &'static str,
}

impl Per {
    /// What keys of published lines begin with.
    pub fn key(self) -> &'static str {
        match self {
            Per::Watt => "apw",
            Per::Joule => "apj",
        }
    }

    /// The largest unit in which the least of these numbers (in 1/W or 1/J) is not far below 1.
    pub fn unit(self, values: impl IntoIterator<Item = f64>) -> Unit {
        let least = values.into_iter().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
        let units = match self {
            Per::Watt => [
                Unit { size: 1.0, title: "answer accuracy per watt (log scale)" },
                Unit { size: 1e-3, title: "answer accuracy per kilowatt (log scale)" },
                Unit { size: 1e-6, title: "answer accuracy per megawatt (log scale)" },
            ],
            Per::Joule => [
                Unit { size: 1.0, title: "answer accuracy per joule (log scale)" },
                Unit { size: 1e-3, title: "answer accuracy per kilojoule (log scale)" },
                Unit { size: 1e-6, title: "answer accuracy per megajoule (log scale)" },
            ],
        };
        let [.., smallest] = units;
        units.into_iter().find(|unit| least >= 0.3 * unit.size).unwrap_or(smallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        // 0.9996 rounds up to 1.00; of 1234 all digits before the point stand.
        assert_eq!([0.0, 1.4002, 0.9996, 35.4166, 1234.0, 0.02346].map(significant), ["0", "1.40", "1.00", "35.4", "1230", "0.0235"]);
        assert_eq!([4.0, 8.2, 235.0, 0.017724288, 0.000151488, 0.9996].map(parameters), ["4B", "8.2B", "235B", "17.7M", "151K", "1B"]);
        assert_eq!(percent(-0.7215), "−72.2%");
    }

    #[test]
    fn units_keep_numbers_near_one() {
        // The least of the paper's accuracies per watt, 0.000651, is 0.651 per kilowatt.
        assert_eq!(Per::Watt.unit([0.000651, 0.04]).size, 1e-3);
        assert_eq!((Per::Joule.unit([0.68, 107.0]).size, Per::Joule.unit([2.35e-6, 0.001]).size), (1.0, 1e-6));
    }
}
