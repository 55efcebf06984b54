//! The threads of everything that works in parallel.

use crate::error::{Error, Result};
use crate::work::Work;

/// What a thread may put on its stack, as much as a program's first thread has: the whole of a call runs on one.
const STACK_BYTES: usize = 8 << 20;

/// Does some work on threads of its own, as many as it may take. What comes out is the same on any number.
///
/// # Errors
/// Where the system gives no threads.
pub fn on_threads_of<T: Send>(work: &Work, task: impl FnOnce() -> T + Send) -> Result<T> {
    // 0 leaves it to rayon, which knows the cores and its variable.
    let threads = work.threads.unwrap_or(0);
    let work = work.clone();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).start_handler(move |_| work.take_up()).build();
    let pool = pool.map_err(|error| Error::new("cannot start the threads").cause(error))?;
    Ok(pool.install(task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_threads_of_their_own() {
        let of = |threads| on_threads_of(&Work { threads: Some(threads), ..Work::default() }, rayon::current_num_threads).unwrap();
        // A second call may take another number.
        assert_eq!([of(1), of(3), of(2)], [1, 3, 2]);
    }
}
