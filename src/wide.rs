//! Loops in the widest registers that the processor has, chosen at run time.
//!
//! The loops are plain Rust, compiled once for each kind of processor: no operation differs between them
//! (multiplications and additions are never fused), and neither do the bytes.

mod adding;
mod side_by_side;
mod totals;

pub(crate) use adding::{Adder, AddingLoop, run_adding};
pub(crate) use side_by_side::{columns, side_by_side, side_by_side_at};
pub(crate) use totals::totals;

use pulp::{Arch, Simd, WithSimd};

/// A loop without calls that are not inlined.
pub(crate) trait Loop {
    /// Runs it; to be marked `#[inline(always)]`, with all that it calls.
    fn run(self);
}

struct Dispatched<L>(L);

impl<L: Loop> WithSimd for Dispatched<L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.0.run();
    }
}

/// Runs a loop in the widest registers.
pub(crate) fn run(work: impl Loop) {
    arch().dispatch(Dispatched(work));
}

/// Lists the places at which something holds, in order, in the room that is there for all of them, and says how many
/// these are; for loops.
#[inline(always)]
pub(crate) fn list(places: usize, holds: impl Fn(usize) -> bool, list: &mut [u32]) -> usize {
    const AT_A_TIME: usize = u64::BITS as usize;
    let mut count = 0;
    for start in (0..places).step_by(AT_A_TIME) {
        // As bits first: whether something holds is as hard to foresee as a coin.
        let mut bits = 0u64;
        for place in start..places.min(start + AT_A_TIME) {
            bits |= u64::from(holds(place)) << (place - start);
        }
        while bits != 0 {
            list[count] = start as u32 + bits.trailing_zeros();
            count += 1;
            bits &= bits - 1;
        }
    }
    count
}

/// Numbers that lie in one cache line, or in two if they do not begin with one.
pub(crate) type CacheLine = [f64; 8];

/// Columns that will be read soon, asked for while other work is done, so that they are on their way: a little at a
/// time, since what does not find a place among those on their way holds up all other reading.
pub(crate) struct Ahead<'a> {
    columns: std::vec::IntoIter<&'a [f64]>,
    lines: std::slice::Iter<'a, CacheLine>,
    asking: Asking,
}

impl<'a> Ahead<'a> {
    pub fn new(columns: Vec<&'a [f64]>) -> Self {
        Ahead { columns: columns.into_iter(), lines: [].iter(), asking: Asking::new() }
    }

    /// Asks for the next numbers.
    #[inline(always)]
    pub fn ask(&mut self) {
        let Some(numbers) = self.lines.next() else { return self.next_column() };
        self.asking.ask_for(numbers);
    }

    /// The next numbers of one column, at most so many, for loops that ask for them themselves; none where all have been
    /// asked for.
    #[inline(always)]
    pub fn stretch(&mut self, most: usize) -> (&'a [CacheLine], Asking) {
        while self.lines.as_slice().is_empty() && self.columns.len() > 0 {
            self.next_column();
        }
        let lines = self.lines.as_slice();
        let (now, later) = lines.split_at(most.min(lines.len()));
        self.lines = later.iter();
        (now, self.asking)
    }

    #[inline(always)]
    fn next_column(&mut self) {
        self.lines = self.columns.next().map_or([].iter(), |column| column.as_chunks().0.iter());
    }
}

/// How numbers are asked for, if the processor can be asked.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    #[cfg(target_arch = "x86_64")]
    simd: Option<pulp::core_arch::x86::Sse>,
}

impl Asking {
    fn new() -> Asking {
        Asking {
            #[cfg(target_arch = "x86_64")]
            simd: match arch() {
                Arch::V4(simd) => Some(simd.sse),
                Arch::V3(simd) => Some(simd.sse),
                _ => None,
            },
        }
    }

    /// Asks for numbers.
    #[inline(always)]
    pub fn ask_for(self, numbers: &CacheLine) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = self.simd {
            simd._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(numbers.as_ptr().cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = numbers;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Multiples<'a>(usize, &'a mut Vec<u32>);

    impl Loop for Multiples<'_> {
        #[inline(always)]
        fn run(self) {
            self.1.resize(self.0, 0);
            let count = list(self.0, |place| place.is_multiple_of(3), self.1);
            self.1.truncate(count);
        }
    }

    #[test]
    fn places_are_listed_in_order() {
        for places in [0, 1, 63, 64, 65, 200] {
            let mut listed = Vec::new();
            run(Multiples(places, &mut listed));
            assert!(listed.into_iter().eq((0..places as u32).step_by(3)), "{places}");
        }
    }

    #[test]
    fn what_is_asked_for_ends() {
        let column: Vec<f64> = (0..20).map(f64::from).collect();
        let mut ahead = Ahead::new(vec![&column[..], &[], &column[..16]]);
        (0..20).for_each(|_| ahead.ask());
        assert_eq!((ahead.columns.len(), ahead.lines.len()), (0, 0));
        // Two cache lines of each column, one or two at a time.
        let mut ahead = Ahead::new(vec![&column[..], &[], &column[..16]]);
        assert_eq!([1, 2, 2, 2, 2].map(|most| ahead.stretch(most).0.len()), [1, 1, 2, 0, 0]);
    }
}

#[cfg(not(test))]
#[inline(always)]
fn arch() -> Arch {
    Arch::new()
}

#[cfg(test)]
pub(crate) use narrow::{arch, narrowly};

/// The same loops without wide registers: what tests hold the widest against.
#[cfg(test)]
mod narrow {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::Arch;

    static NARROW: AtomicBool = AtomicBool::new(false);

    /// Runs something while every loop, of other threads too, is kept out of wide registers.
    pub(crate) fn narrowly<T>(work: impl FnOnce() -> T) -> T {
        NARROW.store(true, Ordering::SeqCst);
        let done = work();
        NARROW.store(false, Ordering::SeqCst);
        done
    }

    pub(crate) fn arch() -> Arch {
        if NARROW.load(Ordering::SeqCst) { Arch::Scalar } else { Arch::new() }
    }
}
