//! Adding to words that may have been added to just before.

// Loops by number over what has a known length become wide operations.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
use pulp::{Arch, NullaryFnOnce, cast, i64x4, i64x8, x86::V4};

use super::Loop;

/// Words that fill a cache line.
pub(crate) type Words = [i64; 8];

/// Adds words to words.
pub(crate) trait Adder: Copy {
    /// Adds words to sums, wrapping around; to be called in loops that are run with it.
    fn add(self, sums: &mut Words, words: &Words);
}

/// A loop that adds.
pub(crate) trait AddingLoop {
    /// Runs it; to be marked `#[inline(always)]`, with all that it calls.
    fn run(self, adder: impl Adder);
}

/// Runs a loop that adds to places where the additions before may have been too. A load gets what is still on its way to
/// the cache from there, but not one that is as wide as the widest registers: that waits until it has arrived. So words
/// are loaded in two halves, and stored at once: a wide store takes no longer than a narrow one.
pub(crate) fn run_adding(work: impl AddingLoop) {
    match super::arch() {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => {
            // Were the mask known, the compiler would make one load of two.
            let upper = std::hint::black_box(0b1111_0000);
            simd.vectorize(Adding { work, adder: InHalves { simd, upper } });
        }
        arch => arch.dispatch(super::Dispatched(Plainly(work))),
    }
}

struct Plainly<L>(L);

impl<L: AddingLoop> Loop for Plainly<L> {
    #[inline(always)]
    fn run(self) {
        self.0.run(Plain);
    }
}

/// In whatever registers there are.
#[derive(Clone, Copy)]
struct Plain;

impl Adder for Plain {
    #[inline(always)]
    fn add(self, sums: &mut Words, words: &Words) {
        // All read before any is written: additions side by side.
        let (mine, theirs) = (*sums, *words);
        for place in 0..mine.len() {
            sums[place] = mine[place].wrapping_add(theirs[place]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
struct Adding<L> {
    work: L,
    adder: InHalves,
}

#[cfg(target_arch = "x86_64")]
impl<L: AddingLoop> NullaryFnOnce for Adding<L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.work.run(self.adder);
    }
}

#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct InHalves {
    simd: V4,
    /// The words of the upper half, as bits.
    upper: u8,
}

#[cfg(target_arch = "x86_64")]
impl Adder for InHalves {
    #[inline(always)]
    fn add(self, sums: &mut Words, words: &Words) {
        let InHalves { simd, upper } = self;
        let [a, b, c, d, e, f, g, h] = *sums;
        let (low, high) = (i64x4(a, b, c, d), i64x4(e, f, g, h));
        let low = simd.avx512f._mm512_castsi256_si512(cast(low));
        let both: i64x8 = cast(simd.avx512f._mm512_mask_broadcast_i64x4(low, upper, cast(high)));
        *sums = {
            let words: i64x8 = cast(*words);
            let sum: i64x8 = cast(simd.avx512f._mm512_add_epi64(cast(both), cast(words)));
            cast(sum)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::narrowly;
    use super::{Adder, AddingLoop, Words, run_adding};

    struct Add<'a> {
        sums: &'a mut [Words],
        at: &'a [usize],
        words: &'a [Words],
    }

    impl AddingLoop for Add<'_> {
        #[inline(always)]
        fn run(self, adder: impl Adder) {
            for (&at, words) in self.at.iter().zip(self.words) {
                adder.add(&mut self.sums[at], words);
            }
        }
    }

    #[test]
    fn words_are_added_to_what_was_just_added_to() {
        let at: Vec<usize> = (0..100).map(|index: usize| (index / 5 * 3 + index % 2) % 7).collect();
        let words: Vec<Words> = (0..100).map(|index| std::array::from_fn(|word| (index - 50) << (7 * word + 3))).collect();
        let added = || {
            let mut sums = vec![[i64::MAX; 8]; 7];
            run_adding(Add { sums: &mut sums, at: &at, words: &words });
            sums
        };
        let of = |place: usize, word: usize| {
            let here = at.iter().zip(&words).filter(|(at, _)| **at == place);
            here.fold(i64::MAX, |sum, (_, words)| sum.wrapping_add(words[word]))
        };
        let expected: Vec<Words> = (0..7).map(|place| std::array::from_fn(|word| of(place, word))).collect();
        assert_eq!((added(), narrowly(added)), (expected.clone(), expected));
    }
}
