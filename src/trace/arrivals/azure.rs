//! Azure's LLM inference traces: `TIMESTAMP,ContextTokens,GeneratedTokens`, times as
//! `2023-11-16 18:17:03.9799600`, in later releases with `+00:00` behind them.
//!
//! Source: Azure/AzurePublicDataset, AzureLLMInferenceDataset2023 and 2024.

use super::{Format, Lines, Times, cell, columns, has_columns, row};
use crate::error::Result;

pub(super) const FORMAT: Format = Format {
    name: "azure",
    looks_like: "CSV with the columns TIMESTAMP,ContextTokens,GeneratedTokens",
    is_first_line: |line| has_columns(line, &[TIME, "ContextTokens", "GeneratedTokens"]),
    read,
};

const TIME: &str = "TIMESTAMP";

fn read(lines: &mut Lines) -> Result<Times> {
    let ([time], width) = columns(lines, [TIME])?;
    let mut times = Times { dated: true, ..Times::default() };
    while let Some(row) = row(lines, width)? {
        let second = seconds(cell(&row, time)).ok_or_else(|| {
            lines.refuse(
                time + 1,
                &format!("`{TIME}` is no time"),
                cell(&row, time),
                "YYYY-MM-DD HH:MM:SS, with or without fractions, in UTC",
            )
        })?;
        times.seconds.push(second);
    }
    Ok(times)
}

/// Seconds since the first of March of the year 0, in the proleptic Gregorian calendar.
fn seconds(text: &str) -> Option<f64> {
    let text = text.strip_suffix("+00:00").or_else(|| text.strip_suffix('Z')).unwrap_or(text);
    let (date, time) = text.split_once([' ', 'T'])?;
    let part = |text: &str, range: std::ops::RangeInclusive<i64>| text.parse::<i64>().ok().filter(|number| range.contains(number));
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
    Some((days * 86_400 + hour * 3600 + minute * 60) as f64 + second)
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
        for wrong in ["", "2023-11-16", "2023-13-16 00:00:00", "2023-11-16 24:00:00", "16.11.2023 18:17:03"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
