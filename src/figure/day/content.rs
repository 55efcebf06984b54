//! What the figure of a day shows, before it is drawn.

use crate::figure::axis::{Axis, Ticks};
use crate::figure::endpoints::Endpoints;
use crate::figure::style::{self, Look};
use crate::units::{JOULES_A_WATT_HOUR, MEGAWATT_HOUR_J};
use crate::report::{Day, DaySavings, DayStrategy, Report, day_name};

/// One amount against one baseline.
pub(super) struct Amount {
    /// Its name and unit.
    pub title: String,
    pub axis: Axis,
    pub lines: Vec<Line>,
}

/// What one strategy took until each point.
pub(super) struct Line {
    pub name: String,
    /// Its answer accuracy in words.
    pub answers: String,
    saved: Option<f64>,
    /// What was published of the saving, where the report is a reproduction.
    pub published: Option<f64>,
    /// In the unit of the axis.
    pub values: Vec<f64>,
    pub look: Look,
}

impl Line {
    /// The name with what is saved, and with what was published in brackets.
    pub fn label(&self) -> String {
        let published = self.published.map_or(String::new(), |saved| format!(" ({:.1}%)", 100.0 * saved));
        self.here() + &published
    }

    fn here(&self) -> String {
        match self.saved {
            // What takes as much as the baseline is the baseline.
            Some(saved) if saved != 0.0 => {
                let (size, sign) = (format!("{:.1}", 100.0 * saved.abs()), if saved < 0.0 { "−" } else { "+" });
                format!("{} {}{size}%", self.name, if size == "0.0" { "" } else { sign })
            }
            _ => self.name.clone(),
        }
    }
}

/// The amounts that are known of some strategy, against a baseline.
pub(super) fn amounts(report: &Report, day: &Day, baseline: &str) -> Vec<Amount> {
    let shown = strategies(report, day, baseline);
    let looks = looks(report, &shown);
    let amount = |at: usize| {
        let line = |(strategy, look): (&&DayStrategy, &Look)| {
            Some(Line {
                name: short_name(strategy, baseline),
                answers: strategy
                    .answer_accuracy
                    .map_or("answer accuracy not known".to_owned(), |mean| format!("answer accuracy {:.1}%", 100.0 * mean)),
                saved: strategy.savings.get(baseline).map(DaySavings::to_array).and_then(|all| all[at]),
                published: published(report, strategy, at),
                values: strategy.cumulative.values()[at]?.clone(),
                look: *look,
            })
        };
        let mut lines: Vec<Line> = shown.iter().zip(&looks).filter_map(line).collect();
        let most = lines.iter().filter_map(|line| line.values.last().copied()).fold(0.0, f64::max);
        let (unit, name) = unit(at, most);
        // In the unit, so that ticks are round in it: a megawatt hour is no round number of joules.
        lines.iter_mut().flat_map(|line| &mut line.values).for_each(|value| *value /= unit);
        let axis = Axis::linear([0.0, most / unit], 4, 0.0, Ticks::Times(1.0)).filter(|_| !lines.is_empty())?;
        Some(Amount { title: name, axis, lines })
    };
    (0..4).filter_map(amount).collect()
}

/// Endpoints have their own looks, other strategies colours that none of these has.
fn looks(report: &Report, shown: &[&DayStrategy]) -> Vec<Look> {
    let endpoints = Endpoints::of(report);
    let own: Vec<Option<Look>> = shown.iter().map(|strategy| endpoints.look(strategy.always.as_deref()?)).collect();
    let taken: Vec<Look> = own.iter().copied().flatten().collect();
    let mut others = (0..).map(|index| style::beside(&taken, index));
    own.into_iter().filter_map(|look| look.or_else(|| others.next())).collect()
}

/// The published saving of a strategy, where the report holds one against its own.
fn published(report: &Report, strategy: &DayStrategy, at: usize) -> Option<f64> {
    let account = ["energy", "compute", "cost"].get(at)?;
    let accuracy = if strategy.kind == "oracle" { Some(1.0) } else { strategy.router_accuracy }?;
    report.reproduction.as_ref()?.paper(&format!("saving.{account}.{accuracy}"))
}

