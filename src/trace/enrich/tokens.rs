//! Tokens of prompts and answers, which energy, latency, compute and cost follow from.

use super::EnrichOptions;
use super::log::Log;
use crate::error::{Error, Result};
use crate::trace::schema::MEASURED;
use crate::trace::{Draft, DraftEndpoint, Metric, Queries, text};

/// Numbers by answer, NaN where missing, and which of them are estimates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub cells: Vec<f64>,
    pub estimated: Vec<bool>,
}

impl Known {
    /// A metric of an endpoint.
    pub(super) fn of(endpoint: &DraftEndpoint, metric: Metric) -> Known {
        let rows = endpoint.rows.len();
        let cells = endpoint.metrics.get(metric).cloned().unwrap_or_else(|| vec![f64::NAN; rows]);
        let codes = endpoint.sources.get(metric).map(|codes| codes.iter().map(|&code| code != MEASURED).collect());
        Known { cells, estimated: codes.unwrap_or_else(|| vec![false; rows]) }
    }

    /// The tokens of the prompts: as the endpoint counts them, else as the trace does.
    pub(super) fn input_tokens(endpoint: &DraftEndpoint, queries: &Queries) -> Known {
        let mut known = Known::of(endpoint, Metric::InputTokens);
        if let Some(column) = &queries.input_tokens {
            for (cell, row) in known.cells.iter_mut().zip(&endpoint.rows).filter(|(cell, _)| cell.is_nan()) {
                let position = queries.rows.binary_search(row).ok();
                *cell = position.and_then(|position| column.get(position)).unwrap_or(f64::NAN);
            }
        }
        known
    }
}

/// Fills in the tokens that a person supplies or has counted from the texts.
pub(super) fn fill(draft: &mut Draft, options: &EnrichOptions, log: &mut Log) -> Result<()> {
    let ids: Vec<&str> = draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str()).collect();
    for (endpoint, tokens) in &options.output_tokens {
        if !(tokens.is_finite() && *tokens > 0.0) {
            return Err(Error::new("no number of tokens").at("--output-tokens").found(tokens).allowed("above 0").usage());
        }
        if let Some(id) = endpoint.as_ref().filter(|id| !ids.contains(&id.as_str())) {
            return Err(crate::error::unknown("endpoint", id, ids).at("--output-tokens").usage());
        }
    }
    let Draft { info, queries, endpoints } = draft;
    for endpoint in endpoints {
        let id = &endpoint.endpoint.id;
        let own = options.output_tokens.iter().find(|(only, _)| only.as_ref() == Some(id));
        if let Some((_, tokens)) = own.or_else(|| options.output_tokens.iter().find(|(only, _)| only.is_none())) {
            let cells = Known { cells: vec![*tokens; endpoint.rows.len()], estimated: vec![false; endpoint.rows.len()] };
            let source = format!("{tokens} output tokens, as given by --output-tokens");
            log.put(info, endpoint, Metric::OutputTokens, &cells, &source)?;
        }
        if options.tokens_from_text {
            let cells = count(endpoint, queries)?;
            log.put(info, endpoint, Metric::InputTokens, &cells, text::INPUT_SOURCE)?;
        }
    }
    Ok(())
}

/// Tokens counted from the prompts, of the answers that have no count.
fn count(endpoint: &DraftEndpoint, queries: &Queries) -> Result<Known> {
    let known = Known::input_tokens(endpoint, queries);
    let missing = known.cells.iter().filter(|cell| cell.is_nan()).count();
    let Some(prompts) = queries.prompts.as_ref().filter(|_| missing > 0) else {
        if missing == 0 {
            return Ok(Known { cells: vec![f64::NAN; known.cells.len()], ..known });
        }
        return Err(Error::new("the trace has no prompts to count tokens from")
            .at("--tokens-from-text")
            .found(format!("{missing} answers of `{}` without input tokens, and no prompts", endpoint.endpoint.id))
            .hint("import the trace again with its prompts, or with its tokens"));
    };
    let prompt = |row: &u32| prompts.get(queries.rows.binary_search(row).ok()?)?.as_deref();
    let tokens = |row: &u32| prompt(row).map_or(f64::NAN, text::tokens);
    let cells = known.cells.iter().zip(&endpoint.rows).map(|(cell, row)| if cell.is_nan() { tokens(row) } else { f64::NAN });
    Ok(Known { cells: cells.collect(), ..known })
}
