//! What precision costs and brings: endpoints that differ in nothing else (the paper's Figure 9).

use serde::{Deserialize, Serialize};

use super::alike::alike;
use super::sample::{Subject, over};
use crate::analysis::Figure;
use crate::analysis::efficiency::Means;

/// A model on a hardware in several precisions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// The model.
    pub model: String,
    /// The hardware, where known.
    pub hardware: Option<String>,
    /// Queries answered at a time, where known.
    pub batch_size: Option<u32>,
    /// From wide to narrow; words that are not known come last.
    pub rows: Vec<PrecisionRow>,
}

/// One precision. Ratios are to the widest, which has 1; `None` where no width is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRow {
    /// Number format of the weights, as the trace has it.
    pub precision: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean energy of a query, in joules.
    pub energy_j: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Answer accuracy over that of the widest.
    pub answer_accuracy_ratio: Option<Figure>,
    /// Energy over that of the widest.
    pub energy_ratio: Option<Figure>,
    /// Accuracy per joule over that of the widest.
    pub apj_gain: Option<Figure>,
}

/// The words for number formats by width, the widest first.
const WIDTHS: [&[&str]; 4] = [
    &["fp32", "f32", "float32"],
    &["bf16", "fp16", "f16", "float16", "bfloat16"],
    &["fp8", "int8", "q8", "w8a8"],
    &["fp4", "int4", "mxfp4", "nvfp4", "q4"],
];

/// The position of a word's width, the widest first; those that are not known come last.
fn width(word: &str) -> usize {
    let word = word.trim().to_ascii_lowercase().replace(['-', '_'], "");
    WIDTHS.iter().position(|words| words.contains(&word.as_str())).unwrap_or(WIDTHS.len())
}

/// Every group of endpoints that differ in precision alone; a note where there is none.
pub(super) fn of(subject: &Subject, notes: &mut Vec<String>) -> Vec<Precision> {
    let groups = alike(subject, |endpoint| endpoint.precision.is_some(), |endpoint| endpoint.precision = None);
    let found: Vec<Precision> = groups.iter().filter_map(|members| precision(subject, members, notes)).collect();
    if found.is_empty() {
        notes.push("no precision: no two endpoints differ in `precision` alone".to_owned());
    }
    found
}

fn precision(subject: &Subject, members: &[usize], notes: &mut Vec<String>) -> Option<Precision> {
    let word = |index: usize| subject.endpoint(index).precision.as_deref().unwrap_or_default();
    let mut ordered = members.to_vec();
    ordered.sort_by_key(|&index| width(word(index)));
    let first = *ordered.first()?;
    if ordered.iter().all(|&index| word(index) == word(first)) {
        return None;
    }
    let unknown: Vec<&str> = ordered.iter().map(|&index| word(index)).filter(|word| width(word) == WIDTHS.len()).collect();
    if !unknown.is_empty() {
        notes.push(format!("precision: not known how wide these are, so they stand last: {}", unknown.join(", ")));
    }
    let widest = Some(first).filter(|&index| width(word(index)) < WIDTHS.len());
    let endpoint = subject.endpoint(first);
    Some(Precision {
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        batch_size: endpoint.batch_size,
        rows: ordered.iter().map(|&index| row(subject, index, widest)).collect(),
    })
}

fn row(subject: &Subject, index: usize, widest: Option<usize>) -> PrecisionRow {
    let (endpoint, mine) = (subject.endpoint(index), &subject.measured[index]);
    let ratio = |mean: fn(&Means) -> Option<f64>| over(mine, &subject.measured[widest?], mean);
    PrecisionRow {
        precision: endpoint.precision.clone().unwrap_or_default(),
        endpoint: endpoint.id.clone(),
        answer_accuracy: mine.figure(|means| means.answer_accuracy),
        energy_j: mine.figure(|means| means.energy_j),
        apj: mine.figure(Means::apj),
        answer_accuracy_ratio: ratio(|means| means.answer_accuracy),
        energy_ratio: ratio(|means| means.energy_j),
        apj_gain: ratio(Means::apj),
    }
}
