//! When the queries of a day arrive: how many in each step of the time.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

use crate::error::{Error, Result};
use crate::trace::arrivals::ArrivalFile;

/// Arrivals of the paper's day (Intelligence per Watt, arXiv 2511.07885, Section 4.3 and Figure 4).
pub const PAPER_ARRIVALS: u64 = 80_200_000;

/// The name of the built-in shape.
const BUILT_IN: &str = "the built-in day";

/// Relative rates at half past each hour, in hundredths. An assumption, after the look of public
/// service logs: a low point before dawn, a broad plateau over working hours, a slow evening. Totals
/// do not depend on it, and neither do savings: it says only when they come.
const RATES: [u64; 24] = [62, 50, 42, 37, 35, 38, 48, 66, 92, 120, 138, 146, 142, 144, 152, 154, 148, 138, 126, 118, 114, 108, 96, 78];

/// Seconds of a step of the built-in day, and the longest step of a file.
const MINUTE: f64 = 60.0;
/// Shorter steps for files of less than a few hours, in seconds.
const SHORTER: [f64; 12] = [30.0, 20.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.01];
/// The last of them.
const SHORTEST: f64 = 0.01;
/// A file that is long enough for it has at least that many steps,
const FEWEST: f64 = 240.0;
/// and no file has more than those of a week of minutes.
const MOST: f64 = 7.0 * 1440.0;

/// How many queries arrive in each step of the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrivals {
    /// What gave the shape.
    pub shape: String,
    /// Length of a step in seconds.
    pub step_s: f64,
    /// Arrivals of each step.
    pub counts: Vec<u64>,
    /// Time of the day at which the first step starts, in seconds.
    pub starts_at_s: f64,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

impl Arrivals {
    /// A day from midnight to midnight, by the minute, with the built-in shape.
    ///
    /// # Errors
    /// Where there is no arrival, or more than keys of 32 bits can tell apart.
    pub fn built_in(total: u64) -> Result<Arrivals> {
        // Between two middles of hours the rate is a straight line, counted in half minutes.
        let hours = RATES.iter().zip(RATES.iter().cycle().skip(1));
        let between = |(now, next): (&u64, &u64)| {
            (0..60).map(move |minute| (now * (119 - 2 * minute)) + next * (2 * minute + 1)).collect::<Vec<u64>>()
        };
        let mut weights: Vec<u64> = hours.flat_map(between).collect();
        // The first straight line begins at half past midnight.
        weights.rotate_right(30);
        let notes = vec!["the shape of the built-in day is an assumption; totals and savings do not depend on it".to_owned()];
        Ok(Arrivals { shape: BUILT_IN.to_owned(), step_s: MINUTE, counts: share_out(total, &weights)?, starts_at_s: 0.0, notes })
    }

    /// The shape of a file over its own span, scaled to a number of arrivals; without one the file's own.
    ///
    /// # Errors
    /// As for [`Arrivals::built_in`].
    #[allow(clippy::indexing_slicing, reason = "no time is after the last, which the last weight is of")]
    pub fn from_file(file: &ArrivalFile, total: Option<u64>) -> Result<Arrivals> {
        let span = file.times_s.iter().fold(0.0, |span: f64, time| span.max(*time));
        let step_s = step(span);
        let mut weights = vec![0u64; whole(span / step_s) + 1];
        for time in &file.times_s {
            weights[whole(time / step_s)] += 1;
        }
        let counts = share_out(total.unwrap_or(file.times_s.len() as u64), &weights)?;
        let mut notes = file.notes.clone();
        if file.starts_at_s.is_none() {
            notes.push(format!("{}: times without a date are taken to start at midnight", file.name));
        }
        let shape = format!("{} ({})", file.name, file.format);
        Ok(Arrivals { shape, step_s, counts, starts_at_s: file.starts_at_s.unwrap_or(0.0), notes })
    }

    /// Number of arrivals.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Length of the whole in seconds.
    pub fn span_s(&self) -> f64 {
        self.step_s * self.counts.len() as f64
    }

    /// The hour of the day, 0 to 23, in which a step starts.
    pub fn hour(&self, step: usize) -> usize {
        // A thousandth of a second later, since a step of a tenth is none in binary.
        whole((self.starts_at_s + step as f64 * self.step_s + 1e-3) / 3600.0) % 24
    }
}

