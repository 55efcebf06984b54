"""What a router is handed: columns in the memory of the trace, and no outcome."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy
import polars
import pytest
import wattroute
from test_routers import alternating


def test_a_batch_has_what_is_known_and_no_outcome() -> None:
    seen: list[wattroute.Batch] = []

    def look(batch: wattroute.Batch) -> list[str]:
        seen.append(batch)
        return alternating(batch)

    wattroute.open("toy").replay(look, seed=5)
    (batch,) = seen
    columns = [
        "row",
        "query_id",
        "dataset",
        "category",
        "input_tokens",
        "arrival_s",
        "prompt",
        "feature_score_hard",
        "feature_language",
    ]
    assert (batch.columns, len(batch), batch.seed, batch.place) == (columns, 12, 5, "block 0, rows 0 to 11")
    frame = batch.to_polars()
    assert (
        frame.columns == columns
        and batch.to_arrow().column_names == columns
        and list(batch.to_pandas().columns) == columns
    )
    assert frame["query_id"][0] == "chat-1" and frame["dataset"].to_list() == ["chat"] * 6 + ["exam"] * 6
    for name in columns:
        assert [None if cell != cell else cell for cell in batch[name].tolist()] == frame[name].to_list(), name
    with pytest.raises(KeyError, match="the queries have row, query_id"):
        batch["score"]


def test_numbers_of_a_batch_are_not_copied_and_outlive_the_call() -> None:
    kept: dict[str, Any] = {}

    def keep(batch: wattroute.Batch) -> list[str]:
        kept["array"], kept["again"] = batch["input_tokens"], batch["input_tokens"]
        kept["arrow"] = batch.to_arrow()["input_tokens"].chunk(0)
        return alternating(batch)

    wattroute.open("toy").replay(keep)
    gc.collect()
    address = kept["array"].__array_interface__["data"][0]
    assert address == kept["again"].__array_interface__["data"][0] == kept["arrow"].buffers()[1].address
    assert kept["array"].tolist() == [20.0] * 6 + [50.0] * 6 == kept["arrow"].to_pylist()
    with pytest.raises(ValueError, match="read-only"):
        kept["array"][0] = 1


def test_missing_cells_are_missing_there_too() -> None:
    table = polars.DataFrame(
        {
            "id": ["a", "a", "b", "b"],
            "model": ["s", "l"] * 2,
            "right": [True] * 4,
            "topic": ["x", "x", None, None],
            "ease": [None, None, 2.0, 2.0],
        }
    )
    mapping = {
        "layout": "long",
        "columns": {"id": "id", "model": "model", "features": ["topic", "ease"]},
        "metrics": {"score": {"column": "right"}},
        "endpoint": [{"model": "s", "tier": "local"}, {"model": "l", "tier": "cloud"}],
    }
    seen: list[Any] = []

    def look(batch: wattroute.Batch) -> list[int]:
        seen.append((batch["feature_topic"].tolist(), batch["feature_ease"].tolist(), batch.to_polars()))
        return [0, 0]

    wattroute.import_("table", table, map=mapping).replay({"look": look})
    topics, eases, frame = seen[0]
    assert topics == ["x", None] and str(eases) == "[nan, 2.0]"
    assert frame["feature_topic"].to_list() == ["x", None] and frame["feature_ease"].to_list() == [None, 2.0]


def test_vectors_are_rows_of_numbers(tmp_path: Path) -> None:
    trace = wattroute.synth("ipw-routing", queries=1000, out=tmp_path / "made")
    file = tmp_path / "made" / "queries.parquet"
    vectors = [None if query % 10 == 3 else [query / 2, 0.5, -1.0] for query in range(1000)]
    frame = polars.read_parquet(file).with_columns(embedding=polars.Series(vectors, dtype=polars.List(polars.Float32)))
    frame.write_parquet(file)
    seen: list[Any] = []

    def look(batch: wattroute.Batch) -> Any:
        seen.append((batch["embedding"], batch.to_polars()["embedding"], batch.to_arrow()["embedding"]))
        return numpy.zeros(len(batch), dtype=int)

    trace.replay(wattroute.Router(look, columns=["embedding"]))
    array, column, arrow = seen[0]
    assert array.shape == (1000, 3) and array.dtype == numpy.float32 and array[2].tolist() == [1.0, 0.5, -1.0]
    assert numpy.isnan(array[3]).all() and column[3] is None and column[4].to_list() == [2.0, 0.5, -1.0]
    assert column.null_count() == 100 == arrow.null_count
    # The numbers of Arrow's list are those that numpy sees.
    assert arrow.chunk(0).values.buffers()[1].address == array.__array_interface__["data"][0]


def test_columns_that_are_chosen_are_all_that_is_handed_over() -> None:
    trace, seen = wattroute.open("toy"), []

    def look(batch: wattroute.Batch) -> list[int]:
        seen.append((batch.columns, batch.to_polars().columns))
        return [0] * len(batch)

    trace.replay(wattroute.Router(look, columns=["input_tokens", "feature_language"]))
    assert seen == [(["input_tokens", "feature_language"], ["input_tokens", "feature_language"])]
