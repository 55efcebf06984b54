"""A block of queries, as a router is handed it."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from ._tables import needed


class Batch:
    """Some thousand queries with all that is known of them before an answer, and nothing of what was answered.

    It has ``__arrow_c_stream__``: polars, pandas, pyarrow, DuckDB and others take it as a table. Its numbers are those
    that wattroute has in memory, which are not copied and cannot be changed.

    >>> import wattroute
    >>> def short_ones_stay(batch):
    ...     print(len(batch), batch.columns[:5])
    ...     return ["small@laptop" if tokens < 30 else "large@server" for tokens in batch["input_tokens"]]
    >>> result = wattroute.open("toy").replay(short_ones_stay)
    12 ['row', 'query_id', 'dataset', 'category', 'input_tokens']
    >>> result.to_dict()["policies"][0]["share"]
    {'large@server': 0.5, 'small@laptop': 0.5}
    """

    def __init__(self, described: dict[str, Any]) -> None:
        self.columns: list[str] = described["columns"]
        """The names of its columns, which are those of a trace's file of queries."""
        self.place: str = described["place"]
        """Which queries of the trace these are, in words: the block, its first and its last row number."""
        self.seed: int = described["seed"]
        """The seed of the run, for a router that draws: the same for every block."""
        self._rows: int = described["rows"]
        self._known: list[str] = described["known"]
        self._column: Callable[[str], Any] = described["column"]
        self._stream: Callable[[list[str]], Any] = described["stream"]
        self._endpoints: Callable[[], list[str]] = described["endpoints"]
        self._fallback: Callable[[], str] = described["fallback"]

    @property
    def endpoints(self) -> list[str]:
        """The ids of the endpoints to choose among, in the order of scores and positions. With several fallbacks there
        is a choice for each, and a router that asks for this is asked once for each."""
        return self._endpoints()

    @property
    def fallback(self) -> str:
        """The id of the endpoint where misrouted and unsolved queries go; one of ``endpoints``."""
        return self._fallback()

    def __len__(self) -> int:
        return self._rows

    def __repr__(self) -> str:
        return f"<wattroute.Batch of {self._rows} queries: {self.place}; columns {', '.join(self.columns)}>"

    def __getitem__(self, name: str) -> Any:
        """A column as a numpy array: numbers with NaN where missing, vectors as rows, texts as objects with ``None``."""
        if name not in self.columns:
            raise KeyError(f"`{name}`: the queries have {', '.join(self.columns)}")
        numpy = needed("numpy", "a column of a batch")
        column = self._column(name)
        if isinstance(column, list):
            array = numpy.empty(len(column), dtype=object)
            array[:] = column
            return array
        return numpy.asarray(_Memory(*column))

    def __arrow_c_stream__(self, requested_schema: Optional[Any] = None) -> Any:
        # The interface lets a producer give its own types where it cannot give those that are asked for.
        return self._stream(self.columns)

    def to_polars(self) -> Any:
        """The queries as a ``polars.DataFrame``."""
        return needed("polars", "to_polars()").DataFrame(self)

    def to_arrow(self) -> Any:
        """The queries as a ``pyarrow.Table``."""
        return needed("pyarrow", "to_arrow()").table(self)

    def to_pandas(self) -> Any:
        """The queries as a ``pandas.DataFrame``."""
        needed("pandas", "to_pandas()")
        return needed("pyarrow", "to_pandas()").table(self).to_pandas()


class _Memory:
    """Numbers in the memory of a trace, as numpy takes them over; `kept` keeps it there."""

    def __init__(self, address: int, kind: str, shape: list[int], kept: Any) -> None:
        self.kept = kept
        order = "<" if sys.byteorder == "little" else ">"
        read_only = True
        self.__array_interface__ = {
            "data": (address, read_only),
            "typestr": order + kind,
            "shape": tuple(shape),
            "version": 3,
        }
