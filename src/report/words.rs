//! How figures are written for readers: percents with two decimals and a real minus, `—` for unknown.

use super::{Figure, PolicyReport};
use crate::units::{Flops, Joules, Seconds, Usd};

/// What stands for a figure that is not known.
pub(super) const UNKNOWN: &str = "—";

/// Marks a policy that sees outcomes in advance.
pub(super) const HINDSIGHT: &str = " †";
/// Marks a policy whose fallback is the baseline.
pub(super) const OWN: &str = " ✓";

/// Marks the amount of a policy that is Pareto-optimal in its account.
pub(super) const PARETO: &str = " ●";
/// Marks an amount that is over some of the served queries alone.
pub(super) const PART: &str = " ◔";
/// Marks a figure on a curve that falls with the router accuracy.
pub(super) const FALLS: &str = " ↘";
/// Stands in its place, so that numbers stay below each other.
pub(super) const NO_PARETO: &str = "\u{a0}\u{a0}";

/// The accounts as a reader calls them.
pub(super) const ACCOUNT_WORDS: [&str; 4] = ["energy", "compute", "cost", "time"];

/// A whole number with commas.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A mean number of queries: whole where it is.
pub(super) fn queries(number: f64) -> String {
    if number.fract() == 0.0 && (0.0..1e15).contains(&number) { count(number as u64) } else { format!("{number:.1}") }
}

/// Hundredths with two decimals and a real minus, without a sign for what rounds to zero.
fn hundredths(fraction: f64, plus: &str) -> String {
    let size = format!("{:.2}", 100.0 * fraction.abs());
    let sign = if size == "0.00" {
        ""
    } else if fraction < 0.0 {
        "−"
    } else {
        plus
    };
    format!("{sign}{size}")
}

/// A setting as it was meant: without the digits that binary fractions add.
pub(super) fn plain(number: f64) -> String {
    ((number * 1e9).round() / 1e9).to_string()
}

/// Three significant digits of a number without a unit of its own.
pub(super) fn significant(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e4).contains(&size) {
        let digits = if size == 0.0 { 0 } else { (2 - size.log10().floor() as i32).max(0) as usize };
        return format!("{number:.digits$}").replace('-', "−");
    }
    format!("{number:.2e}").replace('-', "−")
}

/// A fraction as a percentage.
pub(super) fn percent(fraction: f64) -> String {
    format!("{}%", hundredths(fraction, ""))
}

/// A saving: a percentage with its sign.
pub(super) fn signed(fraction: f64) -> String {
    format!("{}%", hundredths(fraction, "+"))
}

/// A difference of two percentages: points with their sign.
pub(super) fn points(fraction: f64) -> String {
    hundredths(fraction, "+")
}

/// The interval of a fraction in percent, `[66.12, 66.81]`; nothing where there is none.
pub(super) fn interval(figure: &Figure) -> Option<String> {
    let bound = |bound: Option<f64>| bound.map_or(UNKNOWN.to_owned(), |bound| hundredths(bound, ""));
    (figure.low.is_some() || figure.high.is_some()).then(|| format!("[{}, {}]", bound(figure.low), bound(figure.high)))
}

/// A figure written by `value`, with its interval after `gap`.
pub(super) fn with_interval(figure: Option<Figure>, value: impl Fn(f64) -> String, gap: &str) -> String {
    let Some(figure) = figure else { return UNKNOWN.to_owned() };
    let text = value(figure.value);
    interval(&figure).map_or(text.clone(), |interval| format!("{text}{gap}{interval}"))
}

/// Something that may not be known.
pub(super) fn or_unknown<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or(UNKNOWN.to_owned(), text)
}

/// An amount of an account, with its unit.
pub(super) fn amount(account: usize, value: f64) -> String {
    match account {
        0 => Joules(value).to_string(),
        1 => Flops(value).to_string(),
        2 => Usd(value).to_string(),
        _ => Seconds(value).to_string(),
    }
}

/// A policy's name without the fallback that a heading states already.
pub(crate) fn name_under<'a>(policy: &'a PolicyReport, fallback: Option<&str>) -> &'a str {
    let suffix = fallback.filter(|&id| policy.fallback.as_deref() == Some(id)).map(|id| format!(" (fallback {id})"));
    suffix.and_then(|suffix| policy.name.strip_suffix(suffix.as_str())).unwrap_or(&policy.name)
}

/// Names as an enumeration: `a, b and c`.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A share in whole percents that never calls a part nothing or all.
pub(super) fn roughly(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 0.005 => "under 1%".to_owned(),
        share if (0.995..1.0).contains(&share) => "over 99%".to_owned(),
        share => format!("{:.0}%", 100.0 * share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_real_and_zero_has_none() {
        assert_eq!(signed(0.664_691), "+66.47%");
        assert_eq!(signed(-0.433_302), "−43.33%");
        assert_eq!(signed(-0.000_04), "0.00%");
        assert_eq!(percent(0.892_286), "89.23%");
        assert_eq!([0.0, 2.114, 0.00313, 1234.5, 3.8e-5].map(significant), ["0", "2.11", "0.00313", "1234", "3.80e−5"]);
        assert_eq!([plain(3.0 * 0.1), plain(1.0)], ["0.3", "1"]);
        let figure = Figure { value: -0.4333, low: Some(-0.4412), high: Some(-0.42493) };
        assert_eq!(with_interval(Some(figure), signed, " "), "−43.33% [−44.12, −42.49]");
        assert_eq!(with_interval(Some(Figure::exact(0.5)), percent, " "), "50.00%");
        assert_eq!(with_interval(None, percent, " "), "—");
    }

    #[test]
    fn counts_have_commas_and_shares_are_never_rounded_away() {
        assert_eq!([count(7), count(7000), count(1_234_567)], ["7", "7,000", "1,234,567"]);
        assert_eq!([queries(6996.0), queries(0.25)], ["6,996", "0.2"]);
        assert_eq!(
            [roughly(0.0), roughly(0.004), roughly(0.37), roughly(0.996), roughly(1.0)],
            ["0%", "under 1%", "37%", "over 99%", "100%"]
        );
    }
}
