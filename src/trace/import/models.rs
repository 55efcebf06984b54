//! Endpoints of sources that know a model's name and nothing of its hardware.

use std::collections::BTreeMap;

use super::Gather;
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;

/// The models so far, by the id that their names make.
#[derive(Debug, Default)]
pub(super) struct Models(BTreeMap<String, String>);

impl Models {
    /// The position of a model's endpoint, added where it is new. Two names that make one id
    /// (`a/x` and `b/x`) are an error: their answers would be taken for one model's.
    pub fn endpoint(&mut self, gather: &mut Gather, model: &str, place: &str) -> Result<usize> {
        let endpoint = Endpoint::new(model, None);
        let known = self.0.entry(endpoint.id.clone()).or_insert_with(|| model.to_owned());
        if known != model {
            return Err(Error::new("two models make the same endpoint")
                .at(place)
                .found(format!("`{model}` and `{known}`, both `{}`", endpoint.id))
                .hint("import them apart, or rename one"));
        }
        Ok(gather.endpoint(endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_make_one_id_are_refused() {
        let (mut gather, mut models) = (Gather::default(), Models::default());
        assert_eq!(models.endpoint(&mut gather, "a/x", "here").ok(), Some(0));
        assert_eq!(models.endpoint(&mut gather, "a/x", "here").ok(), Some(0));
        assert_eq!(models.endpoint(&mut gather, "a/y", "here").ok(), Some(1));
        let error = models.endpoint(&mut gather, "b/x", "here").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("`b/x` and `a/x`, both `x`"), "{error}");
    }
}