/// The strategies that are held against a baseline: not those that always take another one.
fn strategies<'a>(report: &Report, day: &'a Day, baseline: &str) -> Vec<&'a DayStrategy> {
    let has_pool = report.run.pools.iter().any(|pool| pool.fallback == baseline);
    let own = |strategy: &&DayStrategy| !has_pool || strategy.fallback.as_deref().is_none_or(|fallback| fallback == baseline);
    let other = |strategy: &&DayStrategy| {
        strategy.always.as_ref().is_some_and(|always| always != baseline && report.run.baselines.contains(always))
    };
    day.strategies.iter().filter(own).filter(|strategy| !other(strategy)).collect()
}

/// A name short enough for the end of a line.
fn short_name(strategy: &DayStrategy, baseline: &str) -> String {
    let name = day_name(strategy);
    match (&strategy.always, strategy.router_accuracy) {
        (Some(always), _) if always == baseline => "baseline".to_owned(),
        (Some(always), _) => style::shorten(always, style::SMALL, false, 120.0),
        // The plain noisy oracle is told by its accuracy; with other settings by its name.
        (None, Some(accuracy)) if name == "noisy-oracle" || name == format!("noisy-oracle:router_accuracy={accuracy}") => {
            format!("router {}%", (1000.0 * accuracy).round() / 10.0)
        }
        _ => style::shorten(name, style::SMALL, false, 120.0),
    }
}

/// The unit in which an amount is shown, and its title.
fn unit(at: usize, most: f64) -> (f64, String) {
    let (scale, prefix) = prefix(most);
    match at {
        0 if most >= MEGAWATT_HOUR_J => {
            let (scale, prefix) = self::prefix(most / JOULES_A_WATT_HOUR);
            (JOULES_A_WATT_HOUR * scale, format!("energy, {prefix}Wh"))
        }
        0 => (scale, format!("energy, {prefix}J")),
        1 => (scale, format!("compute, {prefix}FLOP")),
        2 => {
            let (scale, words) = thousand(most);
            (scale, format!("cost, USD{words}"))
        }
        _ if scale >= 1e6 => (1e6, "CO2, t".to_owned()),
        _ => (scale, format!("CO2, {prefix}g")),
    }
}

/// The power of a thousand in which a value is 1 to 1000, and its SI prefix.
fn prefix(most: f64) -> (f64, &'static str) {
    const SI: [&str; 9] = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
    let power = ((most.max(1.0).log10() + 1e-9) / 3.0).floor().clamp(0.0, 8.0);
    (1000f64.powf(power), SI.get(power as usize).copied().unwrap_or_default())
}

/// Thousands or millions, in words.
pub(super) fn thousand(most: f64) -> (f64, &'static str) {
    match most {
        most if most >= 2e6 => (1e6, ", million"),
        most if most >= 2e4 => (1e3, ", thousand"),
        _ => (1.0, ""),
    }
}

/// Whether the axis is the clock's: a whole day from midnight on.
pub(super) fn is_clock(day: &Day) -> bool {
    day.starts_at_s == 0.0 && day.span_s == 86_400.0
}

/// Arrivals in even parts of the time, as (from, to, rate), and the seconds that the rate is for: an
/// hour, or of less than three hours a minute.
pub(super) fn rates(day: &Day) -> (Vec<(f64, f64, f64)>, f64) {
    let unit_s = if day.span_s < 3.0 * 3600.0 { 60.0 } else { 3600.0 };
    let parts = ((day.span_s / unit_s).round()).clamp(1.0, 168.0);
    let width = day.span_s / parts;
    let arrived = |second: f64| {
        let after = day.seconds.partition_point(|point| *point < second);
        let at = |index: usize| Some((*day.seconds.get(index)?, *day.arrived.get(index)? as f64));
        match (after.checked_sub(1).and_then(at), at(after)) {
            (Some((from, low)), Some((to, high))) => low + (high - low) * (second - from) / (to - from),
            (None, Some((_, count))) | (Some((_, count)), None) => count,
            (None, None) => 0.0,
        }
    };
    let bar = |index: u32| {
        let (from, to) = (f64::from(index) * width, f64::from(index + 1) * width);
        (from, to, (arrived(to) - arrived(from)) * unit_s / width)
    };
    ((0..parts as u32).map(bar).collect(), unit_s)
}
