//! Dealing work out to threads, each with sums of its own.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::error::Result;

/// Works through the numbers below `count`: as many workers as there are threads, each made once since its
/// sums are large, take the next number until none is left. Which worker gets which number is left to
/// chance: what they add up must not depend on it.
///
/// # Errors
/// The first worker's that fails.
pub(crate) fn deal<W: Send>(
    count: usize,
    new: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize, Option<usize>) -> Result<()> + Sync,
) -> Result<Vec<W>> {
    let next = AtomicUsize::new(0);
    let workers = rayon::current_num_threads().clamp(1, count.max(1));
    let worker = |_| {
        let mut worker = new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(worker);
            }
            crate::work::go_on();
            let likely = number + workers;
            work(&mut worker, number, (likely < count).then_some(likely))?;
        }
    };
    (0..workers).into_par_iter().with_max_len(1).map(worker).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn every_number_is_worked_on_once_and_a_failure_is_told() {
        let add = |sum: &mut usize, number: usize, next: Option<usize>| {
            assert!(next.is_none_or(|next| next > number));
            *sum += number;
            Ok(())
        };
        let sum = |count| deal(count, || 0, add).map(|sums| sums.iter().sum::<usize>());
        assert_eq!((sum(1000).unwrap(), sum(1).unwrap(), sum(0).unwrap()), (499_500, 0, 0));
        let fail = |_: &mut (), number: usize, _: Option<usize>| if number == 7 { Err(Error::new("seven")) } else { Ok(()) };
        assert!(deal(100, || (), fail).is_err());
    }
}
