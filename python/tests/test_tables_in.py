"""A trace from a table in memory: of polars, pandas or pyarrow, the same as from the file."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
import wattroute
from conftest import ANSWERS, MAP, contents

polars = pytest.importorskip("polars")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")


def frame() -> Any:
    return polars.read_csv(io.StringIO(ANSWERS))


def data(trace: wattroute.Trace) -> dict[str, bytes]:
    """The tables of a trace; its description says how it was made, which differs."""
    return {name: cells for name, cells in contents(Path(trace.place)).items() if name != "trace.toml"}


@pytest.fixture
def from_file(answers: Path) -> dict[str, bytes]:
    return data(wattroute.import_("table", "answers.csv", map="map.toml"))


TABLES = {
    "polars": frame,
    "polars in chunks": lambda: polars.concat([frame()[:2], frame()[2:5], frame()[5:]], rechunk=False),
    "polars with categories": lambda: frame().with_columns(polars.col("model", "right").cast(polars.Categorical)),
    "pandas": lambda: pandas.read_csv(io.StringIO(ANSWERS)),
    "pandas with categories": lambda: pandas.read_csv(io.StringIO(ANSWERS)).astype({"model": "category", "joules": "int16"}),
    "pyarrow": lambda: frame().to_arrow(),
    "pyarrow by batches": lambda: pyarrow.RecordBatchReader.from_batches(
        frame().to_arrow().schema, frame().to_arrow().to_batches(max_chunksize=2)
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_gives_the_trace_that_its_file_gives(kind: str, from_file: dict[str, bytes]) -> None:
    assert data(wattroute.import_("table", TABLES[kind](), map="map.toml")) == from_file


def test_a_mapping_is_a_file_its_text_or_what_it_says(from_file: dict[str, bytes]) -> None:
    for mapping in (Path("map.toml"), MAP, tomllib.loads(MAP)):
        assert data(wattroute.import_("table", frame(), map=mapping)) == from_file


def test_times_of_data_frames_are_arrivals(answers: Path) -> None:
    # Quarters of a second, with a zone and without.
    mapping = tomllib.loads(MAP)
    mapping["columns"]["arrival"] = {"column": "at", "unit": "datetime"}
    texts = frame().with_columns(at=polars.Series([f"2026-03-01T08:00:0{int(question[1])}.25Z" for question in frame()["question"]]))
    expected = data(wattroute.import_("table", texts, map=mapping))
    for times in (
        texts.with_columns(polars.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms")),
        texts.to_pandas().assign(at=lambda table: pandas.to_datetime(table["at"])),
    ):
        assert data(wattroute.import_("table", times, map=mapping)) == expected


def test_tables_have_names(answers: Path) -> None:
    queries = polars.DataFrame({"question": ["q1", "q2", "q3"], "text": ["one", "two", "three"]})
    mapping = tomllib.loads(MAP)
    mapping["columns"]["prompt"] = "text"
    mapping["queries"] = {"file": "questions", "id": "question"}
    made = wattroute.import_("table", {"answers": frame(), "questions": queries}, map=mapping)
    assert made.made.to_dict()["queries"] == 3
    assert "the queries are those of questions" in made.made.to_dict()["notes"]
    # Files and tables may be mixed.
    both = wattroute.import_("table", ["answers.csv", frame().with_columns(question=polars.lit("again ") + polars.col("question"))], map=MAP)
    assert both.inspect().to_dict()["queries"] == 6


def test_what_is_wrong_is_said_by_row_and_column(answers: Path) -> None:
    wrong = frame().with_columns(joules=polars.when(polars.col("question") == "q2").then(-1.0).otherwise(polars.col("joules")))
    with pytest.raises(wattroute.Error) as raised:
        wattroute.import_("table", {"mine": wrong}, map=MAP)
    assert raised.value.where == "mine, row 2, column `joules`" and raised.value.found == "-1"
    with pytest.raises(wattroute.UsageError, match="format `table` takes tables in memory"):
        wattroute.import_("ipw", frame())
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        wattroute.import_("table", {"mine": object()}, map=MAP)


def test_columns_of_other_types_are_known_by_name(answers: Path) -> None:
    dated = frame().with_columns(day=polars.date(2026, 1, 1), tags=polars.lit(["a"]))
    made = wattroute.import_("table", dated, map=MAP)
    assert any("`day`, `tags`" in note for note in made.made.to_dict()["notes"])
    mapping = MAP.replace('"seconds"', '"day"').replace(', unit = "s"', "")
    with pytest.raises(wattroute.Error, match="a cell of a kind that is not read"):
        wattroute.import_("table", dated, map=mapping)


def test_an_empty_table_is_an_error_and_no_fault(answers: Path) -> None:
    with pytest.raises(wattroute.Error):
        wattroute.import_("table", frame()[:0], map=MAP)
