//! Loops in the widest registers that the processor has, chosen at run time.
//!
//! The loops are plain Rust, compiled once for each kind of processor: no operation differs between them
//! (multiplications and additions are never fused), and neither do the bytes.

mod side_by_side;

pub(crate) use side_by_side::side_by_side;

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

/// Numbers of 64 bits in a cache line.
const IN_A_CACHE_LINE: usize = 8;

/// Asks for numbers that will be read soon: they are on their way while other work is done.
#[inline]
pub(crate) fn ask_for(numbers: &[f64]) {
    #[cfg(target_arch = "x86_64")]
    {
        let asking = match arch() {
            Arch::V4(simd) => simd.sse,
            Arch::V3(simd) => simd.sse,
            _ => return,
        };
        for line in numbers.as_chunks::<IN_A_CACHE_LINE>().0 {
            asking._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
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
