"""Figures: drawn by the engine, shown in notebooks, saved as SVG, PNG or PDF."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Optional, Union

Text = Union[str, "os.PathLike[str]"]


class Figure:
    """A figure of a result. A notebook shows it.

    >>> import wattroute
    >>> figure = wattroute.open("ladder").sweep().plot_savings_curves(columns=1)
    >>> figure.svg.startswith("<svg")
    True
    """

    def __init__(self, report: dict[str, Any], name: str, columns: Optional[int] = None) -> None:
        self.name = name
        """Its name."""
        self.columns = columns
        """The columns of a paper that it is laid out for; ``None`` for a screen."""
        self._report = report
        self.svg: str = self.render("svg").decode()
        """The figure as an SVG document."""

    def render(self, format: str) -> bytes:
        """The figure as a file of a format: ``svg``, ``png`` or ``pdf``."""
        file: bytes = self._report["figure"](self.name, self.columns, format)
        return file

    def save(self, path: Text, *, force: bool = False) -> Path:
        """Writes the figure in the format that the file's name ends in."""
        path = Path(path)
        format = path.suffix.lstrip(".").lower()
        self._report["save_figure"](self.name, self.columns, format, os.fspath(path), force)
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<wattroute.Figure {self.name}>"
