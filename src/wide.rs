//! Loops in the widest registers that the processor has, chosen at run time.
//!
//! The loops are plain Rust, compiled once for each kind of processor: no operation differs between them
//! (multiplications and additions are never fused), and neither do the bytes.

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
    Arch::new().dispatch(Dispatched(work));
}
