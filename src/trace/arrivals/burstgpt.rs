//! BurstGPT's traces: CSV with at least `Timestamp` (seconds) and `Response tokens`. Its versions have
//! the columns in different places. A response of no tokens is a failed request.
//!
//! Source: HPMLL/BurstGPT, "BurstGPT: A Real-world Workload Dataset to Optimize LLM Serving Systems".

use super::{Format, Lines, Times, cell, columns, has_columns, row};
use crate::error::Result;

pub(super) const FORMAT: Format = Format {
    name: "burstgpt",
    looks_like: "CSV with the columns Timestamp and Response tokens, among others",
    is_first_line: |line| TIMES.iter().any(|time| has_columns(line, &[time, RESPONSE])),
    read,
};

/// Some copies have the unit in the name.
const TIMES: [&str; 2] = ["Timestamp", "Timestamp (s)"];
const RESPONSE: &str = "Response tokens";

fn read(lines: &mut Lines) -> Result<Times> {
    let header = lines.peek()?.unwrap_or_default();
    let [usual, _] = TIMES;
    let name = TIMES.into_iter().find(|name| has_columns(&header, &[name])).unwrap_or(usual);
    let ([time, response], width) = columns(lines, [name, RESPONSE])?;
    let mut times = Times::default();
    let mut failed = 0u64;
    while let Some(row) = row(lines, width)? {
        let number = |column: usize, name: &str, allowed: &str| {
            let number: Option<f64> = cell(&row, column).parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
            number.ok_or_else(|| lines.refuse(column + 1, &format!("`{name}` is no number"), cell(&row, column), allowed))
        };
        let second = number(time, name, "seconds, 0 and more")?;
        if number(response, RESPONSE, "tokens, 0 and more")? == 0.0 {
            failed += 1;
        } else {
            times.seconds.push(second);
        }
    }
    if failed > 0 {
        times.notes.push(format!("{failed} failed requests (responses of 0 tokens) are left out"));
    }
    Ok(times)
}
