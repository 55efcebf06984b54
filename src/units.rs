//! Quantities with their units as types: what is printed always says what it is.

use std::fmt;

/// A plain number with an SI prefix and three significant digits: `4.53 k`.
fn si(f: &mut fmt::Formatter<'_>, value: f64, unit: &str) -> fmt::Result {
    const PREFIXES: [&str; 13] = ["n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y", "R"];
    if value == 0.0 || !value.is_finite() {
        return write!(f, "{value} {unit}");
    }
    // Rounded to three digits first, so that 999.6 becomes 1.00 k and not 1000.
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let step = (rounded.abs().log10() + 1e-9).div_euclid(3.0).clamp(-3.0, 9.0);
    let scaled = rounded / 10f64.powf(3.0 * step);
    let digits = if scaled.abs() >= 100.0 {
        0
    } else if scaled.abs() >= 10.0 {
        1
    } else {
        2
    };
    // `step` lies between -3 and 9, so that the index lies between 0 and 12.
    let prefix = PREFIXES[(step + 3.0) as usize];
    write!(f, "{scaled:.digits$} {prefix}{unit}")
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(pub f64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                si(f, self.0, $unit)
            }
        }
    };
}

/// Energy in joules.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Joules(pub f64);

/// Joules of a watt hour.
pub const JOULES_A_WATT_HOUR: f64 = 3600.0;
/// Joules of a megawatt hour: from here on people count in those.
pub const MEGAWATT_HOUR_J: f64 = 1e6 * JOULES_A_WATT_HOUR;

impl fmt::Display for Joules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.abs() < MEGAWATT_HOUR_J { si(f, self.0, "J") } else { si(f, self.0 / JOULES_A_WATT_HOUR, "Wh") }
    }
}

quantity!(/// Power in watts.
    Watts, "W");
quantity!(/// Time in seconds.
    Seconds, "s");
quantity!(/// Computation in floating-point operations.
    Flops, "FLOP");

/// Money in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Usd(pub f64);

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if (1000.0..1e15).contains(&size) {
            // Cents mean nothing beside ten thousand dollars.
            let text = if size < 10_000.0 { format!("{size:.2}") } else { format!("{size:.0}") };
            let (whole, cents) = text.split_once('.').map_or((text.as_str(), String::new()), |(whole, cents)| (whole, format!(".{cents}")));
            let sign = if self.0 < 0.0 { "-" } else { "" };
            write!(f, "{sign}${}{cents}", Count(whole.parse().unwrap_or(usize::MAX)))
        } else if size >= 100.0 || size == 0.0 {
            write!(f, "${:.2}", self.0)
        } else {
            // Four significant digits, since a query costs fractions of a cent.
            let digits = (3 - size.log10().floor() as i32).clamp(2, 12) as usize;
            write!(f, "${:.digits$}", self.0)
        }
    }
}

/// A fraction, printed as a percentage with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(pub f64);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}%", 100.0 * self.0)
    }
}

/// A number of things, with a comma at every thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.char_indices() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A plain ratio with four significant digits.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Ratio(pub f64);

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || !size.is_finite() {
            write!(f, "{}", self.0)
        } else if (1e-3..1e5).contains(&size) {
            let digits = (3 - size.log10().floor() as i32).max(0) as usize;
            write!(f, "{:.digits$}", self.0)
        } else {
            write!(f, "{:.3e}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_keep_three_digits() {
        assert_eq!(Joules(4530.0).to_string(), "4.53 kJ");
        assert_eq!(Joules(999.6).to_string(), "1.00 kJ");
        // 80.2 million queries of 1.6 kJ: 128 GJ over 3,600 J a watt hour.
        assert_eq!([Joules(3.59e9), Joules(128.2e9)].map(|energy| energy.to_string()), ["3.59 GJ", "35.6 MWh"]);
        assert_eq!(Seconds(0.0123).to_string(), "12.3 ms");
        assert_eq!(Flops(0.0).to_string(), "0 FLOP");
        assert_eq!(Usd(0.000412).to_string(), "$0.0004120");
        assert_eq!(
            [121.687, 1499.75, 359_030.89, 12_345_678.9].map(|usd| Usd(usd).to_string()),
            ["$121.69", "$1,499.75", "$359,031", "$12,345,679"]
        );
        assert_eq!((Count(80_200_000).to_string(), Count(999).to_string()), ("80,200,000".to_owned(), "999".to_owned()));
        assert_eq!(Ratio(0.20833).to_string(), "0.2083");
        assert_eq!(Ratio(3.8e-5).to_string(), "3.800e-5");
        assert_eq!(Share(0.664691).to_string(), "66.47%");
    }
}
