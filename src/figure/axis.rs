//! Axes and panels: where a value stands, and the ticks that say so.

use super::scene::{Anchor, At, Scene, Stroke, Text};
use super::style;

/// Values beyond these have no ticks: a report that was changed by hand may have any. The square of their
/// ratio is a number still.
const LEAST: f64 = 1e-75;
const MOST: f64 = 1e75;

/// What ticks are written in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ticks {
    /// Fractions, written as percents.
    Percent,
    /// Plain numbers of a unit that is so many times the value's.
    Times(f64),
}

/// A range of values with ticks.
#[derive(Debug, Clone)]
pub struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Values and their labels.
    pub ticks: Vec<(f64, String)>,
}

/// The least of 1, 2, 2.5, 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let parts = step / power;
    // Slightly above, so that 2.0000000001 counts as 2.
    power * [1.0, 2.0, 2.5, 5.0].into_iter().find(|round| parts <= round * (1.0 + 1e-9)).unwrap_or(10.0)
}

/// A number with a true minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    match text.strip_prefix('-') {
        Some(digits) if zero => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

impl Axis {
    /// Router accuracy: all of 0 to 1.
    pub fn unit() -> Self {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| (at, number(100.0 * at, 0) + "%")).to_vec();
        Axis { low: 0.0, high: 1.0, log: false, ticks }
    }

    /// A linear axis that holds all values, with about `count` round ticks. `least` is the smallest
    /// range to show, so that noise does not fill a panel. `None` without finite values.
    pub fn linear(values: impl IntoIterator<Item = f64>, count: usize, least: f64, ticks: Ticks) -> Option<Self> {
        let (low, high) = range(values)?;
        let lack = (least - (high - low)).max(0.0) / 2.0;
        let (low, high) = (low - lack, high + lack);
        // Only values that are all the same and near 0 leave no range.
        let span = if high - low > 0.0 { high - low } else { 1.0 };
        let step = round_step(span / count.max(1) as f64);
        let (first, last) = ((low / step + 1e-6).floor(), (high / step - 1e-6).ceil());
        let last = last.max(first + 1.0);
        let shown = match ticks {
            Ticks::Percent => 100.0,
            Ticks::Times(unit) => 1.0 / unit,
        };
        // As many digits as the step has: one more for steps of 2.5.
        let whole = |decimals: &i32| {
            let scaled = step * shown * 10f64.powi(*decimals);
            scaled.round() >= 1.0 && (scaled - scaled.round()).abs() < 1e-6 * scaled
        };
        let decimals = (0..15).find(whole).unwrap_or(0) as usize;
        let sign = if ticks == Ticks::Percent { "%" } else { "" };
        let labels = (0..=(last - first) as usize).map(|index| {
            let value = (first + index as f64) * step;
            (value, number(value * shown, decimals) + sign)
        });
        Some(Axis { low: first * step, high: last * step, log: false, ticks: labels.collect() })
    }

    /// The time from 0 to `span`, all of it and no more, with round ticks in units of `unit` times the value's.
    pub fn time(span: f64, unit: f64) -> Self {
        const STEPS: [f64; 15] = [0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 6.0, 10.0, 15.0, 30.0, 60.0, 168.0, 336.0, 672.0, 1344.0];
        // Hours go by days and weeks, minutes by tens.
        let fits = |step: &f64| span / unit / step <= 6.0 && !(unit == 1.0 && [10.0, 15.0, 30.0, 60.0].contains(step));
        let steps = STEPS.into_iter().chain([12.0, 24.0, 48.0].into_iter().filter(|_| unit == 1.0));
        let step = steps.filter(fits).fold(f64::INFINITY, f64::min);
        let step = if step.is_finite() { step } else { round_step(span / unit / 6.0) };
        let decimals = usize::from(step < 1.0);
        let tick = |index: u32| (f64::from(index) * step * unit, number(f64::from(index) * step, decimals));
        let count = (span / unit / step + 1e-9).floor() as u32;
        Axis { low: 0.0, high: span, log: false, ticks: (0..=count).map(tick).collect() }
    }

    /// A linear axis of shares: never beyond 0 and 1, where no value is.
    pub fn shares(values: &[f64], count: usize, least: f64) -> Option<Self> {
        let mut axis = Axis::linear(values.iter().copied(), count, least, Ticks::Percent)?;
        if values.iter().all(|value| value.is_nan() || (0.0..=1.0).contains(value)) {
            (axis.low, axis.high) = (axis.low.max(0.0), axis.high.min(1.0));
            axis.ticks.retain(|(tick, _)| (-1e-9..=1.0 + 1e-9).contains(tick));
        }
        Some(axis)
    }

    /// A logarithmic axis that holds all values, in units of `unit` times the value's. `None` where
    /// a value is not above 0.
    pub fn log(values: impl IntoIterator<Item = f64>, unit: f64) -> Option<Self> {
        let (low, high) = range(values)?;
        if low <= 0.0 {
            return None;
        }
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let rounds: &[f64] = if last - first <= 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let all = (first..=last).flat_map(|power| rounds.iter().map(move |round| round * 10f64.powi(power))).collect::<Vec<_>>();
        // The narrowest of these rounds that holds all, with a little air.
        let below = all.iter().copied().filter(|tick| *tick <= low / 1.02).fold(f64::NAN, f64::max);
        let above = all.iter().copied().filter(|tick| *tick >= high * 1.02).fold(f64::NAN, f64::min);
        let (low, high) = (if below.is_nan() { low / 1.3 } else { below }, if above.is_nan() { high * 1.3 } else { above });
        let label = |tick: f64| {
            let shown = tick / unit;
            number(shown, (-shown.log10().floor()).clamp(0.0, 12.0) as usize)
        };
        let ticks = all.into_iter().filter(|tick| (low..=high).contains(tick)).map(|tick| (tick, label(tick))).collect();
        Some(Axis { low, high, log: true, ticks })
    }

    /// A logarithmic axis from one value to another, both above 0, with ticks at powers of ten.
    pub fn decades(low: f64, high: f64) -> Self {
        let powers = (low.log10() - 1e-9).ceil() as i32..=(high.log10() + 1e-9).floor() as i32;
        let tick = |power: i32| (10f64.powi(power), number(10f64.powi(power), (-power).clamp(0, 12) as usize));
        Axis { low, high, log: true, ticks: powers.map(tick).collect() }
    }

    /// A logarithmic axis around values above 0 that are the ticks themselves, with a little air.
    pub fn stops(ticks: Vec<(f64, String)>) -> Option<Self> {
        let (low, high) = range(ticks.iter().map(|(value, _)| *value)).filter(|(low, _)| *low > 0.0)?;
        let air = (high / low).powf(0.08).max(1.1);
        Some(Axis { low: low / air, high: high * air, log: true, ticks })
    }

    /// A linear axis from one value to another, with these ticks.
    pub fn fixed(low: f64, high: f64, ticks: Vec<(f64, String)>) -> Self {
        Axis { low, high, log: false, ticks }
    }

    /// Where a value stands, 0 at the low end, 1 at the high one.
    fn share(&self, value: f64) -> f64 {
        if self.log { (value / self.low).ln() / (self.high / self.low).ln() } else { (value - self.low) / (self.high - self.low) }
    }

    /// Whether the axis goes on below a value.
    pub fn passes(&self, value: f64) -> bool {
        self.low < value && value < self.high
    }
}

