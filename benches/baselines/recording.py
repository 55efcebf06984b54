"""A trace as numpy columns, and the choice of the oracle that takes the smallest endpoint that is right."""

import tomllib
from pathlib import Path

import numpy as np
import polars as pl

# In the order of the five totals.
METRICS = ["score", "energy_j", "flops", "cost_usd", "latency_s"]
QUERY_COLUMNS = ["row", "dataset", "category", "input_tokens"]


class Endpoints:
    """What trace.toml says: folders in the order of the endpoints, sizes, and which one is the fallback."""

    def __init__(self, folder):
        self.folder = Path(folder)
        about = tomllib.loads((self.folder / "trace.toml").read_text())["endpoint"]
        self.ids = [endpoint["id"] for endpoint in about]
        self.sizes = [endpoint["params_total_b"] for endpoint in about]
        [self.fallback] = [index for index, endpoint in enumerate(about) if endpoint["tier"] == "cloud"]
        # From the largest to the smallest, of equal ones the one listed first last.
        self.falling = sorted(range(len(about)), key=lambda index: (-self.sizes[index], -index))

    def part(self, index):
        return self.folder / "outcomes" / f"endpoint={self.ids[index]}" / "part-0.parquet"

    def frame(self, index):
        return pl.read_parquet(self.part(index), columns=["row", *METRICS], hive_partitioning=False)

    def queries(self):
        return pl.read_parquet(self.folder / "queries.parquet", columns=QUERY_COLUMNS)


def columns(endpoints):
    """By endpoint a dictionary of columns. The trace must be dense: every endpoint answered every query."""
    frames = [endpoints.frame(index) for index in range(len(endpoints.ids))]
    rows = frames[0]["row"].to_numpy()
    assert all(np.array_equal(frame["row"].to_numpy(), rows) for frame in frames), "a trace without gaps is wanted"
    return rows, [{metric: frame[metric].to_numpy() for metric in METRICS} for frame in frames]


def oracle(endpoints, columns):
    """By metric what the oracle's endpoints gave; the fallback where no endpoint is right."""
    fallback = columns[endpoints.fallback]
    right = {index: columns[index]["score"] >= 1.0 for index in endpoints.falling if index != endpoints.fallback}
    # Where the fallback is right and not the largest, smaller ones only go before it.
    order = [index for index in endpoints.falling if index != endpoints.fallback]
    larger = order[: sum(endpoints.sizes[index] > endpoints.sizes[endpoints.fallback] for index in order)]
    for index in larger:
        right[index] &= fallback["score"] < 1.0
    best = {}
    for metric in METRICS:
        best[metric] = fallback[metric].copy()
        for index in order:
            np.copyto(best[metric], columns[index][metric], where=right[index])
    return best
