//! Units that a mapping may name, and what makes of them the trace's.

use super::mapping::{Problems, Quantity};
use crate::trace::schema::Metric;

/// How a cell becomes the trace's unit: multiplied, then divided. One of the two is 1, so that a
/// cell is rounded once: 12.3 ms are 12.3 / 1000 s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    times: f64,
    per: f64,
}

/// How a cell becomes the seconds of an arrival.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clock {
    /// It counts from the start of the trace.
    Count(Scale),
    /// It is a date with a time of day.
    Date,
}

/// The unit of arrivals that are dates.
const DATE: &str = "datetime";

impl Clock {
    /// What a mapping says about the column of arrivals.
    pub fn of(quantity: &Quantity, problems: &mut Problems) -> Clock {
        if Clock::is_date(quantity) { Clock::Date } else { Clock::Count(Scale::of(None, quantity, problems)) }
    }

    /// Whether a mapping says that a column's cells are dates.
    pub fn is_date(quantity: &Quantity) -> bool {
        quantity.scale.is_none() && quantity.unit.as_ref().is_some_and(|unit| unit.get_ref() == DATE)
    }
}

/// A name, and what its value is multiplied and divided by.
type Unit = (&'static str, f64, f64);

const TIME: &[Unit] =
    &[("s", 1.0, 1.0), ("ms", 1.0, 1e3), ("us", 1.0, 1e6), ("ns", 1.0, 1e9), ("min", 60.0, 1.0), ("h", 3600.0, 1.0)];
const ENERGY: &[Unit] =
    &[("J", 1.0, 1.0), ("mJ", 1.0, 1e3), ("kJ", 1e3, 1.0), ("MJ", 1e6, 1.0), ("mWh", 3.6, 1.0), ("Wh", 3600.0, 1.0), ("kWh", 3.6e6, 1.0)];
const MONEY: &[Unit] = &[("USD", 1.0, 1.0), ("cents", 1.0, 100.0)];
const SHARE: &[Unit] = &[("fraction", 1.0, 1.0), ("percent", 1.0, 100.0)];
const WORK: &[Unit] = &[("FLOP", 1.0, 1.0), ("MFLOP", 1e6, 1.0), ("GFLOP", 1e9, 1.0), ("TFLOP", 1e12, 1.0), ("PFLOP", 1e15, 1.0)];
const COUNT: &[Unit] = &[("tokens", 1.0, 1.0)];
const PLAIN: &[Unit] = &[("none", 1.0, 1.0)];

impl Scale {
    /// What leaves a cell as it is.
    pub const ONE: Scale = Scale { times: 1.0, per: 1.0 };

    /// A cell in the trace's unit.
    pub fn apply(self, value: f64) -> f64 {
        value * self.times / self.per
    }

    /// What a mapping says about a metric's column (`None`: about arrivals, which are times).
    pub fn of(metric: Option<Metric>, quantity: &Quantity, problems: &mut Problems) -> Scale {
        let units = units(metric);
        if let (Some(_), Some(scale)) = (&quantity.unit, &quantity.scale) {
            let problem = problems.at("both a unit and a scale", scale.span()).found(scale.get_ref()).allowed("one of them");
            problems.push(problem);
        }
        if let Some(scale) = &quantity.scale {
            let value = *scale.get_ref();
            if !(value.is_finite() && value > 0.0) {
                let problem = problems.at("no scale", scale.span()).found(value).allowed("a finite number above 0");
                problems.push(problem);
            }
            return Scale { times: value, per: 1.0 };
        }
        let Some(name) = &quantity.unit else { return Scale::ONE };
        if let Some(&(_, times, per)) = units.iter().find(|(unit, ..)| unit == name.get_ref()) {
            return Scale { times, per };
        }
        let names: Vec<&str> = units.iter().map(|(unit, ..)| *unit).chain(metric.is_none().then_some(DATE)).collect();
        let what = metric.map_or("arrivals".to_owned(), |metric| format!("`{metric}`"));
        let problem = problems.at(format!("no unit of {what}"), name.span()).found(format!("`{}`", name.get_ref())).allowed(names.join(", "));
        problems.push(problem);
        Scale::ONE
    }

    /// What happens to a cell, in words; `None` where nothing does.
    pub fn words(self) -> Option<String> {
        match (self.times == 1.0, self.per == 1.0) {
            (true, true) => None,
            (false, _) => Some(format!("times {}", self.times)),
            (true, false) => Some(format!("divided by {}", self.per)),
        }
    }
}

fn units(metric: Option<Metric>) -> &'static [Unit] {
    match metric {
        None | Some(Metric::LatencyS | Metric::TtftS) => TIME,
        Some(Metric::EnergyJ) => ENERGY,
        Some(Metric::CostUsd) => MONEY,
        Some(Metric::Score | Metric::Confidence) => SHARE,
        Some(Metric::Flops) => WORK,
        Some(Metric::InputTokens | Metric::OutputTokens) => COUNT,
        Some(Metric::Perplexity) => PLAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(metric: Metric, text: &str) -> (Scale, String) {
        let quantity: Result<Quantity, _> = toml::from_str(text);
        let mut problems = Problems::new(text, "map.toml");
        let scale = quantity.map_or(Scale::ONE, |quantity| Scale::of(Some(metric), &quantity, &mut problems));
        (scale, problems.finish().map_or_else(|error| error.to_string(), |()| String::new()))
    }

    #[test]
    fn units_round_once() {
        // 12.3 / 1000 is the double next to 0.0123; 12.3 * 0.001 is not.
        assert_eq!(scale(Metric::LatencyS, "column = \"c\"\nunit = \"ms\"").0.apply(12.3), 0.0123);
        assert_eq!(scale(Metric::EnergyJ, "column = \"c\"\nunit = \"Wh\"").0.apply(2.0), 7200.0);
        assert_eq!(scale(Metric::CostUsd, "column = \"c\"\nunit = \"cents\"").0.apply(7.0), 0.07);
        assert_eq!(scale(Metric::Score, "column = \"c\"\nscale = 0.1").0.words().as_deref(), Some("times 0.1"));
    }

    #[test]
    fn a_wrong_unit_is_placed() {
        let error = scale(Metric::EnergyJ, "column = \"c\"\nunit = \"ms\"").1;
        assert!(error.contains("map.toml, line 2, column 8") && error.contains("kWh"), "{error}");
        let error = scale(Metric::EnergyJ, "column = \"c\"\nunit = \"J\"\nscale = 0.0").1;
        assert!(error.contains("both a unit and a scale") && error.contains("no scale"), "{error}");
    }
}