/// The whole of a number of steps or hours from 0 up, of which [`step`] makes few.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 0 there is 0, and NaN is 0")]
fn whole(number: f64) -> usize {
    number as usize
}

/// The length of a step: a minute, less where that would give few steps, more where too many.
fn step(span_s: f64) -> f64 {
    if span_s / MINUTE > MOST {
        return (span_s / MOST / MINUTE).ceil() * MINUTE;
    }
    let fine = |step: &f64| span_s / step >= FEWEST;
    std::iter::once(MINUTE).chain(SHORTER).find(fine).unwrap_or(SHORTEST)
}

/// Shares a total out in proportion to weights: each running sum is the exact one, rounded, so that
/// nothing is lost and a total equal to the sum of the weights gives the weights.
fn share_out(total: u64, weights: &[u64]) -> Result<Vec<u64>> {
    if total == 0 || total > u64::from(u32::MAX) {
        let allowed = format!("1 to {}", u32::MAX);
        return Err(Error::new("no number of arrivals").at("--arrivals-total").found(total).allowed(allowed).usage());
    }
    let all: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if all == 0 {
        return Err(Error::new("nothing arrives").found(0).allowed("1 arrival and more"));
    }
    let (mut sum, mut before) = (0u128, 0u64);
    let count = |&weight: &u64| {
        sum += u128::from(weight);
        // No more than the total.
        let until = u64::try_from((2 * u128::from(total) * sum + all) / (2 * all)).unwrap_or(total);
        let count = until - before;
        before = until;
        count
    };
    Ok(weights.iter().map(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(times_s: Vec<f64>) -> ArrivalFile {
        ArrivalFile { name: "f".to_owned(), format: "hand-made", times_s, starts_at_s: Some(3590.0), notes: Vec::new() }
    }

    #[test]
    fn the_built_in_day_has_all_its_arrivals_and_its_shape() -> Result<()> {
        let day = Arrivals::built_in(PAPER_ARRIVALS)?;
        assert_eq!((day.counts.len(), day.total(), day.span_s()), (1440, 80_200_000, 86_400.0));
        // At half past an hour two neighbouring minutes have its rate: 154 of 2,392 parts of the day at
        // 15:30 is 154 / 2392 / 60 of 80.2M a minute, 86,057 (the corner of the line a little less).
        assert!(day.counts[15 * 60 + 29].abs_diff(86_057) < 100, "{}", day.counts[15 * 60 + 29]);
        assert!(day.counts[4 * 60 + 30] < day.counts[15 * 60 + 30] / 4);
        assert_eq!((day.hour(0), day.hour(59), day.hour(60), day.hour(1439)), (0, 0, 1, 23));
        Ok(())
    }

    #[test]
    fn a_file_keeps_its_own_arrivals_and_can_be_scaled() -> Result<()> {
        // 2,399 s are less than 240 steps of 10 s, and enough of 5 s.
        let own = Arrivals::from_file(&file(vec![0.0, 1.0, 25.0, 2399.0]), None)?;
        assert_eq!((own.step_s, own.counts.len(), own.total()), (5.0, 480, 4));
        assert_eq!((own.counts[0], own.counts[5], own.counts[479]), (2, 1, 1));
        // Started at 00:59:50: the third step of 5 s is the next hour.
        assert_eq!((own.hour(1), own.hour(2)), (0, 1));
        let scaled = Arrivals::from_file(&file(vec![0.0, 1.0, 25.0, 2399.0]), Some(1000))?;
        assert_eq!((scaled.counts[0], scaled.counts[5], scaled.counts[479]), (500, 250, 250));
        Ok(())
    }

    #[test]
    fn steps_suit_the_span() {
        // An hour in steps of 15 s, a day in minutes, 121 days in 18 minutes, an instant in hundredths.
        assert_eq!([3600.0, 86_400.0, 121.0 * 86_400.0, 0.0].map(step), [15.0, 60.0, 1080.0, 0.01]);
    }

    #[test]
    fn totals_that_cannot_be_keyed_are_refused() {
        for total in [0, 1 << 32] {
            assert!(Arrivals::built_in(total).is_err_and(|error| error.is_usage()));
        }
    }
}
