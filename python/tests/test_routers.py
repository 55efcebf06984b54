"""Routers that are callables: what they may answer, and that they agree with the built-in ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
import wattroute
from conftest import contents

TOY = ["small@laptop", "medium@laptop", "large@server"]
XL = "ladder-xl@nvidia-h200-bs1"


def figures(result: wattroute.Result, policy: int = 0) -> dict[str, Any]:
    """What a report says of a policy, but for its name and how it is made."""
    said = result.to_dict()["policies"][policy]
    return {key: value for key, value in said.items() if key not in ("name", "kind", "summary")}


def alternating(batch: wattroute.Batch) -> list[str]:
    """One endpoint after the other."""
    return [TOY[row % 3] for row in batch["row"]]


def many(queries: int) -> wattroute.Trace:
    """Two endpoints, of which the small one is right where `ease` is high."""
    ease = numpy.arange(queries) % 100 / 100
    asked = [f"q{query}" for query in range(queries)]
    table = polars.DataFrame(
        {
            "id": asked + asked,
            "model": ["small"] * queries + ["large"] * queries,
            "right": numpy.concatenate([ease >= 0.5, numpy.ones(queries, dtype=bool)]),
            "joules": numpy.repeat([1.0, 10.0], queries),
            "ease": numpy.concatenate([ease, ease]),
        }
    )
    mapping = {
        "layout": "long",
        "columns": {"id": "id", "model": "model", "features": ["ease"]},
        "metrics": {"score": {"column": "right"}, "energy_j": {"column": "joules", "unit": "J"}},
        "endpoint": [
            {"model": "small", "tier": "local", "params_total_b": 1},
            {"model": "large", "tier": "cloud", "params_total_b": 9},
        ],
    }
    return wattroute.import_("table", table, map=mapping)


FORMS: dict[str, Callable[[wattroute.Batch], Any]] = {
    "a list of ids": alternating,
    "an array of ids": lambda batch: numpy.array(alternating(batch)),
    "a column of ids of polars": lambda batch: polars.Series(alternating(batch)),
    "a column of ids of pandas": lambda batch: pandas.Series(alternating(batch), dtype="category"),
    "an array of ids of pyarrow": lambda batch: pyarrow.array(alternating(batch)),
    "a list of positions": lambda batch: [int(row) % 3 for row in batch["row"]],
    "an array of positions": lambda batch: batch["row"] % 3,
    "a column of positions of polars": lambda batch: batch.to_polars()["row"] % 3,
    "an array of scores": lambda batch: numpy.eye(3)[batch["row"] % 3],
    "an array of truths": lambda batch: batch["row"][:, None] % 3 == numpy.arange(3),
    "an array of small scores": lambda batch: numpy.eye(3, dtype=numpy.float32)[batch["row"] % 3],
    "rows of scores": lambda batch: [[float(row % 3 == place) for place in range(3)] for row in batch["row"]],
    "scores by endpoint": lambda batch: {id: batch["row"] % 3 == place for place, id in enumerate(TOY)},
    "scores of all endpoints of the trace": lambda batch: {
        **{id: batch["row"] % 3 == place for place, id in enumerate(TOY)},
        "tiny@phone": batch["row"],
    },
    "a frame of polars": lambda batch: polars.DataFrame(
        {id: batch["row"] % 3 == place for place, id in enumerate(TOY)}
    ),
    "a frame of pandas": lambda batch: pandas.DataFrame(
        {id: batch["row"] % 3 == place for place, id in enumerate(TOY)}
    ),
    "a table of pyarrow": lambda batch: pyarrow.table(
        {id: (batch["row"] % 3 == place) * 1.5 for place, id in enumerate(TOY)}
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_answer_says_the_same(form: str) -> None:
    trace = wattroute.open("toy")
    expected = figures(trace.replay(alternating))
    found = figures(trace.replay({"mine": FORMS[form]}))
    # A router that looks at the pool is told apart by its fallback.
    assert {**found, "fallback": None} == {**expected, "fallback": None}


def test_one_endpoint_always_is_the_policy_that_always_takes_it() -> None:
    trace = wattroute.open("ladder")
    result = trace.replay({"mine": lambda batch: [XL] * len(batch)}, baseline=XL)
    assert figures(result, 0) == figures(result, 1)
    assert [policy["name"] for policy in result.to_dict()["policies"]] == ["mine", f"always:endpoint={XL}"]


def test_recorded_decisions_give_what_recorded_gives(tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    ids = [f"{dataset}-{number}" for dataset in ("chat", "exam") for number in range(1, 7)]
    decisions = dict(zip(ids, [TOY[number * 7 % 3] for number in range(12)]))
    (tmp_path / "d.csv").write_text(
        "query_id,endpoint\n" + "".join(f"{id},{endpoint}\n" for id, endpoint in decisions.items())
    )
    recorded = f"recorded:file={tmp_path / 'd.csv'},decision=endpoint"
    result = trace.compare([recorded, {"mine": lambda batch: [decisions[id] for id in batch["query_id"]]}])
    by_name = {policy["name"]: position for position, policy in enumerate(result.to_dict()["policies"])}
    assert figures(result, by_name["mine"]) == figures(result, by_name[recorded])


def test_scores_go_to_any_rule() -> None:
    trace = many(1000)
    scored = lambda batch: {"small": batch["feature_ease"], "large": numpy.full(len(batch), 0.9)}  # noqa: E731

    def share(**said: Any) -> float:
        result = trace.replay(wattroute.Router(scored, name="mine", **said))
        return result.to_dict()["policies"][0]["share"]["small"]

    # The ease is 0.00 to 0.99, each as often: above 0.9 on nine of a hundred; of equals the larger is listed last.
    assert share() == share(rule="highest") == pytest.approx(0.10, abs=0.001)
    assert share(rule="cheapest", rule_parameters={"tau": 0.5}) == pytest.approx(0.50)
    # 9 J more are worth 0.4: the small one from an ease of 0.5 on.
    assert share(rule="utility", rule_parameters={"lambda": 0.4 / 9, "objective": "energy"}, folds=3) == pytest.approx(
        0.49, abs=0.011
    )


def test_fallback_and_local_are_roles_and_endpoints_those_of_the_pool() -> None:
    trace = wattroute.open("ladder")
    pools: list[list[str]] = []

    def last(batch: wattroute.Batch) -> list[str]:
        pools.append(batch.endpoints)
        assert batch.fallback in batch.endpoints
        return [batch.fallback] * len(batch)

    two = [XL, "ladder-xl@nvidia-h200-bs16"]
    found = trace.replay([last, {"roles": lambda batch: ["fallback"] * len(batch)}]).to_dict()["policies"]
    assert [policy["name"] for policy in found[:4]] == [
        f"{name} (fallback {id})" for name in ("last", "roles") for id in two
    ]
    assert [policy["share"][id] for policy, id in zip(found, two * 2)] == [1.0] * 4
    assert [pool[-1] for pool in pools] == two and all(len(pool) == 4 for pool in pools)
    asked: list[int] = []
    trace.replay({"once": lambda batch: asked.append(len(batch)) or [XL] * len(batch)})
    assert asked == [7000], "who does not look at the pool is asked once"


def test_blocks_come_in_order_and_each_once() -> None:
    trace = many(66_000)
    places: list[tuple[str, int]] = []

    def look(batch: wattroute.Batch) -> Any:
        places.append((batch.place, len(batch)))
        return (batch["feature_ease"] < 0.5).astype(int)

    result = trace.replay(look)
    assert places == [("block 0, rows 0 to 65535", 65_536), ("block 1, rows 65536 to 65999", 464)]
    assert figures(result)["answer_accuracy"]["value"] == 1.0 and figures(result)["share"]["small"] == 0.5


def test_what_a_router_takes_is_charged_to_it() -> None:
    trace = wattroute.open("toy")
    result = trace.replay(
        [alternating, wattroute.Router(alternating, name="dear", overhead={"energy_j": 2.5, "cost_usd": 0.25})]
    )
    plain, dear = (figures(result, policy)["totals"] for policy in (0, 1))
    energy = [
        total["energy_j"]["value"] if isinstance(total["energy_j"], dict) else total["energy_j"]
        for total in (plain, dear)
    ]
    # 12 queries at 2.5 J each.
    assert energy[1] - energy[0] == pytest.approx(30.0)


def test_the_same_bytes_twice_and_on_any_number_of_threads(tmp_path: Path) -> None:
    def drawn(batch: wattroute.Batch) -> Any:
        return numpy.random.default_rng([batch.seed, int(batch["row"][0])]).integers(
            0, len(batch.endpoints), len(batch)
        )

    for name, threads in (("once", 1), ("twice", 1), ("two", 2)):
        wattroute.open("ladder").replay([drawn, "random"], out=tmp_path / name / "run", seed=3, threads=threads)
    once, twice, two = (contents(tmp_path / name) for name in ("once", "twice", "two"))
    assert once == twice or _same_but_for_words(once, twice)
    assert _same_but_for_words(once, two)


def _same_but_for_words(one: dict[str, bytes], other: dict[str, bytes]) -> bool:
    """Whether two runs are the same but for the words of their calls, which name a folder and a number of threads."""

    def without(files: dict[str, bytes]) -> dict[str, Any]:
        report = json.loads(files["run/report.json"])
        report["manifest"]["arguments"] = None
        return report

    assert without(one) == without(other)
    return True


def test_a_report_keeps_what_a_router_is() -> None:
    result = wattroute.open("toy").replay(alternating)
    (policy, *_) = result.to_dict()["policies"]
    assert (policy["name"], policy["kind"], policy["summary"]) == (
        "alternating",
        "supplied",
        "One endpoint after the other.",
    )
    said = json.dumps(result.to_dict()["manifest"])
    assert "test_routers.alternating" in said and " at 0x" not in said
    assert "the calling program decided, asked once, by endpoints; of a query it was told: row, query_id" in " ".join(
        result.text.split()
    )


def test_a_router_may_ask_for_another_replay() -> None:
    trace = wattroute.open("toy")

    def nested(batch: wattroute.Batch) -> list[str]:
        best = trace.replay("oracle", threads=1).to_dict()["policies"][0]["answer_accuracy"]
        assert best["value"] > 0.8
        return alternating(batch)

    for threads in (1, 2):
        assert figures(trace.replay(nested, threads=threads)) == figures(trace.replay(alternating, threads=threads))


def test_a_day_and_a_workload_take_it_too(tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    (tmp_path / "w.toml").write_text('dataset = ["exam"]\n')
    result = trace.replay({"mine": lambda batch: [TOY[0]] * len(batch)}, workload=tmp_path / "w.toml")
    assert figures(result)["queries"] == 6
    day = trace.day({"mine": lambda batch: [TOY[0]] * len(batch)}, arrivals_total=1000).to_dict()["day"]
    assert "mine" in [strategy["name"] for strategy in day["strategies"]]
