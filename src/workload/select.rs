//! Which queries of a trace a workload has.
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

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::draw::{Draws, Stream};
use crate::error::{Error, Result};
use crate::trace::{Names, Trace};

/// A selection of queries, as a workload file has it. What is not said selects everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Only queries of these data sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dataset: Vec<String>,
    /// Only queries of these categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Only queries of these positions, the end left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Range<u32>>,
    /// Draw this many queries from the selected ones, with replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u32>,
}

impl Selection {
    /// Reads a workload file.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| Error::new("the workload cannot be read").at(place).cause(error))
    }

    /// Whether a query may be selected twice.
    pub(super) fn resampled(&self) -> bool {
        self.sample.is_some()
    }

    /// The selected positions; `None` for all in order.
    #[allow(clippy::indexing_slicing, reason = "positions are those of the trace")]
    pub(crate) fn positions(&self, trace: &Trace, seed: u64) -> Result<Option<Vec<u32>>> {
        if *self == Selection::default() {
            return Ok(None);
        }
        let dataset = codes(&self.dataset, trace.queries.dataset.as_ref(), "data set")?;
        let category = codes(&self.category, trace.queries.category.as_ref(), "category")?;
        let range = self.positions.clone().unwrap_or(0..u32::try_from(trace.len()).unwrap_or(u32::MAX));
        if range.end as usize > trace.len() || range.start > range.end {
            let found = format!("{}..{}", range.start, range.end);
            return Err(Error::new("no such range of queries").found(found).allowed(format!("within 0..{}", trace.len())));
        }
        let wanted = |position: u32, names: &Option<Names>, codes: &Option<Vec<u32>>| match (names, codes) {
            (Some(names), Some(codes)) => codes.contains(&names.codes[position as usize]),
            _ => true,
        };
        let queries = &trace.queries;
        let kept = range.filter(|&at| wanted(at, &queries.dataset, &dataset) && wanted(at, &queries.category, &category));
        let kept: Vec<u32> = kept.collect();
        let Some(sample) = self.sample else { return Ok(Some(kept)) };
        if kept.is_empty() {
            return Err(Error::new("there is no query to draw from").at("workload"));
        }
        let draws = Draws::new(seed, 0).stream(Stream::Sample, 0);
        Ok(Some((0..sample).map(|arrival| kept[draws.below(u64::from(arrival), kept.len())]).collect()))
    }
}

fn codes(wanted: &[String], names: Option<&Names>, what: &str) -> Result<Option<Vec<u32>>> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let names = names.map_or(&[][..], |names| &names.names);
    let code = |name: &String| {
        let position = (0..).zip(names).find(|(_, known)| *known == name).map(|(position, _)| position);
        position.ok_or_else(|| crate::error::unknown(what, name, names.iter().map(String::as_str)))
    };
    wanted.iter().map(code).collect::<Result<Vec<u32>>>().map(Some)
}
