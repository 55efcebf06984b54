//! Policies that are objects of Python.

use std::sync::Arc;

use pyo3::prelude::*;
use wattroute::policy::PolicySpec;
use wattroute::router::SuppliedRouter;

use crate::errors;
use crate::routers::{Decider, Fitter, Running};

/// The policies of some objects, each with the name that the call's words have for it. The objects are those that
/// `wattroute._routers.prepared` makes. `running` is told of what their code raises.
pub fn read(objects: Vec<(String, Bound<'_, PyAny>)>, running: &Arc<Running>) -> PyResult<Vec<PolicySpec>> {
    let mut routers: Vec<(Bound<'_, PyAny>, Arc<dyn SuppliedRouter>)> = Vec::new();
    let mut specs = Vec::with_capacity(objects.len());
    for (name, object) in objects {
        let file: String = object.getattr("file")?.extract()?;
        let spec = match object.getattr("estimator")? {
            nothing if nothing.is_none() => PolicySpec::supplied(&name, &file, Arc::new(Decider::new(&object, running)?)),
            estimator => {
                // Policies with one estimator share what is fitted.
                let known = routers.iter().find(|(known, _)| known.is(&estimator)).map(|(_, router)| router.clone());
                let router = match known {
                    Some(router) => router,
                    None => Arc::new(Fitter::new(&object, running)?),
                };
                routers.push((estimator, router.clone()));
                PolicySpec::supplied_router(&name, &file, router)
            }
        };
        specs.push(spec.map_err(|error| errors::raised(object.py(), error, None))?);
    }
    Ok(specs)
}
