//! Work on somebody's behalf: how many threads it may take, and whether it is still wanted.
//!
//! A thread works for whoever its [`Work`] says. Threads that it starts take it over; where nobody said anything, all
//! cores may work, and until the end.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What some work may take, and whether it is wanted.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Threads that may work at a time; `None` for as many as there are cores.
    pub threads: Option<usize>,
    /// Set by whoever does not want it any more.
    pub unwanted: Arc<AtomicBool>,
}

thread_local! {
    static CURRENT: RefCell<Option<Work>> = const { RefCell::new(None) };
}

/// What unwinds a thread whose work is not wanted any more.
struct Unwanted;

impl Work {
    /// The work of this thread.
    pub fn current() -> Work {
        CURRENT.with_borrow(|current| current.clone().unwrap_or_default())
    }

    /// Has this thread work for it from now on.
    pub fn take_up(&self) {
        CURRENT.set(Some(self.clone()));
    }

    /// The number of threads that may work at a time.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }
}

/// A place where work ends that is not wanted any more: between two parts of anything that takes long. The stack is
/// unwound, as by a panic that says nothing, so that what is half-written goes and every thread comes to an end.
pub fn go_on() {
    let unwanted = CURRENT.with_borrow(|current| current.as_ref().is_some_and(|work| work.unwanted.load(Ordering::Relaxed)));
    if unwanted {
        std::panic::resume_unwind(Box::new(Unwanted));
    }
}

/// Whether a thread ended because its work was not wanted any more: no fault of the program.
pub fn was_unwanted(panic: &(dyn Any + Send)) -> bool {
    panic.is::<Unwanted>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwanted_work_ends_and_other_work_does_not() {
        let work = Work { threads: Some(3), ..Work::default() };
        let worker = |work: Work| {
            std::thread::spawn(move || {
                work.take_up();
                go_on();
                Work::current().threads()
            })
        };
        assert_eq!(worker(work.clone()).join().unwrap(), 3);
        work.unwanted.store(true, Ordering::Relaxed);
        let ended = worker(work).join().unwrap_err();
        assert!(was_unwanted(&*ended));
        // This thread works for nobody, and to the end.
        go_on();
        assert!(Work::current().threads.is_none() && !was_unwanted(&"a fault"));
    }
}
