//! What a trace leaves open until it is used: from which score an answer is correct, which
//! endpoints are local, and which energies may stand side by side.

use super::schema::Metric;
use super::table::{EndpointIx, Trace};
use crate::error::{Error, Result};

impl Trace {
    /// Whether some score of some endpoints lies between 0 and 1.
    fn is_graded(&self, endpoints: &mut dyn Iterator<Item = usize>) -> bool {
        let scores = endpoints.filter_map(|endpoint| self.metric(endpoint, Metric::Score));
        scores.flat_map(|column| column.iter()).any(|score| score > 0.0 && score < 1.0)
    }

    /// The score from which an answer is correct: as given, else as the trace says, else 1 where
    /// every score of the endpoints in use (`None`: of all) is 0 or 1.
    ///
    /// # Errors
    /// Where scores are graded and nobody said, and for a number that is no score above 0.
    pub fn correct_at(&self, given: Option<f64>, in_use: Option<&[EndpointIx]>) -> Result<f64> {
        if let Some(value) = given.or(self.info.defaults.correct_at) {
            let allowed = value > 0.0 && value <= 1.0;
            let error = || {
                Error::new("no answer can be told right or wrong by this score")
                    .at("--correct-at")
                    .found(value)
                    .allowed("above 0, up to 1")
                    .usage()
            };
            return allowed.then_some(value).ok_or_else(error);
        }
        let graded = match in_use {
            Some(in_use) => self.is_graded(&mut in_use.iter().map(|&endpoint| endpoint as usize)),
            None => self.is_graded(&mut (0..self.outcomes.len())),
        };
        if graded {
            return Err(Error::new("the scores are graded, and nothing says from which one on an answer is correct")
                .at(format!("trace `{}`", self.info.name))
                .found("scores between 0 and 1")
                .hint("give `--correct-at SCORE`, or write `correct_at` under [defaults] of the trace's description")
                .usage());
        }
        Ok(1.0)
    }

    /// The positions of the local endpoints: as given, else as the trace says, else all whose tier
    /// is known and not `cloud`. May be empty.
    ///
    /// # Errors
    /// For a name that is no endpoint of the trace.
    pub fn local(&self, given: &[String]) -> Result<Vec<usize>> {
        let named = if given.is_empty() { &self.info.defaults.local } else { given };
        if named.is_empty() {
            let endpoints = self.info.endpoints.iter().enumerate();
            return Ok(endpoints.filter(|(_, endpoint)| endpoint.is_local() == Some(true)).map(|(index, _)| index).collect());
        }
        let mut local = Vec::with_capacity(named.len());
        for id in named {
            let index = self.info.endpoint(id).map_err(|error| if given.is_empty() { error } else { error.at("--local").usage() })?;
            if !local.contains(&index) {
                local.push(index);
            }
        }
        Ok(local)
    }

    /// The warning that the energies of some endpoints in use (`None`: of all) are not comparable as
    /// they are; `None` where all that have energies state the same scope, or none states any.
    pub fn mixed_energy_scopes(&self, in_use: Option<&[EndpointIx]>) -> Option<Error> {
        let mut scopes: Vec<(&str, &str)> = Vec::new();
        let used = |index: usize| in_use.is_none_or(|in_use| in_use.iter().any(|endpoint| usize::from(*endpoint) == index));
        for (index, endpoint) in self.info.endpoints.iter().enumerate().filter(|(index, _)| used(*index)) {
            if self.metric(index, Metric::EnergyJ).is_none() {
                continue;
            }
            let scope = endpoint.energy_scope.map_or("of a scope that is not stated", |scope| scope.name());
            if !scopes.iter().any(|(known, _)| *known == scope) {
                scopes.push((scope, &endpoint.id));
            }
        }
        let found: Vec<String> = scopes.iter().map(|(scope, id)| format!("{scope} (`{id}`)")).collect();
        (found.len() > 1).then(|| {
            Error::new("energies of different scopes are not comparable as they are")
                .at(format!("trace `{}`, energy_scope", self.info.name))
                .found(found.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Endpoint, EnergyScope, Outcomes, Queries, Tier, TraceInfo};
    use super::*;

    fn trace(scores: &[f64]) -> Trace {
        let endpoint = |id: &str, tier, energy_scope| Endpoint { tier, energy_scope, ..Endpoint::new(id, None) };
        let endpoints = vec![
            endpoint("a", Some(Tier::Local), Some(EnergyScope::Node)),
            endpoint("b", None, None),
            endpoint("c", Some(Tier::Cloud), Some(EnergyScope::Accelerator)),
        ];
        let mut outcomes = Outcomes::default();
        outcomes.metrics.set(Metric::Score, Column::from_vec(scores.to_vec()));
        Trace {
            info: TraceInfo { endpoints, ..TraceInfo::default() },
            queries: Queries { rows: (0..scores.len() as u32).collect(), ..Queries::default() },
            outcomes: vec![outcomes; 3],
            fingerprint: String::new(),
        }
    }

    #[test]
    fn graded_scores_need_a_word() {
        assert_eq!(trace(&[0.0, 1.0, f64::NAN]).correct_at(None, None).ok(), Some(1.0));
        let graded = trace(&[0.0, 0.5]);
        assert!(graded.correct_at(None, None).is_err_and(|error| error.is_usage()));
        assert_eq!(graded.correct_at(Some(0.5), None).ok(), Some(0.5));
        assert!(graded.correct_at(Some(0.0), None).is_err() && graded.correct_at(Some(f64::NAN), None).is_err());
    }

    #[test]
    fn local_is_what_is_named_or_else_known() {
        let mut trace = trace(&[1.0]);
        assert_eq!(trace.local(&[]).ok(), Some(vec![0]), "`b` has no tier: not known to be local");
        trace.info.defaults.local = vec!["b".to_owned()];
        assert_eq!(trace.local(&[]).ok(), Some(vec![1]));
        assert_eq!(trace.local(&["c".to_owned(), "c".to_owned()]).ok(), Some(vec![2]));
    }

    #[test]
    fn scopes_differ_only_where_there_is_energy() {
        let mut trace = trace(&[1.0]);
        assert!(trace.mixed_energy_scopes(None).is_none());
        trace.outcomes[0].metrics.set(Metric::EnergyJ, Column::from_vec(vec![1.0]));
        assert!(trace.mixed_energy_scopes(None).is_none());
        trace.outcomes[1].metrics.set(Metric::EnergyJ, Column::from_vec(vec![1.0]));
        let warning = trace.mixed_energy_scopes(None).map(|error| error.to_string()).unwrap_or_default();
        assert!(warning.contains("node (`a`), of a scope that is not stated (`b`)"), "{warning}");
    }
}
