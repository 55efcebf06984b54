//! Endpoints as policy files name them: by id, or by their role in the pool.

use crate::error::{Error, Result};
use crate::policy::Context;
use crate::trace::EndpointIx;

/// The word for the pool's fallback.
pub const FALLBACK: &str = "fallback";
/// The word for the pool's only candidate.
pub const LOCAL: &str = "local";

/// The endpoint that a name means in a pool, and whether that depends on the pool.
pub fn resolve(name: &str, parameter: &str, context: &Context) -> Result<(EndpointIx, bool)> {
    meant(name, context).map_err(|error| error.at(format!("`{parameter}`")))
}

/// The same where no parameter names it.
pub fn meant(name: &str, context: &Context) -> Result<(EndpointIx, bool)> {
    match name {
        FALLBACK => Ok((context.pool.fallback, true)),
        LOCAL => match context.pool.local[..] {
            [only] => Ok((only, true)),
            _ => {
                let ids: Vec<&str> =
                    context.pool.local.iter().map(|&index| context.trace.info.endpoints[index as usize].id.as_str()).collect();
                Err(Error::new("`local` means the only local endpoint, and there is not exactly one")
                    .found(format!("{} local endpoints", ids.len()))
                    .allowed(ids.join(", "))
                    .hint("name one, or keep one by `--local ENDPOINT`"))
            }
        },
        id => {
            let known = context.trace.info.endpoint(id)?;
            Ok((known as EndpointIx, false))
        }
    }
}
