//! Random numbers as a pure function of (seed, stream, key, replicate).
//!
//! Nothing here has a state that depends on the order of work, so that any number of threads, any
//! split of a trace and any subset of accuracies draw the same numbers. Streams keep the domains
//! apart: two uses never share a number (a simulator that shares its draws with the generator of
//! its trace inflates the spread between replicates 35 times).

use std::convert::Infallible;

use rand::TryRng;

use crate::wide::{self, Loop};

/// What a random number decides. Each use has a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// Is the router right about this query?
    Coin = 1,
    /// Which wrong endpoint a misroute goes to.
    Wrong = 2,
    /// Does the verifier or judge catch the answer of attempt 0, 1, …? (the attempt is added)
    Verdict = 0x100,
    /// Weighted choice of a random router.
    Choice = 3,
    /// Which bootstrap bucket a query belongs to.
    Bucket = 4,
    /// The resampled buckets of a bootstrap replicate.
    Bootstrap = 5,
    /// The closed-form normal noise added to a bootstrap replicate.
    Noise = 6,
    /// Which queries a workload samples.
    Sample = 7,
    /// Which fold of a cross-fit a query belongs to.
    Fold = 8,
    /// Which rows a model is fitted on, where not on all.
    Fit = 0x20,
    /// Which queries a router is trained on, where not on all.
    Train = 0x22,
    /// Where k-means starts.
    Cluster = 0x21,
    /// What the parameters of a matrix factorisation start from.
    PairStart = 0x28,
    /// The order in which a matrix factorisation looks at queries.
    PairOrder = 0x29,
    /// Which texts features are fitted to, where not to all.
    FitText = 0x23,
    /// The order of the queries of a generated trace.
    SynthOrder = 0x38,
    /// Fixed shifts of the points that calibration integrates over.
    SynthQuadrature = 0x39,
    /// Common factors of abilities, token lengths (the dimension is added).
    SynthFactor = 0x1000,
    /// A model's own part of an ability (the model is added).
    SynthAbility = 0x2000,
    /// Power, speed and length of an endpoint's answers, perplexities (the dimension is added).
    SynthMeter = 0x3000,
    /// Which query an arrival of a day is.
    Arrival = 0x30,
    /// What a policy that learns draws of an endpoint's worth (the endpoint is added).
    Posterior = 0x4000,
}

/// The draws of one replicate of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    seed: u64,
    replicate: u64,
}

/// Two rounds of multiply and xor-shift (the finaliser of SplitMix64, Steele et al. 2014).
#[inline(always)]
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The weight of a probability among the 2^53 values of a draw: `draw < threshold(p)` has chance `p`.
#[inline]
pub fn threshold(probability: f64) -> u64 {
    (probability * (1u64 << 53) as f64).round() as u64
}

impl Draws {
    /// The draws of a seed and a replicate (0 for the first).
    pub fn new(seed: u64, replicate: u64) -> Self {
        Draws { seed, replicate }
    }

    /// The draws of a day, keyed by the number of an arrival. Replays number their replicates with 32
    /// bits, so that none reaches this one: the coin of arrival 7 is not the coin of query 7.
    pub fn of_day(seed: u64) -> Self {
        Draws { seed, replicate: u64::MAX }
    }

    /// The same seed, another replicate.
    pub fn replicate(&self, replicate: u64) -> Self {
        Draws { replicate, ..*self }
    }

    /// The key that all numbers of a stream start from: work done once for a block.
    #[inline]
    pub fn stream(&self, stream: Stream, attempt: u64) -> StreamDraws {
        let base = mix(self.seed ^ 0x9e37_79b9_7f4a_7c15);
        let base = mix(base ^ (stream as u64 + attempt).wrapping_mul(0xd1b5_4a32_d192_ed03));
        StreamDraws { base: mix(base ^ self.replicate.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7)) }
    }
}

/// One stream of one replicate: a number for each key.
#[derive(Debug, Clone, Copy)]
pub struct StreamDraws {
    base: u64,
}

impl StreamDraws {
    /// 64 random bits for a key.
    #[inline]
    pub fn bits(&self, key: u64) -> u64 {
        bits(self.base, key)
    }

    /// A draw of 53 bits, to be compared with [`threshold`].
    #[inline]
    pub fn draw53(&self, key: u64) -> u64 {
        self.bits(key) >> 11
    }

    /// The bits of some keys.
    pub(crate) fn all_bits(&self, keys: &[u32], bits: &mut Vec<u64>) {
        self.each(keys, bits, |bits| bits);
    }

    /// The draws of some keys.
    pub(crate) fn draws53(&self, keys: &[u32], draws: &mut Vec<u64>) {
        self.each(keys, draws, |bits| bits >> 11);
    }

    /// The upper halves of the bits of some keys.
    pub(crate) fn upper_halves(&self, keys: &Keys, halves: &mut [u32]) {
        wide::run(UpperHalves { base: self.base, multiplied: &keys.multiplied, halves });
    }