/// Least and greatest of the finite values, where an axis can have ticks at both. What is nearer to 0 than
/// any tick counts as 0.
fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let shown = values.into_iter().filter(|value| value.is_finite()).map(|value| if value.abs() < LEAST { 0.0 } else { value });
    let range = shown.fold(None, |range: Option<(f64, f64)>, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    });
    range.filter(|(low, high)| low.abs() <= MOST && high.abs() <= MOST)
}

/// A rectangle with two axes.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
}

impl Panel {
    /// The place of a pair of values.
    pub fn at(&self, x: f64, y: f64) -> At {
        (self.left + self.x.share(x) * self.width, self.top + (1.0 - self.y.share(y)) * self.height)
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The labels below the panel: all, or of a logarithmic axis the powers of ten, or every second, third and so
    /// on: the first choice of which none touches another.
    fn x_labels(&self) -> Vec<Text> {
        let x = |value: f64| self.left + self.x.share(value) * self.width;
        let text = |(value, label): &(f64, String)| Text::small((x(*value), self.bottom() + 13.5), label.as_str()).anchor(Anchor::Middle);
        let all: Vec<Text> = self.x.ticks.iter().map(text).collect();
        let is_power = |text: &&Text| text.text.trim_matches(['0', '.']) == "1";
        let powers: Vec<Text> = all.iter().filter(|text| self.x.log && is_power(text)).cloned().collect();
        let fit = |texts: &[Text]| texts.windows(2).all(|pair| matches!(pair, [a, b] if b.room().left > a.room().right + 3.0));
        let every = |step: usize| all.iter().step_by(step).cloned().collect::<Vec<_>>();
        let choices = std::iter::once(all.clone()).chain((powers.len() > 1).then_some(powers)).chain((2..=all.len().max(2)).map(every));
        choices.into_iter().find(|texts| fit(texts)).unwrap_or_default()
    }

    /// Draws grid and frame, and the labels of either axis where wanted.
    pub fn frame(&self, scene: &mut Scene, label_x: bool, label_y: bool) {
        for (value, label) in &self.y.ticks {
            let (_, y) = self.at(0.0, *value);
            scene.line(vec![(self.left, y), (self.right(), y)], Stroke::solid(style::FAINT, 0.6));
            if label_y {
                scene.text(Text::small((self.left - 4.0, y + 0.36 * style::SMALL), label.as_str()).anchor(Anchor::End));
            }
        }
        for (value, _) in &self.x.ticks {
            let x = self.left + self.x.share(*value) * self.width;
            scene.line(vec![(x, self.top), (x, self.bottom())], Stroke::solid(style::FAINT, 0.6));
        }
        if label_x {
            self.x_labels().into_iter().for_each(|text| scene.text(text));
        }
        let (left, right, top, bottom) = (self.left, self.right(), self.top, self.bottom());
        scene.line(vec![(left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)], Stroke::solid(style::LIGHT, 0.6));
        if self.y.passes(0.0) {
            let (_, zero) = self.at(0.0, 0.0);
            scene.line(vec![(left, zero), (right, zero)], Stroke::solid(style::BLACK, 0.9));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        // -0.43 to 0.66 in 4 steps is 0.27 a step, so 0.5: from -0.5 to 1.
        let axis = Axis::linear([0.66, -0.43, f64::NAN], 4, 0.0, Ticks::Percent).unwrap();
        assert_eq!(labels(&axis), ["−50%", "0%", "50%", "100%"]);
        assert!(axis.passes(0.0));
        // All the same: at least 0.1 is shown, 0.45 to 0.55 in steps of 0.025 has a decimal.
        let axis = Axis::linear([0.5, 0.5], 4, 0.1, Ticks::Percent).unwrap();
        assert_eq!(labels(&axis), ["45.0%", "47.5%", "50.0%", "52.5%", "55.0%"]);
        assert!(Axis::linear([f64::NAN], 4, 0.1, Ticks::Percent).is_none());
    }

    #[test]
    fn time_has_the_ticks_of_clocks() {
        assert_eq!(labels(&Axis::time(24.0, 1.0)), ["0", "6", "12", "18", "24"]);
        assert_eq!(labels(&Axis::time(0.98, 1.0 / 60.0)), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(labels(&Axis::time(168.0, 1.0)), ["0", "48", "96", "144"]);
        // Half an hour of 1/60 hours each: the last tick is where the axis ends.
        let (at, label) = Axis::time(0.5, 1.0 / 60.0).ticks.pop().unwrap();
        assert!(label == "30" && (at - 0.5).abs() < 1e-12);
    }

    #[test]
    fn shares_do_not_go_beyond_all() {
        // 91% to 100% in 4 steps of 2.5%: a linear axis would go on to 102.5%.
        let axis = Axis::shares(&[0.91, 1.0], 4, 0.1).unwrap();
        assert_eq!(labels(&axis), ["90.0%", "92.5%", "95.0%", "97.5%", "100.0%"]);
        assert_eq!((axis.share(0.9), axis.share(1.0)), (0.0, 1.0));
        // A mean of graded scores may be beyond, and then so is the axis: 0.6 in 3 steps of 0.2.
        assert_eq!(labels(&Axis::shares(&[0.5, 1.1], 3, 0.1).unwrap()).last(), Some(&"120%"));
    }

    #[test]
    fn logarithmic_ticks_are_in_the_unit() {
        let axis = Axis::log([120.0, 9000.0], 1000.0).unwrap();
        assert_eq!(labels(&axis), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        // 1000 is halfway between 100 and 10000.
        assert!((axis.share(1000.0) - 0.5).abs() < 1e-12);
        assert!(Axis::log([0.0, 1.0], 1.0).is_none());
    }
}
