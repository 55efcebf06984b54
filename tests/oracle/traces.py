"""Small made-up traces, from a seed, and their files as traces/README.md lays them out."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ACCOUNTS = ("energy_j", "flops", "cost_usd", "latency_s")
UNITS = {"energy_j": 8.0, "flops": 3e11, "cost_usd": 2e-4, "latency_s": 0.7}


@dataclass
class Endpoint:
    """Cells are NaN where they are missing; an unanswered query lacks all of them."""

    id: str
    tier: str | None
    params_total_b: float
    cells: dict = field(default_factory=dict)
    answered: np.ndarray = None
    sources: dict = field(default_factory=dict)


@dataclass
class Trace:
    name: str
    rows: np.ndarray
    query: dict
    endpoints: list
    defaults: dict

    def endpoint(self, name):
        return next(e for e in self.endpoints if e.id == name)

    def __len__(self):
        return len(self.rows)


@dataclass
class Shape:
    """What a generated trace is like."""

    name: str
    queries: int = 200
    locals: int = 3
    clouds: int = 1
    phone: bool = False
    graded: bool = False
    unanswered: float = 0.0
    missing: float = 0.0
    gappy: tuple = ()  # metrics that lack `missing` of their cells; empty: all
    lacking: tuple = ()  # accounts that no endpoint has
    one_lacks: tuple = ()  # accounts that the first endpoint lacks altogether
    zeros: bool = False  # answers that take nothing
    no_tier: bool = False  # one local endpoint of unknown tier
    estimated: bool = False
    coarse: bool = True  # few distinct values, so that the objective has ties
    row_gaps: bool = False
    parts: int = 1
    null_groups: bool = False


def generate(shape, seed):
    rng = np.random.default_rng([*np.atleast_1d(seed), *shape.name.encode()])
    steps = rng.integers(1, 100_000, shape.queries) if shape.row_gaps else np.ones(shape.queries, int)
    rows = np.cumsum(steps).astype(np.uint32) - np.uint32(1)
    endpoints = [_endpoint(rng, shape, *who) for who in _who(rng, shape)]
    for metric in shape.one_lacks:
        del endpoints[0].cells[metric]
    defaults = {"correct_at": 0.6} if shape.graded else {}
    return Trace(shape.name, rows, _query_columns(rng, shape), endpoints, defaults)


def _who(rng, shape):
    """Id, tier and size; two local endpoints are of one size, and the order is no order of size."""
    sizes = [4.0, 1.0, 4.0, 9.0, 2.0, 30.0]
    tiers = [None if shape.no_tier and i == 1 else "local" for i in range(shape.locals)]
    found = [(f"model{i}@laptop{i % 2}", tiers[i], sizes[i]) for i in range(shape.locals)]
    found += [(f"large{i}@server{i}", "cloud", 100.0 * (i + 1)) for i in range(shape.clouds)]
    found += [("tiny@phone", "phone", 0.5)] if shape.phone else []
    return [found[i] for i in rng.permutation(len(found))]


def _endpoint(rng, shape, name, tier, size):
    endpoint = Endpoint(name, tier, size)
    count, chance = shape.queries, 0.8 if tier == "cloud" else rng.uniform(0.3, 0.65)
    scores = (rng.random(count) < chance).astype(float)
    if shape.graded:
        scores = np.round(np.clip(rng.normal(chance, 0.3, count), 0, 1), 1)
    cells = {"score": scores, "confidence": np.round(rng.random(count), 2)}
    scale = 6.0 if tier == "cloud" else rng.uniform(0.5, 1.5)
    for metric in ACCOUNTS:
        if metric not in shape.lacking:
            cells[metric] = UNITS[metric] * scale * _amounts(rng, shape, count)
    endpoint.answered = rng.random(count) >= shape.unanswered
    for metric, column in cells.items():
        # A cascade by confidence needs it of every answer.
        lacks = metric != "confidence" and (not shape.gappy or metric in shape.gappy)
        gaps = shape.missing if lacks else 0.0
        column[~endpoint.answered | (rng.random(count) < gaps)] = np.nan
    endpoint.cells = cells
    if shape.estimated:
        for metric in ("energy_j", "cost_usd"):
            if metric in cells:
                endpoint.sources[metric] = (rng.random(count) < 0.3).astype(np.uint8)
    return endpoint


def _amounts(rng, shape, count):
    if shape.coarse:
        return rng.integers(0 if shape.zeros else 1, 5, count).astype(float)
    return rng.lognormal(0.0, 0.7, count)


def _query_columns(rng, shape):
    count = shape.queries
    dataset = rng.choice(["chat", "exam", "code"], count).astype(object)
    category = np.array([f"{d}-{k}" for d, k in zip(dataset, rng.integers(0, 3, count))], object)
    # One name in two data sets: a category is not a group by itself.
    category[rng.random(count) < 0.1] = "shared"
    if shape.null_groups:
        dataset[rng.random(count) < 0.1] = None
        category[rng.random(count) < 0.1] = None
    hard = np.round(rng.random(count), 2)
    gappy = hard.copy()
    gappy[rng.random(count) < 0.1] = np.nan
    return {"dataset": dataset, "category": category, "feature_hard": hard, "feature_gappy": gappy}


def query_id(row):
    return f"q{row}"


def write(trace, folder):
    folder = Path(folder)
    folder.mkdir(parents=True)
    (folder / "trace.toml").write_text(_description(trace))
    table = {"row": pa.array(trace.rows, pa.uint32()), "query_id": [query_id(r) for r in trace.rows]}
    for name, column in trace.query.items():
        table[name] = _nullable(column) if name.startswith("feature_") else pa.array(list(column), pa.string())
    pq.write_table(pa.table(table), folder / "queries.parquet", compression="zstd")
    for endpoint in trace.endpoints:
        _write_outcomes(trace, endpoint, folder / "outcomes" / f"endpoint={endpoint.id}")


def _write_outcomes(trace, endpoint, folder):
    folder.mkdir(parents=True)
    kept = np.flatnonzero(endpoint.answered)
    half = kept.searchsorted(len(trace) // 2)
    # The second part is there to be read as one table with the first.
    for part, index in enumerate((kept[:half], kept[half:])):
        columns = {"row": pa.array(trace.rows[index], pa.uint32())}
        for metric, cells in endpoint.cells.items():
            columns[metric] = _nullable(cells[index])
        for metric, codes in endpoint.sources.items():
            columns[f"{metric}_source"] = pa.array(codes[index], pa.uint8())
        pq.write_table(pa.table(columns), folder / f"part-{part}.parquet", compression="zstd")


def _nullable(column):
    return pa.array(column, pa.float64(), mask=np.isnan(column))


def _description(trace):
    lines = ["format = 1", f'name = "{trace.name}"', 'summary = "made up, for an independent check"', "", "[defaults]"]
    lines += [f"{key} = {value}" for key, value in trace.defaults.items()]
    if any(e.sources for e in trace.endpoints):
        lines += ["", "[[source]]", "code = 1", 'name = "made up"']
    for endpoint in trace.endpoints:
        model, hardware = endpoint.id.split("@")
        lines += ["", "[[endpoint]]", f'id = "{endpoint.id}"', f'model = "{model}"', f'hardware = "{hardware}"']
        lines += [f'tier = "{endpoint.tier}"'] if endpoint.tier else []
        lines += [f"params_total_b = {endpoint.params_total_b}", 'energy_scope = "node"']
    return "\n".join(lines) + "\n"
