//! The endpoints of a mapping, as a long table names them.

use std::collections::HashMap;

use super::mapping::{Problems, Section};
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;
use crate::trace::import::{Gather, Place};

/// Finds the endpoint of a row.
pub struct Endpoints {
    /// Those that the mapping lists, with their position in the trace and whether a row named them.
    listed: Vec<(Endpoint, usize, bool)>,
    /// Ids that were found before.
    by_id: HashMap<String, usize>,
    /// Models that were found before, with the hardware of each of their endpoints.
    by_model: HashMap<String, Vec<(Option<String>, usize)>>,
}

impl Endpoints {
    /// The endpoints that a mapping lists, in its order.
    pub fn new(sections: &[Section], place: &str, gather: &mut Gather) -> Result<Self> {
        let listed = sections.iter().map(|section| {
            let endpoint = section.endpoint();
            let position = gather.endpoint(endpoint.clone(), place)?;
            Ok((endpoint, position, false))
        });
        Ok(Endpoints { listed: listed.collect::<Result<_>>()?, by_id: HashMap::new(), by_model: HashMap::new() })
    }

    /// The endpoint of an id, which is kept as it is.
    pub fn by_id(&mut self, id: &str, place: Place, gather: &mut Gather) -> Result<usize> {
        if let Some(&position) = self.by_id.get(id) {
            return Ok(position);
        }
        let model = id.split_once('@').map_or(id, |(model, _)| model);
        let new = || Endpoint { id: id.to_owned(), model: model.to_owned(), ..Endpoint::default() };
        let position = self.find(id, |endpoint| endpoint.id == id, new, place, gather)?;
        self.by_id.insert(id.to_owned(), position);
        Ok(position)
    }

    /// The endpoint of a model, and of a hardware where the table has it.
    pub fn by_model(&mut self, model: &str, hardware: Option<&str>, place: Place, gather: &mut Gather) -> Result<usize> {
        let found = self.by_model.get(model).and_then(|endpoints| endpoints.iter().find(|(known, _)| known.as_deref() == hardware));
        if let Some((_, position)) = found {
            return Ok(*position);
        }
        let fits = |endpoint: &Endpoint| endpoint.model == model && (hardware.is_none() || endpoint.hardware.as_deref() == hardware);
        let shown = hardware.map_or_else(|| model.to_owned(), |hardware| format!("{model} on {hardware}"));
        let position = self.find(&shown, fits, || Endpoint::new(model, hardware), place, gather)?;
        self.by_model.entry(model.to_owned()).or_default().push((hardware.map(str::to_owned), position));
        Ok(position)
    }

    fn find(
        &mut self,
        shown: &str,
        fits: impl Fn(&Endpoint) -> bool,
        new: impl FnOnce() -> Endpoint,
        place: Place,
        gather: &mut Gather,
    ) -> Result<usize> {
        if self.listed.is_empty() {
            let endpoint = new();
            endpoint.check().map_err(|error| error.at(place).hint("a column of other names can be mapped as `model`"))?;
            return gather.endpoint(endpoint, place);
        }
        let mut fitting = self.listed.iter_mut().filter(|(endpoint, ..)| fits(endpoint));
        match (fitting.next(), fitting.next()) {
            (Some((_, position, used)), None) => {
                *used = true;
                Ok(*position)
            }
            (Some((one, ..)), Some((other, ..))) => Err(Error::new("two [[endpoint]]s of the mapping fit")
                .at(place)
                .found(format!("`{shown}`: `{}` and `{}`", one.id, other.id))
                .allowed("one of them")
                .hint("map the column with the hardware too, or one with ids")),
            (None, _) => {
                let names = self.listed.iter().map(|(endpoint, ..)| endpoint.id.as_str());
                Err(crate::error::unknown("[[endpoint]] in the mapping", shown, names).at(place))
            }
        }
    }

    /// Endpoints that no row named are mistakes.
    pub fn finish(self, sections: &[Section], problems: &mut Problems) {
        for (section, (endpoint, _, used)) in sections.iter().zip(&self.listed) {
            if !used {
                let problem = problems.at("an [[endpoint]] that no row names", section.model.span());
                problems.push(problem.found(format!("`{}`", endpoint.id)));
            }
        }
    }
}
