//! Files side by side: how many threads read, write and parse a trace.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::work::{self, Work};

/// The number of threads that may work at a time.
pub(super) fn threads() -> usize {
    Work::current().threads()
}

/// What `work` gives for each of the jobs `0..jobs`, in that order. Threads take the jobs one by one as
/// they get free: the long ones should come first.
pub(super) fn side_by_side<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let ours = Work::current();
    let threads = ours.threads().min(jobs);
    let work = |job| {
        work::go_on();
        work(job)
    };
    if threads <= 1 {
        return (0..jobs).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return done;
            }
            done.push((job, work(job)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        // This thread works too.
        let other = || {
            ours.take_up();
            take()
        };
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(other)).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(job, _)| *job);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let squares = side_by_side(1000, |job| job * job);
        assert!(squares.iter().enumerate().all(|(job, square)| *square == job * job) && squares.len() == 1000);
        assert!(side_by_side(0, |job| job).is_empty());
    }
}
