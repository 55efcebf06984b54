//! Improvement over the years, split into models and hardware (the paper's Table 2 and Figure 3).
//!
//! The paper's split is an identity: accuracy per watt is answer accuracy over power, so that its gain is
//! the ratio of accuracies (models) times the inverse ratio of powers (hardware). It charges to hardware
//! what a larger model draws. Where the trace also has the first model on the last hardware and the last
//! model on the first, the order in which model and hardware change can be averaged out (Shapley 1953):
//! with v the logarithm of the efficiency by (model, hardware),
//!
//! models = half of `v(new, old) - v(old, old) + v(new, new) - v(old, new)`,
//! hardware = half of `v(old, new) - v(old, old) + v(new, new) - v(new, old)`;
//!
//! together they are the logarithm of the gain. Reports give their exponentials, whose product it is.

use serde::{Deserialize, Serialize};

use super::sample::{Measured, Subject, compared, over};
use crate::analysis::Figure;
use crate::analysis::efficiency::{Means, ratio};

/// The endpoints that have a year, in its order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OverTime {
    /// At least two.
    pub steps: Vec<TimeStep>,
}

/// A year's endpoint, compared with the first year's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeStep {
    /// The year.
    pub year: u16,
    /// The endpoint's id.
    pub endpoint: String,
    /// Its model.
    pub model: String,
    /// Its hardware, where known.
    pub hardware: Option<String>,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean over queries of energy / latency, in watts.
    pub power_w: Option<Figure>,
    /// Mean energy, in joules.
    pub energy_j: Option<Figure>,
    /// Accuracy per watt, in 1/W.
    pub apw: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Gain in accuracy per watt over the first; `None` for the first itself and where it is not known.
    pub per_watt: Option<Improvement>,
    /// Gain in accuracy per joule over the first; `None` for the first itself and where it is not known.
    pub per_joule: Option<Improvement>,
}

/// A gain as a factor, and the factors that it is the product of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Improvement {
    /// This year's efficiency over the first year's.
    pub total: Figure,
    /// The models' part as the paper has it: the ratio of answer accuracies, this over the first.
    pub models: Figure,
    /// The hardware's part as the paper has it: the ratio of mean powers (or energies), the first over this.
    pub hardware: Figure,
    /// The order-free split, where the trace has both crossed pairs.
    pub crossed: Option<CrossedPairs>,
}

/// The Shapley split of the logarithm of a gain, as factors whose product is the gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossedPairs {
    /// The first year's model on this year's hardware.
    pub first_model: String,
    /// This year's model on the first year's hardware.
    pub this_model: String,
    /// The models' part.
    pub models: Figure,
    /// The hardware's part.
    pub hardware: Figure,
}

/// The years; `None` with a note where fewer than two endpoints have one.
pub(super) fn of(subject: &Subject, notes: &mut Vec<String>) -> Option<OverTime> {
    let year = |index: usize| Some((subject.endpoint(index).year?, index));
    let mut years: Vec<(u16, usize)> = (0..subject.trace.outcomes.len()).filter_map(year).collect();
    // A stable order: endpoints of the same year stay in the trace's.
    years.sort_by_key(|(year, _)| *year);
    let Some(&(first_year, first)) = years.first().filter(|_| years.len() > 1) else {
        notes.push("no improvement over time: fewer than two endpoints have a `year`".to_owned());
        return None;
    };
    if years.get(1).is_some_and(|(year, _)| *year == first_year) {
        notes.push(format!("over time: several endpoints are of {first_year}; others are compared with `{}`", subject.endpoint(first).id));
    }
    Some(OverTime { steps: years.iter().map(|&(year, index)| step(subject, year, index, first)).collect() })
}

fn step(subject: &Subject, year: u16, index: usize, first: usize) -> TimeStep {
    let (endpoint, mine) = (subject.endpoint(index), &subject.measured[index]);
    let improved = |efficiency: fn(&Means) -> Option<f64>, takes: fn(&Means) -> Option<f64>| {
        if index == first { None } else { improvement(subject, [first, index], efficiency, takes) }
    };
    TimeStep {
        year,
        endpoint: endpoint.id.clone(),
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        answer_accuracy: mine.figure(|means| means.answer_accuracy),
        power_w: mine.figure(|means| means.power_w),
        energy_j: mine.figure(|means| means.energy_j),
        apw: mine.figure(Means::apw),
        apj: mine.figure(Means::apj),
        per_watt: improved(Means::apw, |means| means.power_w),
        per_joule: improved(Means::apj, |means| means.energy_j),
    }
}

/// The gain of a second endpoint over a first in an efficiency, answer accuracy over what it `takes`.
fn improvement(
    subject: &Subject,
    [first, this]: [usize; 2],
    efficiency: fn(&Means) -> Option<f64>,
    takes: fn(&Means) -> Option<f64>,
) -> Option<Improvement> {
    let (old, new) = (&subject.measured[first], &subject.measured[this]);
    Some(Improvement {
        total: over(new, old, efficiency)?,
        models: over(new, old, |means| means.answer_accuracy)?,
        hardware: over(old, new, takes)?,
        crossed: crossed(subject, first, this, efficiency),
    })
}

fn crossed(subject: &Subject, first: usize, this: usize, efficiency: fn(&Means) -> Option<f64>) -> Option<CrossedPairs> {
    let (first_model, this_model) = (on(subject, first, this)?, on(subject, this, first)?);
    let of = |index: usize| -> &Measured { &subject.measured[index] };
    let all = [of(first), of(this_model), of(first_model), of(this)];
    // The efficiencies in this order: old model on old hardware, new on old, old on new, new on new.
    let half = |before: [usize; 2], after: [usize; 2]| {
        compared(all, |means| {
            let gain = |step: usize| ratio(efficiency(means[after[step]]), efficiency(means[before[step]]));
            Some((gain(0)? * gain(1)?).sqrt())
        })
    };
    Some(CrossedPairs {
        first_model: subject.endpoint(first_model).id.clone(),
        this_model: subject.endpoint(this_model).id.clone(),
        models: half([0, 2], [1, 3])?,
        hardware: half([0, 1], [2, 3])?,
    })
}

/// The endpoint of one's model on another's hardware, at that one's batch size.
fn on(subject: &Subject, model: usize, hardware: usize) -> Option<usize> {
    let (model, hardware) = (subject.endpoint(model), subject.endpoint(hardware));
    hardware.hardware.as_ref()?;
    (0..subject.trace.outcomes.len()).find(|&index| {
        let endpoint = subject.endpoint(index);
        endpoint.model == model.model && endpoint.hardware == hardware.hardware && endpoint.batch_size == hardware.batch_size
    })
}
