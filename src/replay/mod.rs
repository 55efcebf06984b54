//! The engine.

use crate::error::{Error, Result};

/// Sets the number of threads of everything that works in parallel; `None` takes every core.
pub fn use_threads(threads: Option<usize>) -> Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Error::new("cannot start the threads").found(threads).cause(error))
}

mod account;
mod exact;

pub use account::{AccountBlock, Status};
pub use exact::Exact;
