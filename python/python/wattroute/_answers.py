"""What a router answers: checked, and brought into one of three forms."""

from __future__ import annotations

import difflib
import numbers
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ._batch import Batch
from ._tables import needed

NOTHING = 2**32 - 1
"""The code of a query for which there is no name."""


class Refused(Exception):
    """An answer that cannot be taken. The engine reads `said`, and adds which block and which row."""

    def __init__(
        self,
        what: str,
        *,
        row: Optional[int] = None,
        place: Optional[str] = None,
        found: Any = None,
        allowed: Optional[str] = None,
        hint: Optional[str] = None,
    ) -> None:
        super().__init__(what)
        self.said = (what, row, place, None if found is None else str(found), allowed, hint)


ALLOWED = (
    "ids or positions of endpoints, one for each query; or scores, a row for each query and a column for each endpoint"
)


def formed(answer: Any, batch: Batch) -> tuple[Any, ...]:
    """An answer as `("endpoints", names, codes)`, `("positions", positions)` or `("scores", scores, width)`, numbers as
    bytes."""
    if isinstance(answer, Mapping):
        return scores_by_endpoint(answer, list(answer), batch)
    if isinstance(answer, (str, bytes)) or answer is None:
        raise Refused("a router answered something else than decisions", found=repr(answer), allowed=ALLOWED)
    columns = table_columns(answer)
    if columns is not None:
        return scores_by_endpoint(answer, columns, batch)
    kind = getattr(getattr(answer, "dtype", None), "kind", None)
    if getattr(answer, "ndim", 1) == 2 and kind != "O":
        numpy = needed("numpy", "an array of scores")
        # What is masked is no score, whatever stands below the mask.
        scores = numpy.asarray(numpy.ma.filled(answer.astype(float), numpy.nan) if numpy.ma.isMA(answer) else answer)
        if scores.dtype.kind in "fiub":
            return "scores", scores.astype(numpy.float64).tobytes(), scores.shape[1]
    if getattr(answer, "ndim", 1) != 1 and kind != "O":
        raise Refused("a router answered an array of another form", found=f"{answer.ndim} dimensions", allowed=ALLOWED)
    return of_each(listed(answer), batch)


def table_columns(answer: Any) -> Optional[list[str]]:
    """The columns of a data frame of polars, pandas or pyarrow; `None` for anything else."""
    if hasattr(answer, "column_names"):
        return [str(name) for name in answer.column_names]
    columns = getattr(answer, "columns", None)
    return None if columns is None or callable(columns) else list(columns)


def listed(answer: Any) -> Sequence[Any]:
    """A list, an array, or a column of a data frame, as a list."""
    method = next((method for method in ("to_pylist", "to_list", "tolist") if hasattr(answer, method)), None)
    try:
        return list(answer if method is None else getattr(answer, method)())
    except TypeError:
        raise Refused(
            "a router answered something else than decisions", found=repr(answer)[:200], allowed=ALLOWED
        ) from None


def of_each(answers: Sequence[Any], batch: Batch) -> tuple[Any, ...]:
    """The form of a list, which its first item that is there tells."""
    first = next((one for one in answers if one is not None), None)
    if isinstance(first, str):
        return names(answers)
    if first is None and len(answers) > 0:
        return "endpoints", [], array("I", [NOTHING]).tobytes() * len(answers)
    if first is not None and (
        hasattr(first, "__len__") or hasattr(first, "__array__") and getattr(first, "ndim", 0) == 1
    ):
        return rows_of_scores(answers, batch)
    return positions(answers)


def names(answers: Sequence[Any]) -> tuple[str, list[str], bytes]:
    known: dict[str, int] = {}
    codes = array("I")
    for row, one in enumerate(answers):
        if one is None:
            codes.append(NOTHING)
        elif isinstance(one, str):
            codes.append(known.setdefault(str(one), len(known)))
        else:
            raise Refused(
                "a router answered no id of an endpoint",
                row=row,
                found=repr(one),
                allowed="ids of endpoints, as for the rows before",
            )
    return "endpoints", list(known), codes.tobytes()


