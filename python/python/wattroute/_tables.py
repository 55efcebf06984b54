"""Tables of a report, which cross to other libraries by the Arrow PyCapsule interface."""

from __future__ import annotations

import html
import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional

from ._errors import UsageError


def needed(module: str, what: str) -> Any:
    """A library that is asked for where it is used."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"{what} needs `{module}`, which is not installed: `pip install {module}`") from error


class Table:
    """A table of a report. It has ``__arrow_c_stream__``: polars, pandas, pyarrow, DuckDB and others take it as it is."""

    def __init__(self, name: str, rows: int, columns: list[str], stream: Callable[[], Any]) -> None:
        self.name = name
        """Its name, which is that of its files in a run's folder."""
        self.rows = rows
        """How many rows it has."""
        self.columns = columns
        """The names of its columns."""
        self._stream = stream

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        # The interface lets a producer give its own types where it cannot give those that are asked for.
        return self._stream()

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        return f"<wattroute.Table {self.name}: {self.rows} rows, {len(self.columns)} columns>"

    def to_polars(self) -> Any:
        """The table as a ``polars.DataFrame``."""
        return needed("polars", "to_polars()").DataFrame(self)

    def to_arrow(self) -> Any:
        """The table as a ``pyarrow.Table``."""
        return needed("pyarrow", "to_arrow()").table(self)

    def to_pandas(self) -> Any:
        """The table as a ``pandas.DataFrame``."""
        needed("pandas", "to_pandas()")
        return needed("pyarrow", "to_pandas()").table(self).to_pandas()


class Tables(Mapping[str, Table]):
    """Tables by name, in the order of the report."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._tables = {table.name: table for table in tables}

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def named(self, name: Optional[str] = None) -> Table:
        """The table of a name, the first without one."""
        if name is None and self._tables:
            return next(iter(self._tables.values()))
        if name not in self._tables:
            wanted = "no table" if name is None else f"no table `{name}`"
            raise UsageError(f"the result has {wanted}; it has: {', '.join(self._tables) or 'none'}")
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return f"<wattroute.Tables: {', '.join(f'{name} ({table.rows})' for name, table in self._tables.items())}>"

    def _repr_html_(self) -> str:
        rows = (f"<tr><td>{html.escape(name)}</td><td>{table.rows}</td></tr>" for name, table in self._tables.items())
        return f"<table><tr><th>table</th><th>rows</th></tr>{''.join(rows)}</table>"
