//! The endpoints of a mapping, as a long table names them.

use std::collections::HashMap;

use super::mapping::{Problems, Section};
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;
use crate::trace::import::Gather;

/// Finds the endpoint of a row.
pub struct Endpoints {
    /// Those that the mapping lists, with their position in the trace and whether a row named them.
    listed: Vec<(Endpoint, usize, bool)>,
    /// What was found before, by the cells that name it.
    found: HashMap<String, usize>,
}

impl Endpoints {
    /// The endpoints that a mapping lists, in its order.
    pub fn new(sections: &[Section], gather: &mut Gather) -> Self {
        let listed = sections.iter().map(|section| {
            let endpoint = section.endpoint();
            let position = gather.endpoint(endpoint.clone());
            (endpoint, position, false)
        });
        Endpoints { listed: listed.collect(), found: HashMap::new() }
    }

    /// The endpoint of an id, which is kept as it is.
    pub fn by_id(&mut self, id: &str, place: &str, gather: &mut Gather) -> Result<usize> {
        if let Some(&position) = self.found.get(id) {
            return Ok(position);
        }
        let model = id.split_once('@').map_or(id, |(model, _)| model);
        let new = || Endpoint { id: id.to_owned(), model: model.to_owned(), ..Endpoint::default() };
        let position = self.find(id, |endpoint| endpoint.id == id, new, place, gather)?;
        self.found.insert(id.to_owned(), position);
        Ok(position)
    }

    /// The endpoint of a model, and of a hardware where the table has it.
    pub fn by_model(&mut self, model: &str, hardware: Option<&str>, place: &str, gather: &mut Gather) -> Result<usize> {
        // No name has a line break in it, so that two names cannot run together.
        let key = hardware.map_or_else(|| model.to_owned(), |hardware| format!("{model}\n{hardware}"));
        if let Some(&position) = self.found.get(&key) {
            return Ok(position);
        }
        let fits = |endpoint: &Endpoint| endpoint.model == model && (hardware.is_none() || endpoint.hardware.as_deref() == hardware);
        let shown = hardware.map_or_else(|| model.to_owned(), |hardware| format!("{model} on {hardware}"));
        let position = self.find(&shown, fits, || Endpoint::new(model, hardware), place, gather)?;
        self.found.insert(key, position);
        Ok(position)
    }

    fn find(
        &mut self,
        shown: &str,
        fits: impl Fn(&Endpoint) -> bool,
        new: impl FnOnce() -> Endpoint,
        place: &str,
        gather: &mut Gather,
    ) -> Result<usize> {
        if self.listed.is_empty() {
            let endpoint = new();
            endpoint.check().map_err(|error| error.at(place).hint("a column of other names can be mapped as `model`"))?;
            return Ok(gather.endpoint(endpoint));
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