def positions(answers: Sequence[Any]) -> tuple[str, bytes]:
    out = array("q")
    for row, one in enumerate(answers):
        whole = int(one) if isinstance(one, numbers.Integral) and not isinstance(one, bool) else None
        if whole is None or not -(2**63) <= whole < 2**63:
            found, allowed = "nothing" if one is None else repr(one), "whole numbers from 0, or ids of endpoints"
            raise Refused("a router answered no position of an endpoint", row=row, found=found, allowed=allowed)
        out.append(whole)
    return "positions", out.tobytes()


def rows_of_scores(answers: Sequence[Any], batch: Batch) -> tuple[str, bytes, int]:
    width = len(batch.endpoints)
    cells = array("d")
    for row, scores in enumerate(answers):
        count = len(scores) if hasattr(scores, "__len__") and not isinstance(scores, str) else None
        if count != width:
            found = repr(scores)[:200] if count is None else f"{count} scores"
            raise Refused(
                "a router gave another number of scores than there are endpoints",
                row=row,
                found=found,
                allowed=_scores(batch),
            )
        cells.extend(number(score, row, endpoint) for endpoint, score in zip(batch.endpoints, scores))
    return "scores", cells.tobytes(), width


def scores_by_endpoint(table: Any, columns: list[str], batch: Batch) -> tuple[str, bytes, int]:
    """Scores by the ids of endpoints. Those of endpoints beside the pool are passed over."""
    wanted = batch.endpoints
    for name in columns:
        if name not in batch._known:
            near = difflib.get_close_matches(str(name), batch._known, 1)
            hint = f"did you mean `{near[0]}`?" if near else None
            allowed = ", ".join(batch._known)
            raise Refused(
                "no such endpoint", place="the scores of a router", found=f"`{name}`", allowed=allowed, hint=hint
            )
    lacking = [endpoint for endpoint in wanted if endpoint not in columns]
    if lacking:
        found = f"none of {', '.join(lacking)}"
        raise Refused("a router gave no scores of some endpoints", found=found, allowed=_scores(batch))
    numpy = needed("numpy", "scores by endpoint")
    scores = numpy.empty((len(batch), len(wanted)), dtype=numpy.float64)
    for place, endpoint in enumerate(wanted):
        column = numpy.asarray(table[endpoint])
        if column.shape != (len(batch),):
            raise uneven(column, endpoint, batch)
        if column.dtype.kind not in "fiub":
            column = [number(score, row, endpoint) for row, score in enumerate(listed(table[endpoint]))]
        scores[:, place] = column
    return "scores", scores.tobytes(), len(wanted)


def number(score: Any, row: int, endpoint: str) -> float:
    """A score; whether it is finite the engine sees."""
    if isinstance(score, numbers.Real):
        return float(score)
    found = "nothing" if score is None else repr(score)
    raise Refused(
        "a router gave what is no score", row=row, place=f"endpoint `{endpoint}`", found=found, allowed="finite numbers"
    )


def uneven(column: Any, endpoint: str, batch: Batch) -> Refused:
    """The error of a column of another length or form."""
    what, allowed = "a router answered for another number of queries than it was asked about", _each(batch)
    place = f"endpoint `{endpoint}`"
    if column.ndim != 1:
        return Refused(what, place=place, found=f"an array of {column.ndim} dimensions", allowed=allowed)
    return Refused(
        what,
        row=len(column) if len(column) < len(batch) else None,
        place=place,
        found=f"{len(column)} scores",
        allowed=allowed,
    )


def _each(batch: Batch) -> str:
    return f"{len(batch)}, one for each query of the block in its order"


def _scores(batch: Batch) -> str:
    return f"{len(batch.endpoints)}: {', '.join(batch.endpoints)}"
