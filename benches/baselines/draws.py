"""wattroute's random numbers (src/draw.rs) in numpy, to check sums that hang on them. Never timed."""

import numpy as np

WORD = (1 << 64) - 1
COIN = 1


def mix(z):
    """The finaliser of SplitMix64, on a whole number or an array of them."""
    if isinstance(z, int):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        return z ^ (z >> 31)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def draw53(seed, replicate, stream, keys):
    """53 random bits for each key."""
    base = mix(seed ^ 0x9E3779B97F4A7C15)
    base = mix(base ^ (stream * 0xD1B54A32D192ED03 & WORD))
    base = mix(base ^ (replicate * 0x8CB92BA72F3D8DD7 & WORD))
    keys = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return mix(mix(np.uint64(base) ^ keys)) >> np.uint64(11)


def thresholds(accuracies):
    """A draw below it is right at that accuracy."""
    return np.floor(np.asarray(accuracies) * 2.0**53 + 0.5).astype(np.uint64)
