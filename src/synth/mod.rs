//! Traces from a spec: joint correctness by a calibrated Gaussian copula, lengths, energy, time,
//! compute and money from each endpoint's profile.
//!
//! [`Spec::find`] reads a spec, [`feasibility`] tells whether its targets can hold together,
//! [`calibrate`] solves for the latent parameters, [`generate`] draws the trace. [`synthesize`] does
//! all of it.

mod answers;
mod balance;
mod calibrate;
mod cells;
mod check;
mod check_data;
mod check_targets;
mod drawn;
mod feasible;
mod form;
mod generate;
mod joint;
mod quantile;
mod rank;
mod root;
mod rows;
mod spec;
mod structure;
mod take;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use calibrate::{Calibration, Fitted, Reached, calibrate};
pub use feasible::{Feasibility, Target, feasibility};
pub use form::{Goal, Parameters};
pub use generate::generate;
pub use spec::{Answers, Category, Correlation, Dataset, EndpointSpec, Known, Length, Model, Profile, SavingTarget, Scaled, Spec, Tokens};

use crate::error::{Error, Result};
use crate::trace::Draft;

/// Queries of a generated trace at most: row numbers are of 32 bits.
pub const MOST_QUERIES: u64 = 1 << 31;

/// A generated trace, and how its targets came out.
#[derive(Debug, Clone)]
pub struct Synthesis {
    /// The trace, ready to be written.
    pub draft: Draft,
    /// Whether the targets hold together, and the nearest that do.
    pub feasibility: Feasibility,
    /// What calibration found.
    pub calibration: Calibration,
}

/// Tests the targets of a spec, calibrates and generates. With `nearest`, targets that cannot hold
/// together are moved to the nearest ones that can, and calibration may miss; without, that is an error.
///
/// # Errors
/// Where targets cannot hold together, calibration misses one, or there are too many queries.
pub fn synthesize(spec: &Spec, queries: u64, seed: u64, nearest: bool) -> Result<Synthesis> {
    if queries == 0 || queries > MOST_QUERIES {
        let error = Error::new("no trace has so many queries").at("--queries").found(queries);
        return Err(error.allowed(format!("1 to {MOST_QUERIES}")).usage());
    }
    let feasibility = feasibility(&spec.answers)?;
    let mut spec = spec.clone();
    if !feasibility.conflict.is_empty() {
        if !nearest {
            return Err(conflict(&spec, &feasibility));
        }
        calibrate::move_targets(&mut spec.answers, &feasibility.targets);
    }
    let calibration = calibrate(&spec.answers);
    let missed: Vec<&Reached> = calibration.reached.iter().filter(|target| target.is_missed()).collect();
    if !missed.is_empty() && !nearest {
        return Err(missed_error(&spec, &missed));
    }
    let draft = generate(&spec, &calibration, queries, seed)?;
    Ok(Synthesis { draft, feasibility, calibration })
}

impl Reached {
    /// Whether the fitted distribution misses the target by more than what solving it leaves.
    pub fn is_missed(&self) -> bool {
        (self.reached - self.wanted).abs() > calibrate::CLOSE
    }
}

const NEAREST_HINT: &str = "change the spec, or `--nearest` to generate with the nearest targets";

fn conflict(spec: &Spec, feasibility: &Feasibility) -> Error {
    let line = |&index: &usize| {
        let target = &feasibility.targets[index];
        format!("{}: {:.2}%", target.name, 100.0 * target.wanted)
    };
    let lines: Vec<String> = feasibility.conflict.iter().map(line).collect();
    let moved = feasibility.targets.iter().filter(|target| (target.nearest - target.wanted).abs() > 1e-6);
    let nearest: Vec<String> = moved.map(|target| format!("{}: {:.2}%", target.name, 100.0 * target.nearest)).collect();
    Error::new("these targets cannot hold together, whatever the joint distribution")
        .at(format!("spec `{}`", spec.name))
        .found(lines.join("\n"))
        .allowed(format!("the nearest that can:\n{}", nearest.join("\n")))
        .hint(NEAREST_HINT)
}

fn missed_error(spec: &Spec, missed: &[&Reached]) -> Error {
    let line = |target: &&Reached| format!("{}: {:.3}% of {:.3}%", target.name, 100.0 * target.reached, 100.0 * target.wanted);
    let lines: Vec<String> = missed.iter().take(12).map(line).collect();
    Error::new("a Gaussian copula of this form does not reach every target")
        .at(format!("spec `{}`", spec.name))
        .found(format!("reached, of wanted:\n{}", lines.join("\n")))
        .hint(format!("other correlations, or other accuracies; {NEAREST_HINT}"))
}
