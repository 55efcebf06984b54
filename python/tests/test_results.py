"""Results: tables, figures, pages."""

from __future__ import annotations

from pathlib import Path

import pytest
import wattroute


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def swept(folder: Path) -> wattroute.Result:
    return wattroute.open("ladder").sweep(accuracy=[0, 0.5, 1], out=folder / "run")


def test_tables_are_those_of_the_run(swept: wattroute.Result, folder: Path) -> None:
    polars = pytest.importorskip("polars")
    pyarrow_parquet = pytest.importorskip("pyarrow.parquet")
    files = {file.stem for file in (folder / "run").glob("*.parquet")}
    assert files == set(swept.tables) and set(swept.tables) <= set(wattroute._wattroute.tables)
    for name, table in swept.tables.items():
        written = polars.read_parquet(folder / "run" / f"{name}.parquet")
        assert table.to_polars().equals(written) and swept.to_polars(name).schema == written.schema
        assert (len(table), table.columns) == (written.height, written.columns)
        arrow = table.to_arrow()
        assert arrow.to_pylist() == pyarrow_parquet.read_table(folder / "run" / f"{name}.parquet").to_pylist()
        assert table.to_pandas().shape == written.shape
    assert swept.to_polars().equals(swept.to_polars("policies"))
    assert list(swept.to_pandas("curves")["router_accuracy"]) == swept.to_arrow("curves")["router_accuracy"].to_pylist()


def test_a_table_is_taken_as_it_is(swept: wattroute.Result) -> None:
    polars, pyarrow, pandas = (pytest.importorskip(name) for name in ("polars", "pyarrow", "pandas"))
    table = swept.tables["curves"]
    assert polars.DataFrame(table).height == pyarrow.table(table).num_rows == len(pandas.DataFrame.from_arrow(table)) == len(table)


def test_a_table_that_is_none_is_an_error(swept: wattroute.Result) -> None:
    with pytest.raises(wattroute.UsageError, match="no table `curve`; it has: policies"):
        swept.to_polars("curve")
    with pytest.raises(wattroute.UsageError, match="no table; it has: none"):
        wattroute.policies().to_polars()
    with pytest.raises(TypeError, match="no report"):
        wattroute.policies().write("run")
    assert dict(wattroute.policies().tables) == {}


def test_the_endpoints_of_a_trace_are_a_table() -> None:
    pytest.importorskip("polars")
    inspection = wattroute.open("toy").inspect()
    rows = inspection.to_polars("endpoints").to_dicts()
    endpoints = inspection.to_dict()["endpoints"]
    assert len(rows) == len(endpoints) == 4
    for row, endpoint in zip(rows, endpoints):
        lists = {"missing_cells", "estimated"}
        assert row == {name: value for name, value in endpoint.items() if name not in lists}


def test_a_library_that_is_absent_is_named(swept: wattroute.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(ImportError, match="to_polars\\(\\) needs `polars`, which is not installed: `pip install polars`"):
        swept.to_polars()


def test_figures_are_those_of_the_run(swept: wattroute.Result, folder: Path) -> None:
    figure = swept.plot_savings_curves()
    drawn = folder / "run" / "figures"
    assert figure.svg == figure._repr_svg_() == (drawn / "savings_curves.svg").read_text()
    assert figure.save(folder / "mine.png").read_bytes() == (drawn / "savings_curves.png").read_bytes()
    with pytest.raises(wattroute.Error, match="there is something already"):
        figure.save(folder / "mine.png")
    wattroute.figures(folder / "run", out=folder / "paper", format="pdf", columns=1)
    narrow = swept.plot("savings_curves", columns=1)
    assert narrow.render("pdf") == (folder / "paper" / "savings_curves.pdf").read_bytes()
    for name, _ in wattroute._wattroute.figures:
        assert callable(getattr(swept, f"plot_{name}"))


def test_a_figure_that_cannot_be_drawn_says_why(swept: wattroute.Result, tmp_path: Path) -> None:
    with pytest.raises(wattroute.Error) as raised:
        swept.plot_day()
    assert raised.value.what == "the figure cannot be drawn from this result" and raised.value.cause
    with pytest.raises(wattroute.UsageError, match="did you mean `savings_curves`"):
        swept.plot("savings_curve")
    with pytest.raises(wattroute.UsageError, match="no such format of a figure"):
        swept.plot_savings_curves().save(tmp_path / "figure.jpg")
    with pytest.raises(wattroute.UsageError, match="columns"):
        swept.plot_savings_curves(columns=3)


def test_what_is_shown(swept: wattroute.Result, run, tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    assert str(trace.replay("oracle")) == run(tmp_path, "replay", "toy", "--policy", "oracle")
    page = swept._repr_html_()
    assert page.startswith('<div class="wattroute">') and "<script" not in page and page.count("<details") > 3
    # What makes no report shows what a terminal does, and no markup of a name.
    assert "<pre>trace" in wattroute.open("ladder").inspect()._repr_html_()
    assert repr(trace.replay("oracle")).startswith("<wattroute.Result: toy: 12 queries")


def test_a_page(swept: wattroute.Result, folder: Path) -> None:
    page = swept.to_html(folder / "page.html")
    wattroute.report(folder / "run", html=folder / "other.html")
    assert page.read_bytes() == (folder / "other.html").read_bytes()
    with pytest.raises(wattroute.Error, match="already"):
        swept.to_html(page)
    swept.to_html(page, force=True)
