//! The baseline's model on its hardware at other batch sizes: from which one on routing does not pay.
//!
//! Between measured sizes the energy that breaks even is interpolated as a straight line of logarithms,
//! as energy over batch size nearly is.

use serde::{Deserialize, Serialize};

use super::super::figure::{Figure, Fractions, Quantities};
use super::crossing::Saves;
use super::section::Study;
use super::sums::{Mix, each, savings};
use crate::error::Result;
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, Change};

/// A batch size and the advantage there.
type Point = (u32, f64);

/// How far beyond the measured sizes a line is drawn: up to that factor.
const FARTHEST: f64 = 10.0;

/// The saving against the baseline's model at each batch size that the trace has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchSizes {
    /// In ascending batch size; the answers are the baseline's throughout.
    pub sizes: Vec<BatchSize>,
    /// The batch size at which the oracle's saving is 0; null where it is not known.
    pub crossing: Fractions<BatchCrossing>,
    /// Why there is no crossing to look for.
    pub note: Option<String>,
}

/// One batch size of the baseline's model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchSize {
    /// The endpoint that it was recorded on.
    pub endpoint: String,
    /// Queries answered at a time.
    pub batch_size: u32,
    /// Means over the queries where they are known.
    pub per_query: Quantities<f64>,
    /// What the oracle saves against it.
    pub savings: Fractions<Figure>,
}

/// The batch size at which a saving is 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BatchCrossing {
    /// Which; absent where the saving has one sign at all measured sizes and a factor of ten beyond them.
    pub batch_size: Option<f64>,
    /// On which side of it the oracle saves.
    pub saves: Saves,
    /// The two measured sizes that the line goes through.
    pub between: Option<[u32; 2]>,
    /// Whether it lies beyond what was measured.
    pub extrapolated: bool,
}

/// The batch sizes of a section's baseline.
pub(super) fn sizes(study: &Study) -> Result<BatchSizes> {
    let endpoints = alike(study);
    let about = study.endpoint(study.baseline);
    if endpoints.len() < 2 {
        let has = about.batch_size.map_or("says no batch size of it".to_owned(), |size| format!("has it at batch size {size} alone"));
        let note = format!("the batch size at which savings vanish is not known: the trace {has} (`{}`)", about.id);
        return Ok(BatchSizes { sizes: Vec::new(), crossing: each(|_| None), note: Some(note) });
    }
    let mut sizes = Vec::new();
    let mut advantages: Vec<[Option<f64>; 4]> = Vec::new();
    for (endpoint, batch_size) in endpoints {
        let change = Change { stand_in: Some((study.baseline, endpoint)), ..Change::default() };
        let sample = study.changed(&[], &change)?;
        advantages.push(std::array::from_fn(|account| advantage(study, &sample.point, account)));
        sizes.push(BatchSize {
            endpoint: study.endpoint(endpoint).id.clone(),
            batch_size,
            per_query: Quantities::from_array(ACCOUNTS.map(|metric| study.replay.workload.mean(endpoint, metric))),
            savings: savings(&sample, 0, 1.0),
        });
    }
    let points = |account: usize| -> Option<Vec<Point>> {
        let known = sizes.iter().zip(&advantages).filter_map(|(size, all)| Some((size.batch_size, all.get(account).copied()??)));
        let known: Vec<Point> = known.collect();
        (known.len() > 1).then_some(known)
    };
    let crossing = each(|account| points(account).map(|points| cross(&points)));
    Ok(BatchSizes { crossing, sizes, note: None })
}

/// Endpoints that differ from the baseline in their batch size alone, by ascending size.
fn alike(study: &Study) -> Vec<(EndpointIx, u32)> {
    let baseline = study.endpoint(study.baseline);
    let mut found: Vec<(EndpointIx, u32)> = Vec::new();
    for (index, endpoint) in study.replay.workload.trace().info.endpoints.iter().enumerate() {
        let same = endpoint.model == baseline.model
            && endpoint.hardware == baseline.hardware
            && endpoint.tier == baseline.tier
            && endpoint.precision == baseline.precision
            && endpoint.framework == baseline.framework
            && endpoint.energy_scope == baseline.energy_scope;
        let taken = |size: u32| found.iter().any(|(_, known)| *known == size) && index != study.baseline as usize;
        if let Some(size) = endpoint.batch_size.filter(|size| same && !taken(*size)) {
            found.retain(|(_, known)| *known != size);
            found.push((index as EndpointIx, size));
        }
    }
    found.sort_by_key(|(_, size)| *size);
    found
}

