//! Endpoints that are equal in all but one thing.

use super::sample::Subject;
use crate::trace::Endpoint;

/// Groups of at least two endpoints that `bare` makes equal, in the order of the trace. What does not
/// say how an answer was made (the id, prices, idle power, the year of a comparison) is not looked at.
pub(super) fn alike(subject: &Subject, varies: impl Fn(&Endpoint) -> bool, bare: impl Fn(&mut Endpoint)) -> Vec<Vec<usize>> {
    let mut groups: Vec<(Endpoint, Vec<usize>)> = Vec::new();
    for index in (0..subject.trace.outcomes.len()).filter(|&index| varies(subject.endpoint(index))) {
        let endpoint = subject.endpoint(index);
        let mut kind =
            Endpoint { id: String::new(), year: None, idle_w: None, electricity_usd_per_kwh: None, price: None, ..endpoint.clone() };
        bare(&mut kind);
        match groups.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, members)) => members.push(index),
            None => groups.push((kind, vec![index])),
        }
    }
    groups.into_iter().map(|(_, members)| members).filter(|members| members.len() > 1).collect()
}
