//! The gap between the same model near and far.

use serde::{Deserialize, Serialize};

use super::sample::{Subject, over};
use crate::analysis::Figure;
use crate::analysis::efficiency::Means;

/// A model on a local and on a cloud endpoint, of the same precision where both are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LocalCloudGap {
    /// The model.
    pub model: String,
    /// The local endpoint.
    pub local: String,
    /// The cloud endpoint.
    pub cloud: String,
    /// Queries that the local endpoint answers at a time, where known.
    pub local_batch_size: Option<u32>,
    /// Queries that the cloud endpoint answers at a time, where known.
    pub cloud_batch_size: Option<u32>,
    /// The cloud's accuracy per watt over the local one.
    pub apw: Option<Figure>,
    /// The cloud's accuracy per joule over the local one.
    pub apj: Option<Figure>,
}

/// Every pair of a local and a cloud endpoint of the same model; a note where there is none.
pub(super) fn of(subject: &Subject, notes: &mut Vec<String>) -> Vec<LocalCloudGap> {
    let near = |index: usize| subject.local.contains(&index) || subject.endpoint(index).is_local() == Some(true);
    let locals: Vec<usize> = (0..subject.trace.outcomes.len()).filter(|&index| near(index)).collect();
    let mut gaps = Vec::new();
    for local in locals {
        for &cloud in &subject.cloud {
            gaps.extend(gap(subject, local, cloud));
        }
    }
    if gaps.is_empty() {
        notes.push("no gap between local and cloud: no model has an endpoint of each, with figures of both".to_owned());
    }
    gaps
}

/// `None` where the models or the precisions differ, or no ratio is known.
fn gap(subject: &Subject, local: usize, cloud: usize) -> Option<LocalCloudGap> {
    let (near, far) = (subject.endpoint(local), subject.endpoint(cloud));
    let precisions = near.precision.as_ref().zip(far.precision.as_ref());
    let differ = precisions.is_some_and(|(near, far)| !near.eq_ignore_ascii_case(far));
    if near.model != far.model || differ {
        return None;
    }
    let (mine, theirs) = (&subject.measured[cloud], &subject.measured[local]);
    let (apw, apj) = (over(mine, theirs, Means::apw), over(mine, theirs, Means::apj));
    (apw.is_some() || apj.is_some()).then(|| LocalCloudGap {
        model: near.model.clone(),
        local: near.id.clone(),
        cloud: far.id.clone(),
        local_batch_size: near.batch_size,
        cloud_batch_size: far.batch_size,
        apw,
        apj,
    })
}
