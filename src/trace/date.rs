//! Dates and times of day, as logs write them.

use std::ops::RangeInclusive;

/// What [`seconds`] reads, in words.
pub(super) const DATES: &str = "YYYY-MM-DD HH:MM:SS (or with a T), with or without fractions and a zone such as Z or +02:00, else in UTC";

const DAY: i64 = 86_400;
/// Days from the first of March of the year 0 to the first of January 1970.
const TO_1970: i64 = 719_468;

/// Seconds since the beginning of 1970, in UTC and without leap seconds, in the proleptic Gregorian calendar.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let (time, east) = zone(time.trim_end())?;
    let mut date = date.split('-');
    let (year, month, day) = (part(date.next()?, 1..=9999)?, part(date.next()?, 1..=12)?, part(date.next()?, 1..=31)?);
    let mut time = time.split(':');
    let (hour, minute) = (part(time.next()?, 0..=23)?, part(time.next()?, 0..=59)?);
    let second: f64 = time.next()?.parse().ok().filter(|second| (0.0..61.0).contains(second))?;
    if date.next().is_some() || time.next().is_some() {
        return None;
    }
    // Years start in March here, so that a leap day is the last of its year.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(((days - TO_1970) * DAY + hour * 3600 + minute * 60 - east) as f64 + second)
}

fn part(text: &str, range: RangeInclusive<i64>) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| range.contains(number))
}

/// A time of day without its zone, and the seconds by which that is ahead of UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (time, zone) = time.split_at_checked(at)?;
    let (sign, zone) = zone.split_at_checked(1)?;
    let (hours, minutes) = zone.split_once(':').or_else(|| zone.split_at_checked(2).filter(|_| zone.len() == 4))?;
    let east = part(hours, 0..=14)? * 3600 + part(minutes, 0..=59)? * 60;
    Some((time.trim_end(), if sign == "-" { -east } else { east }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds() {
        let between = |from: &str, to: &str| seconds(to).unwrap() - seconds(from).unwrap();
        assert_eq!(between("2023-11-16 18:17:03.5", "2023-11-16 18:17:04"), 0.5);
        // 2024 has a leap day, 2023 has none, and 2100 has none.
        assert_eq!(between("2024-02-28 00:00:00", "2024-03-01 00:00:00"), 2.0 * 86_400.0);
        assert_eq!(between("2023-12-31T23:59:59Z", "2024-01-01 00:00:00+00:00"), 1.0);
        assert_eq!(between("2023-01-01 00:00:00", "2024-01-01 00:00:00"), 365.0 * 86_400.0);
        assert_eq!(between("2100-02-28 00:00:00", "2100-03-01 00:00:00"), 86_400.0);
        // `date -d 2023-11-14T22:13:20Z +%s` is 1700000000.
        assert_eq!(seconds("2023-11-14T22:13:20Z"), Some(1.7e9));
    }

    #[test]
    fn zones_are_taken_off() {
        for same in ["2023-11-15 00:13:20+02:00", "2023-11-14T18:43:20-0330", "2023-11-14 22:13:20 +00:00"] {
            assert_eq!(seconds(same), Some(1.7e9), "{same}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let wrong = ["", "2023-11-16", "2023-13-16 00:00:00", "2023-11-16 24:00:00", "16.11.2023 18:17:03"];
        for wrong in wrong.into_iter().chain(["2023-11-16 18:17:03+2", "2023-11-16 18:17:03+é9:00", "2023-11-16 18:17:03+99:00"]) {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
