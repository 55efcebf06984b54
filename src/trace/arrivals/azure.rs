//! Azure's LLM inference traces: `TIMESTAMP,ContextTokens,GeneratedTokens`, times as
//! `2023-11-16 18:17:03.9799600`, in later releases with `+00:00` behind them.
//!
//! Source: Azure/AzurePublicDataset, AzureLLMInferenceDataset2023 and 2024.

use super::{Format, Lines, Times, cell, columns, has_columns, row};
use crate::error::Result;
use crate::trace::date::{DATES, seconds};

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
        let second =
            seconds(cell(&row, time)).ok_or_else(|| lines.refuse(time + 1, &format!("`{TIME}` is no time"), cell(&row, time), DATES))?;
        times.seconds.push(second);
    }
    Ok(times)
}