    /// What is made of the bits of each of some keys. What `value` needs must be its own, not borrowed: the compiler
    /// would not know that it stays the same while values are written, and forgo wide registers.
    #[inline]
    fn each<T: Copy + Default>(&self, keys: &[u32], values: &mut Vec<T>, value: impl Fn(u64) -> T) {
        values.resize(keys.len(), T::default());
        wide::run(Each { base: self.base, keys, values, value });
    }

    /// One of `count` values for each of some keys, as [`StreamDraws::below`] gives it.
    pub(crate) fn all_below(&self, keys: &[u32], count: u32, values: &mut Vec<u32>) {
        let count = u64::from(count);
        self.each(keys, values, move |bits| one_below(bits, count));
    }

    /// A uniform number in [0, 1).
    #[inline]
    pub fn uniform(&self, key: u64) -> f64 {
        self.draw53(key) as f64 / (1u64 << 53) as f64
    }

    /// The uniform numbers of keys from `first` on.
    pub(crate) fn uniforms(&self, first: u64, numbers: &mut [f64]) {
        wide::run(Uniforms { base: self.base, first, numbers });
    }

    /// For each number from `first` on, one of the values up to it, as [`StreamDraws::below`] gives it for the key
    /// that is so far from `key`.
    pub(crate) fn up_to(&self, key: u64, first: u32, values: &mut [u32]) {
        wide::run(UpTo { base: self.base, key, first, values });
    }

    /// One of `count` values, each as likely (bias below 2^-32 for counts below 2^32).
    #[inline]
    pub fn below(&self, key: u64, count: usize) -> usize {
        below(self.bits(key), count)
    }

    /// A generator for the numbers of one key, for whatever takes `rand`'s traits.
    pub fn rng(&self, key: u64) -> KeyRng {
        KeyRng { state: self.bits(key) }
    }
}

/// Keys of which many streams draw numbers: what all of them begin with is done once.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: Vec<u32>,
    multiplied: Vec<u64>,
}

impl Keys {
    /// Takes the place of what was there.
    pub fn set(&mut self, keys: &[u32]) {
        self.keys.clear();
        self.keys.extend_from_slice(keys);
        self.multiplied.resize(keys.len(), 0);
        wide::run(Multiply { keys, multiplied: &mut self.multiplied });
    }

    /// The keys themselves.
    pub fn each(&self) -> &[u32] {
        &self.keys
    }
}

struct Multiply<'a> {
    keys: &'a [u32],
    multiplied: &'a mut [u64],
}

impl Loop for Multiply<'_> {
    #[inline(always)]
    fn run(self) {
        for (multiplied, &key) in self.multiplied.iter_mut().zip(self.keys) {
            *multiplied = multiply(u64::from(key));
        }
    }
}

struct UpperHalves<'a> {
    base: u64,
    multiplied: &'a [u64],
    halves: &'a mut [u32],
}

impl Loop for UpperHalves<'_> {
    #[inline(always)]
    fn run(self) {
        let UpperHalves { base, multiplied, halves } = self;
        bits_of_each(base, multiplied, |multiplied| multiplied, halves, |bits| (bits >> 32) as u32);
    }
}

struct Each<'a, T, F> {
    base: u64,
    keys: &'a [u32],
    values: &'a mut [T],
    value: F,
}

impl<T, F: Fn(u64) -> T> Loop for Each<'_, T, F> {
    #[inline(always)]
    fn run(self) {
        let Each { base, keys, values, value } = self;
        bits_of_each(base, keys, |key| multiply(u64::from(key)), values, value);
    }
}

struct Uniforms<'a> {
    base: u64,
    first: u64,
    numbers: &'a mut [f64],
}

impl Loop for Uniforms<'_> {
    #[inline(always)]
    fn run(self) {
        for (key, number) in (self.first..).zip(self.numbers) {
            *number = (bits(self.base, key) >> 11) as f64 / (1u64 << 53) as f64;
        }
    }
}

struct UpTo<'a> {
    base: u64,
    key: u64,
    first: u32,
    values: &'a mut [u32],
}

impl Loop for UpTo<'_> {
    #[inline(always)]
    fn run(self) {
        for (number, value) in (u64::from(self.first)..).zip(self.values) {
            *value = one_below(bits(self.base, self.key + number), number + 1);
        }
    }
}

/// One of `count` values by 64 random bits, as [`StreamDraws::below`] gives it.
#[inline(always)]
pub(crate) fn below(bits: u64, count: usize) -> usize {
    ((u128::from(bits) * count as u128) >> 64) as usize
}

/// One of at most 2^32 values: the upper half of a product of 128 bits, from two that registers hold side by side.
#[inline(always)]
fn one_below(bits: u64, count: u64) -> u32 {
    let low = ((bits & u64::from(u32::MAX)) * count) >> 32;
    (((bits >> 32) * count + low) >> 32) as u32
}

/// 64 random bits for a key.
#[inline(always)]
fn bits(base: u64, key: u64) -> u64 {
    bits_of(base, multiply(key))
}

