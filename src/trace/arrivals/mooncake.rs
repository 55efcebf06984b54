//! Mooncake's traces: JSON Lines with a `timestamp` in milliseconds.
//!
//! Source: kvcache-ai/Mooncake, FAST25-release/traces.

use serde::Deserialize;

use super::{Format, Lines, Times};
use crate::error::Result;

pub(super) const FORMAT: Format = Format {
    name: "mooncake",
    looks_like: "JSON Lines with the key timestamp (milliseconds)",
    is_first_line: |line| line.trim_start().starts_with('{'),
    read,
};

#[derive(Deserialize)]
struct Request {
    timestamp: f64,
}

fn read(lines: &mut Lines) -> Result<Times> {
    let mut times = Times::default();
    while let Some(line) = lines.next()? {
        let allowed = "an object whose `timestamp` is in milliseconds, 0 and more";
        let shown = || line.chars().take(80).collect::<String>();
        let request: Request = serde_json::from_str(&line)
            .map_err(|error| lines.refuse(error.column(), "a line is no request", &shown(), allowed).cause(error))?;
        if !(request.timestamp.is_finite() && request.timestamp >= 0.0) {
            return Err(lines.refuse(1, "`timestamp` is no time", &request.timestamp.to_string(), allowed));
        }
        times.seconds.push(request.timestamp / 1000.0);
    }
    Ok(times)
}
