//! The contexts of a bandit: what is known of a query before its answer, as numbers of like size.

use crate::error::{Error, Result};
use crate::router::{Encoder, FeatureSpec};
use crate::trace::Trace;

/// Numbers of a context at most: a query costs the square of it for each endpoint.
const WIDEST: usize = 256;

/// The context of every query of a trace.
#[derive(Debug)]
pub struct Contexts {
    width: usize,
    cells: Vec<f32>,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

impl Contexts {
    /// Contexts of given numbers, row by row.
    #[cfg(test)]
    pub fn of(width: usize, cells: Vec<f32>) -> Contexts {
        Contexts { width, cells, notes: Vec::new() }
    }

    /// Numbers of a context, the constant among them.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The context of the query at a position of the trace.
    pub fn row(&self, position: usize) -> &[f32] {
        &self.cells[position * self.width..(position + 1) * self.width]
    }
}

/// The contexts of a trace: a constant 1, and its features with mean 0 and variance 1 over all of its
/// queries, 0 where missing and allowed to be. Outcomes are not looked at.
///
/// # Errors
/// Where features are missing and must not be, or there are too many.
pub fn context(trace: &Trace, spec: &FeatureSpec) -> Result<Contexts> {
    let spec = spec.narrowed(trace);
    // Without any feature it is a bandit without contexts.
    if spec.parts.as_ref().is_some_and(Vec::is_empty) {
        let notes = vec!["the trace tells nothing of its queries: every context is the constant alone".to_owned()];
        return Ok(Contexts { width: 1, cells: vec![1.0; trace.len()], notes });
    }
    let all: Vec<usize> = (0..trace.len()).collect();
    let encoder = Encoder::fit(&spec, trace, &all)?;
    let width = 1 + encoder.width();
    if width > WIDEST {
        return Err(Error::new("the context of a query is too wide for a bandit")
            .found(format!("{width} numbers"))
            .allowed(format!("up to {WIDEST}: a query costs the square of it for each endpoint"))
            .hint("leave features out, those of texts and embeddings first: `features.parts`"));
    }
    let bound = encoder.bind(trace)?;
    let mut cells = vec![1.0; trace.len() * width];
    cells.chunks_exact_mut(width).enumerate().for_each(|(position, row)| bound.row(position, &mut row[1..]));
    let mut notes = vec![format!(
        "contexts of {width} numbers, a constant among them; standardised by the features of all {} queries of the trace, whose outcomes \
         are not looked at",
        trace.len()
    )];
    notes.extend(encoder.notes());
    Ok(Contexts { width, cells, notes })
}