/// A key as every stream takes it.
#[inline(always)]
fn multiply(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// 64 random bits for a key that is multiplied already.
#[inline(always)]
fn bits_of(base: u64, multiplied: u64) -> u64 {
    mix(mix(base ^ multiplied))
}

/// Keys whose numbers are made at a time.
const AT_A_TIME: usize = 256;

/// What is made of the bits of each of some keys; for loops. Each half of the work is a loop of its own: of a longer
/// chain of operations, what waits for those before takes the places of others that need not wait.
#[inline(always)]
fn bits_of_each<K: Copy, T>(base: u64, keys: &[K], multiplied: impl Fn(K) -> u64, values: &mut [T], value: impl Fn(u64) -> T) {
    let mut halfway = [0; AT_A_TIME];
    let count = keys.len().min(values.len());
    for start in (0..count).step_by(AT_A_TIME) {
        let some = AT_A_TIME.min(count - start);
        let (keys, values, halfway) = (&keys[start..][..some], &mut values[start..][..some], &mut halfway[..some]);
        for index in 0..some {
            halfway[index] = mix(base ^ multiplied(keys[index]));
        }
        for index in 0..some {
            values[index] = value(mix(halfway[index]));
        }
    }
}

/// All numbers of one key, behind `rand`'s generator trait.
#[derive(Debug, Clone)]
pub struct KeyRng {
    state: u64,
}

impl TryRng for KeyRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| (bits >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        Ok(mix(self.state))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_every_part_of_their_key() {
        let first = Draws::new(1, 0).stream(Stream::Coin, 0).bits(7);
        assert_ne!(first, Draws::new(2, 0).stream(Stream::Coin, 0).bits(7));
        assert_ne!(first, Draws::new(1, 1).stream(Stream::Coin, 0).bits(7));
        assert_ne!(first, Draws::new(1, 0).stream(Stream::Wrong, 0).bits(7));
        assert_ne!(first, Draws::new(1, 0).stream(Stream::Coin, 0).bits(8));
        assert_eq!(first, Draws::new(1, 0).stream(Stream::Coin, 0).bits(7));
    }

    #[test]
    fn uniform_numbers_fill_the_unit_interval() {
        // Mean of 100,000 uniforms: 0.5 with a standard error of 1/sqrt(12 * 100,000) = 0.0009.
        let stream = Draws::new(42, 3).stream(Stream::Coin, 0);
        let mean = (0..100_000).map(|key| stream.uniform(key)).sum::<f64>() / 100_000.0;
        assert!((mean - 0.5).abs() < 0.0037, "{mean}");
        let mut several = [0.0; 77];
        stream.uniforms(1 << 40 | 5, &mut several);
        assert!(several.iter().zip(1 << 40 | 5..).all(|(number, key)| *number == stream.uniform(key)));
        // Each of ten bins expects 10,000, with a standard deviation of 95.
        let mut bins = [0u32; 10];
        (0..100_000).for_each(|key| bins[stream.below(key, 10)] += 1);
        assert!(bins.iter().all(|&count| count.abs_diff(10_000) < 400), "{bins:?}");
    }

    #[test]
    fn upper_halves_are_those_of_the_bits() {
        let (stream, mut keys) = (Draws::new(42, 3).stream(Stream::Coin, 0), Keys::default());
        for count in [0, 1, 7, 8, 9, 16, 100, 255, 256, 600] {
            keys.set(&(3..3 + count).collect::<Vec<_>>());
            let upper_halves = || {
                let mut halves = vec![0; count as usize];
                stream.upper_halves(&keys, &mut halves);
                halves
            };
            let expected: Vec<u32> = keys.each().iter().map(|&key| (stream.bits(u64::from(key)) >> 32) as u32).collect();
            assert_eq!((upper_halves(), wide::narrowly(upper_halves)), (expected.clone(), expected), "{count}");
        }
    }

    #[test]
    fn values_below_a_count_are_the_same_one_by_one() {
        let (stream, keys) = (Draws::new(42, 3).stream(Stream::Bucket, 0), (0..1000).collect::<Vec<u32>>());
        for count in [1, 2, 1000, u32::MAX] {
            let mut values = Vec::new();
            stream.all_below(&keys, count, &mut values);
            let one_by_one = keys.iter().map(|&key| stream.below(u64::from(key), count as usize) as u32);
            assert!(values.iter().copied().eq(one_by_one), "{count}");
        }
        for first in [0, 77, u32::MAX - 99] {
            let mut values = [0; 100];
            stream.up_to(1 << 33, first, &mut values);
            let one_by_one = (u64::from(first)..).map(|number| stream.below((1 << 33) + number, number as usize + 1) as u32);
            assert!(values.into_iter().eq(one_by_one.take(100)), "{first}");
        }
    }

    #[test]
    fn thresholds_reach_both_ends() {
        assert_eq!(threshold(0.0), 0);
        assert_eq!(threshold(1.0), 1 << 53);
    }
}
