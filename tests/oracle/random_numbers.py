"""The draws of a replay (docs/semantics.md, "Random numbers"): 53 bits for a seed, purpose, replicate and row."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benches" / "baselines"))
import draws as hashed  # noqa: E402 (the hash itself, as the benches spell it)

COIN, WRONG_ENDPOINT, RANDOM_ROUTER, FIRST_VERDICT = 1, 2, 3, 256


class Draws:
    """All draws of one run, by purpose and replicate, one for each query."""

    def __init__(self, seed, rows):
        self.seed, self.rows, self.known = seed, np.asarray(rows), {}

    def _bits(self, purpose, replicate, query):
        key = (purpose, replicate)
        if key not in self.known:
            bits = hashed.draw53(self.seed, replicate, purpose, self.rows)
            self.known[key] = [int(b) for b in bits]
        return self.known[key][query]

    def chance(self, purpose, replicate, query, probability):
        """A probability becomes the integer threshold round(p * 2^53)."""
        return self._bits(purpose, replicate, query) < int(np.floor(probability * 2.0**53 + 0.5))

    def one_of(self, purpose, replicate, query, members):
        """Each as likely."""
        return members[self._bits(purpose, replicate, query) * len(members) >> 53]

    def weighted(self, purpose, replicate, query, members, weights):
        bits, total, reached = self._bits(purpose, replicate, query), sum(weights), 0.0
        for member, weight in zip(members, weights):
            reached += weight / total
            if bits < int(np.floor(reached * 2.0**53 + 0.5)):
                return member
        return next(m for m, w in zip(members[::-1], weights[::-1]) if w > 0)