/// The logarithm of what the cloud takes over what it may take for the saving to be 0: above 0 where
/// there is a saving. Where unsolved queries go to the baseline, they take the same on both sides.
fn advantage(study: &Study, sums: &[f64], account: usize) -> Option<f64> {
    let mix = Mix::of(sums, 0, account, 1.0)?;
    let (mine, theirs) = match study.falls_back_on_baseline() {
        true => (mix.local, mix.theirs - mix.rest),
        false => (mix.local + mix.rest, mix.theirs),
    };
    (mine > 0.0 && theirs > 0.0).then(|| (theirs / mine).ln())
}

/// Where the advantage is 0 over the logarithm of the batch size: the first change of sign, else beyond
/// the nearer end.
fn cross(points: &[Point]) -> BatchCrossing {
    let root = |(from, low): Point, (to, high): Point| {
        let (start, run) = (f64::from(from).ln(), (f64::from(to) / f64::from(from)).ln());
        (low != high).then(|| (start + run * low / (low - high)).exp())
    };
    let crossing = |(from, to): (Point, Point), at: f64, extrapolated| BatchCrossing {
        batch_size: Some(at),
        saves: if to.1 < from.1 { Saves::Below } else { Saves::Above },
        between: Some([from.0, to.0]),
        extrapolated,
    };
    let pairs: Vec<_> = points.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    for pair in &pairs {
        if (pair.0.1 > 0.0) != (pair.1.1 > 0.0)
            && let Some(at) = root(pair.0, pair.1)
        {
            return crossing(*pair, at, false);
        }
    }
    let beyond = |pair: Option<&(Point, Point)>, inside: &dyn Fn(f64) -> bool| {
        let pair = *pair?;
        root(pair.0, pair.1).filter(|at| inside(*at)).map(|at| crossing(pair, at, true))
    };
    let (first, last) = (points.first().map_or(1, |point| point.0), points.last().map_or(1, |point| point.0));
    beyond(pairs.last(), &|at| at > f64::from(last) && at <= FARTHEST * f64::from(last))
        .or_else(|| beyond(pairs.first(), &|at| at < f64::from(first) && at >= (f64::from(first) / FARTHEST).max(1.0)))
        .unwrap_or(BatchCrossing {
            batch_size: None,
            saves: if points.iter().any(|(_, advantage)| *advantage > 0.0) { Saves::Everywhere } else { Saves::Nowhere },
            between: None,
            extrapolated: false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batch_size_lies_on_the_line_of_logarithms() {
        // From 4 times at batch 1 to a quarter at batch 16 it is even in the middle: at batch 4.
        let found = cross(&[(1, 4f64.ln()), (16, 0.25f64.ln())]);
        assert!(found.batch_size.is_some_and(|at| (at - 4.0).abs() < 1e-12) && !found.extrapolated);
        assert_eq!((found.saves, found.between), (Saves::Below, Some([1, 16])));
        // From 4 times at 1 to 2 times at 8: even at 64, which is beyond.
        let found = cross(&[(1, 4f64.ln()), (8, 2f64.ln())]);
        assert!(found.batch_size.is_some_and(|at| (at - 64.0).abs() < 1e-9) && found.extrapolated);
        // From a half at 4 to a quarter at 16: even at 1, and no batch is smaller.
        let found = cross(&[(4, 0.5f64.ln()), (16, 0.25f64.ln())]);
        assert!(found.batch_size.is_some_and(|at| (at - 1.0).abs() < 1e-9) && found.extrapolated);
        // The same at every size: no crossing.
        assert_eq!(cross(&[(1, 1.0), (8, 1.0)]).saves, Saves::Everywhere);
        assert_eq!(cross(&[(1, -1.0), (8, -1.0)]).batch_size, None);
    }
}
