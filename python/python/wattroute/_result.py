"""What verbs answer."""

from __future__ import annotations

import html
import json
import os
from pathlib import Path
from typing import Any, Optional, Union

from ._figure import Figure
from ._plots import Plots
from ._tables import Table, Tables

Text = Union[str, "os.PathLike[str]"]


class Result(Plots):
    """What a verb answers: as values, as text, as tables, as figures, and as a page.

    >>> import wattroute
    >>> result = wattroute.open("toy").replay("oracle")
    >>> result.to_dict()["policies"][0]["name"]
    'oracle'
    """

    def __init__(self, answer: dict[str, Any]) -> None:
        self.json: str = answer["json"]
        """What ``--json`` prints."""
        self.text: str = answer["text"]
        """What a terminal shows."""
        self.remarks: list[str] = answer["remarks"]
        """What is said beside it."""
        self.files: list[Path] = [Path(file) for file in answer["files"]]
        """The files that were written, where the verb lists them."""
        self.tables: Tables = Tables(Table(*table) for table in answer["tables"])
        """The tidy tables by name: of a report those that a run's folder has as CSV and Parquet, of ``inspect`` its endpoints."""
        self._report: Optional[dict[str, Any]] = answer["report"]

    def to_dict(self) -> dict[str, Any]:
        """The object of ``--json``, whose keys are a contract."""
        said: dict[str, Any] = json.loads(self.json)
        return said

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<wattroute.Result: {self.text.strip().splitlines()[0] if self.text.strip() else 'nothing to show'}>"

    def _of_report(self) -> dict[str, Any]:
        if self._report is None:
            raise TypeError("this verb makes no report: its answer is in `.to_dict()` and `.text`")
        return self._report

    def to_polars(self, table: Optional[str] = None) -> Any:
        """A table as a data frame of polars: the first, or the one of a name (see ``tables``)."""
        return self.tables.named(table).to_polars()

    def to_pandas(self, table: Optional[str] = None) -> Any:
        """The same as a data frame of pandas."""
        return self.tables.named(table).to_pandas()

    def to_arrow(self, table: Optional[str] = None) -> Any:
        """The same as a table of pyarrow."""
        return self.tables.named(table).to_arrow()

    def plot(self, name: str, *, columns: Optional[int] = None) -> Figure:
        """A figure of the report by name, laid out for a screen, or for 1 or 2 columns of a paper."""
        return Figure(self._of_report(), name, columns)

    def write(self, out: Text, *, force: bool = False) -> list[Path]:
        """Writes the folder of a run, as ``out=`` does: report, tables and figures. Returns its files."""
        return [Path(file) for file in self._of_report()["write"](os.fspath(out), force)]

    def to_html(self, path: Text, *, force: bool = False) -> Path:
        """Writes the report as one HTML page with charts to move, which needs no network and no other file."""
        self._of_report()["page"](os.fspath(path), force)
        return Path(path)

    def _repr_html_(self) -> str:
        remarks = "".join(f"<p>{html.escape(remark)}</p>" for remark in self.remarks)
        if self._report is None:
            return f"{remarks}<pre>{html.escape(self.text)}</pre>"
        return remarks + str(self._report["html"]())
