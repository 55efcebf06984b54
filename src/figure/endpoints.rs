//! Which look each endpoint has: the same in every figure of a report, and in all reports of a trace.
//!
//! The n-th model *of the trace* has the n-th colour, whichever endpoints a run leaves out, and its endpoints differ in
//! marker and dash: reports say at which place of the trace their endpoints stand. A rule by id alone (a hash) would
//! also be stable, but gives two of few models the same colour more often than not.

use super::ink::Ink;
use super::style::{self, Look};
use crate::report::Report;

/// The endpoints of a report with their looks.
pub struct Endpoints {
    known: Vec<Known>,
}

struct Known {
    id: String,
    model: String,
    /// The numbers of the model and of the endpoint among the model's.
    place: (usize, usize),
}

impl Endpoints {
    /// Those of the run by their places in the trace, then those that the report names besides: a reproduction
    /// takes its analyses from several traces. A model of several traces is one.
    pub fn of(report: &Report) -> Self {
        let mut endpoints = Endpoints { known: Vec::new() };
        for entry in &report.run.endpoints {
            if let Some(place) = entry.place {
                let place = (usize::from(place.model), usize::from(place.of_model));
                endpoints.known.push(Known { id: entry.id.clone(), model: entry.model.clone(), place });
            }
        }
        // Reports of older versions do not say the place.
        report.run.endpoints.iter().for_each(|entry| endpoints.add(&entry.id, &entry.model));
        if let Some(study) = &report.study {
            study.pairs.iter().for_each(|pair| endpoints.add(&pair.endpoint, &pair.model));
            study.over_time.iter().flat_map(|over_time| &over_time.steps).for_each(|step| endpoints.add(&step.endpoint, &step.model));
            let rows = study.coverage.iter().flat_map(|coverage| &coverage.rows);
            rows.flat_map(|row| row.best_local.iter().chain(&row.best_cloud)).for_each(|best| endpoints.add_by_id(&best.endpoint));
            let levels = study.difficulty.iter().flat_map(|difficulty| &difficulty.levels);
            levels.flat_map(|level| &level.endpoints).for_each(|id| endpoints.add_by_id(id));
        }
        endpoints
    }

    /// An id whose model is not told has it before its `@`, as most have.
    fn add_by_id(&mut self, id: &str) {
        self.add(id, id.split('@').next().unwrap_or(id));
    }

    fn add(&mut self, id: &str, model: &str) {
        if self.known.iter().any(|known| known.id == id) {
            return;
        }
        let same = |known: &&Known| known.model.eq_ignore_ascii_case(model);
        let of_model = self.known.iter().filter(same).map(|known| known.place.1 + 1).max().unwrap_or(0);
        let number = self.known.iter().find(same).map(|known| known.place.0);
        let next = self.known.iter().map(|known| known.place.0 + 1).max().unwrap_or(0);
        self.known.push(Known { id: id.to_owned(), model: model.to_owned(), place: (number.unwrap_or(next), of_model) });
    }

    /// The look of an endpoint, where the report names it.
    pub fn look(&self, id: &str) -> Option<Look> {
        self.known.iter().find(|known| known.id == id).map(Known::look)
    }

    /// The look of an endpoint; of one that the report names nowhere else, that of what is no endpoint.
    pub fn look_or_plain(&self, id: &str) -> Look {
        self.look(id).unwrap_or(style::PLAIN)
    }

    /// All that the report names, with their colours.
    pub fn inks(&self) -> impl Iterator<Item = (&str, Ink)> {
        self.known.iter().map(|known| (known.id.as_str(), known.look().ink))
    }
}

impl Known {
    fn look(&self) -> Look {
        style::numbered(self.place.0, self.place.1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::report::Place;

    #[test]
    fn endpoints_keep_their_look_when_others_are_left_out() {
        let mut report = sample::replay();
        // Models s, m, xl, xl.
        let models: Vec<String> = report.run.endpoints.iter().map(|entry| entry.model.clone()).collect();
        for (index, entry) in report.run.endpoints.iter_mut().enumerate() {
            entry.place = Place::of(models.iter().map(String::as_str), index);
        }
        assert_eq!(report.run.endpoints[3].place, Some(Place { model: 2, of_model: 1 }));
        let all = Endpoints::of(&report);
        report.run.endpoints.remove(1);
        report.run.endpoints.reverse();
        let fewer = Endpoints::of(&report);
        for entry in &report.run.endpoints {
            assert_eq!(fewer.look(&entry.id), all.look(&entry.id), "{}", entry.id);
        }
        assert_eq!((fewer.look("ladder-m@epyc-bs1"), fewer.inks().count()), (None, 3));
        // Two endpoints of a model have its colour and differ otherwise.
        let [first, second] = sample::BASELINES.map(|(id, ..)| all.look(id).unwrap());
        assert!(first.ink == second.ink && first.shape != second.shape && first.dash != second.dash);
        // Without places, as older reports are, it is the order of the report.
        report.run.endpoints.iter_mut().for_each(|entry| entry.place = None);
        assert_eq!(Endpoints::of(&report).look(&report.run.endpoints[0].id), Some(style::numbered(0, 0)));
    }
}
