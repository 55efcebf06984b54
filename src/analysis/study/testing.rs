//! Small traces in memory, to be worked out by hand.

use super::{Options, Study, of};
use crate::trace::{Column, Endpoint, Metric, Names, Outcomes, Queries, Tier, Trace, TraceInfo};

/// An endpoint of a tier and a size; its model and hardware are the parts of its id.
pub fn endpoint(id: &str, tier: Tier, params_total_b: f64) -> Endpoint {
    let (model, hardware) = id.split_once('@').unwrap_or((id, "box"));
    Endpoint {
        id: id.to_owned(),
        model: model.to_owned(),
        hardware: Some(hardware.to_owned()),
        tier: Some(tier),
        params_total_b: Some(params_total_b),
        ..Endpoint::default()
    }
}

/// An endpoint with its scores, joules and seconds; an empty list is a column that it lacks.
pub type Answered = (Endpoint, Vec<f64>, Vec<f64>, Vec<f64>);

/// A trace of endpoints with scores, joules and seconds of each query.
pub fn trace(endpoints: Vec<Answered>) -> Trace {
    let queries = endpoints.first().map_or(0, |(_, scores, ..)| scores.len());
    let mut info = TraceInfo { name: "small".to_owned(), ..TraceInfo::default() };
    let mut outcomes = Vec::new();
    for (endpoint, scores, joules, seconds) in endpoints {
        info.endpoints.push(endpoint);
        let mut answers = Outcomes { answered: queries, ..Outcomes::default() };
        for (metric, cells) in [(Metric::Score, scores), (Metric::EnergyJ, joules), (Metric::LatencyS, seconds)] {
            if !cells.is_empty() {
                answers.metrics.set(metric, Column::from_vec(cells));
            }
        }
        outcomes.push(answers);
    }
    let queries = Queries { rows: (0..queries as u32).collect(), ..Queries::default() };
    Trace { info, queries, outcomes, fingerprint: String::new() }
}

/// Four queries with an answer accuracy in quarters, each of this energy in this time.
pub fn constant(endpoint: Endpoint, right: usize, joules: f64, seconds: f64) -> Answered {
    let scores = (0..4).map(|query| if query < right { 1.0 } else { 0.0 }).collect();
    (endpoint, scores, vec![joules; 4], vec![seconds; 4])
}

/// Names the data sets and categories of the queries; an empty name is a missing one.
pub fn grouped(trace: &mut Trace, datasets: &[&str], categories: &[&str]) {
    let names = |cells: &[&str]| Names::new(cells.iter().map(|cell| (!cell.is_empty()).then_some(*cell)));
    trace.queries.dataset = Some(names(datasets));
    trace.queries.category = Some(names(categories));
}

/// The study of a trace with its notes as one text.
pub fn studied(trace: &Trace, options: &Options) -> (Study, String) {
    let (study, notes) = of(trace, options).unwrap_or_else(|error| panic!("{error}"));
    (study, notes.join("\n"))
}

/// The values of figures, to be compared.
pub fn values(figures: &[Option<crate::analysis::Figure>]) -> Vec<f64> {
    figures.iter().map(|figure| figure.map_or(f64::NAN, |figure| figure.value)).collect()
}

/// Whether two numbers agree but for rounding.
pub fn assert_close(found: &[f64], expected: &[f64]) {
    let close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(close), "{found:?} is not {expected:?}");
}
