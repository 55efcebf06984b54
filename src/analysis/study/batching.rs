//! What batching brings: endpoints that differ in nothing but batch size (the paper's Table 15).

use serde::{Deserialize, Serialize};

use super::alike::alike;
use super::sample::{Subject, over};
use crate::analysis::Figure;
use crate::analysis::efficiency::Means;

/// A model on a hardware at several batch sizes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Batching {
    /// The model.
    pub model: String,
    /// The hardware, where known.
    pub hardware: Option<String>,
    /// Number format of the weights, where known.
    pub precision: Option<String>,
    /// In order of batch size.
    pub rows: Vec<BatchRow>,
}

/// One batch size. Ratios are to the smallest one, which has 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Queries answered at a time.
    pub batch_size: u32,
    /// The endpoint's id.
    pub endpoint: String,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean energy of a query, in joules.
    pub energy_j: Option<Figure>,
    /// Mean latency of a query, in seconds: its batch's.
    pub latency_s: Option<Figure>,
    /// Accuracy per watt, in 1/W. A query's power is its share of the batch's energy over the batch's time.
    pub apw: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Energy of a query over that at the smallest batch.
    pub energy_ratio: Option<Figure>,
    /// Accuracy per watt over that at the smallest batch.
    pub apw_gain: Option<Figure>,
    /// Accuracy per joule over that at the smallest batch.
    pub apj_gain: Option<Figure>,
}

/// Every group of endpoints that differ in batch size alone; a note where there is none.
pub(super) fn of(subject: &Subject, notes: &mut Vec<String>) -> Vec<Batching> {
    let groups = alike(subject, |endpoint| endpoint.batch_size.is_some(), |endpoint| endpoint.batch_size = None);
    let found: Vec<Batching> = groups.iter().filter_map(|members| batching(subject, members)).collect();
    if found.is_empty() {
        notes.push("no batching: no two endpoints differ in `batch_size` alone".to_owned());
    }
    found
}

fn batching(subject: &Subject, members: &[usize]) -> Option<Batching> {
    let mut sized: Vec<(u32, usize)> = members.iter().filter_map(|&index| Some((subject.endpoint(index).batch_size?, index))).collect();
    // A stable order, so that of endpoints of the same size the one listed first is what others are compared with.
    sized.sort_by_key(|(size, _)| *size);
    let (&(least, smallest), &(most, _)) = (sized.first()?, sized.last()?);
    let endpoint = subject.endpoint(smallest);
    (most > least).then(|| Batching {
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        precision: endpoint.precision.clone(),
        rows: sized.iter().map(|&(size, index)| row(subject, size, index, smallest)).collect(),
    })
}

fn row(subject: &Subject, batch_size: u32, index: usize, smallest: usize) -> BatchRow {
    let (mine, theirs) = (&subject.measured[index], &subject.measured[smallest]);
    BatchRow {
        batch_size,
        endpoint: subject.endpoint(index).id.clone(),
        answer_accuracy: mine.figure(|means| means.answer_accuracy),
        energy_j: mine.figure(|means| means.energy_j),
        latency_s: mine.figure(|means| means.latency_s),
        apw: mine.figure(Means::apw),
        apj: mine.figure(Means::apj),
        energy_ratio: over(mine, theirs, |means| means.energy_j),
        apw_gain: over(mine, theirs, Means::apw),
        apj_gain: over(mine, theirs, Means::apj),
    }
}
