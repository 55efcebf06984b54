"""Routers as scikit-learn has them: fitted for each endpoint, by the labels of its answers."""

from __future__ import annotations

import copy
import importlib
from typing import Any, Optional

from ._answers import Refused
from ._tables import needed


def is_fitted(router: Any) -> bool:
    """Whether it is an object that is fitted, and not a class."""
    return (
        not isinstance(router, type)
        and callable(getattr(router, "fit", None))
        and (gives_chances(router) or callable(getattr(router, "predict", None)))
    )


def gives_chances(router: Any) -> bool:
    return callable(getattr(router, "predict_proba", None))


def fit(router: Any, features: bytearray, width: int, scores: bytearray, endpoints: list[str], seed: int) -> Fitted:
    """Fits a copy of a router for each endpoint, to the queries whose answer is known."""
    numpy = needed("numpy", "a router that is fitted")
    rows = numpy.frombuffer(features, dtype=numpy.float32).reshape(-1, width)
    labels = numpy.frombuffer(scores, dtype=numpy.float64).reshape(len(rows), len(endpoints))
    models, notes = [], []
    for place, endpoint in enumerate(endpoints):
        known = ~numpy.isnan(labels[:, place])
        if not known.any():
            raise Refused("no answer to fit on", place=f"endpoint `{endpoint}`")
        label = labels[known, place]
        if (label == label[0]).all():
            models.append(constant(label, gives_chances(router)))
            notes.append(
                f"{endpoint}: every label is {label[0]:g} in the rows fitted on, and the prediction a constant"
            )
            continue
        model = fresh(router, seed)
        model.fit(rows if known.all() else rows[known], label.astype(numpy.int64) if gives_chances(router) else label)
        models.append(model)
    return Fitted(models, endpoints, notes)


def constant(label: Any, chances: bool) -> float:
    """What is predicted where all labels are the same: of chances by the rule of succession, (k + 1) / (n + 2) for k of n,
    so that no query is called certain."""
    return (float(label.sum()) + 1) / (len(label) + 2) if chances else float(label[0])


def fresh(router: Any, seed: int) -> Any:
    """A router like it that is not fitted. Where its random state is not said it draws by the run's seed."""
    if not hasattr(router, "get_params"):
        return copy.deepcopy(router)
    try:
        copied = importlib.import_module("sklearn.base").clone
    except ImportError:
        copied = copy.deepcopy
    model = copied(router)
    unsaid = [
        name for name, value in model.get_params().items() if value is None and name.split("__")[-1] == "random_state"
    ]
    return model.set_params(**{name: seed % 2**32 for name in unsaid}) if unsaid else model


class Fitted:
    """A model for each endpoint, or a number where there was nothing to fit."""

    def __init__(self, models: list[Any], endpoints: list[str], notes: list[str]) -> None:
        self.models = models
        self.endpoints = endpoints
        self.notes = notes

    def predict(self, features: bytearray, width: int) -> bytes:
        """What is predicted of each row and endpoint."""
        numpy = needed("numpy", "a router that is fitted")
        rows = numpy.frombuffer(features, dtype=numpy.float32).reshape(-1, width)
        out = numpy.empty((len(rows), len(self.endpoints)), dtype=numpy.float64)
        for place, (model, endpoint) in enumerate(zip(self.models, self.endpoints)):
            out[:, place] = model if isinstance(model, float) else predicted(model, rows, endpoint)
        return bytes(out.tobytes())


def predicted(model: Any, rows: Any, endpoint: str) -> Any:
    numpy = needed("numpy", "a router that is fitted")
    chances = gives_chances(model)
    said = numpy.asarray(model.predict_proba(rows) if chances else model.predict(rows), dtype=numpy.float64)
    if len(said.shape) == 0 or len(said) != len(rows):
        count = len(said) if said.ndim else 1
        row: Optional[int] = count if count < len(rows) else None
        raise Refused(
            "a router predicted for another number of queries than it was asked about",
            row=row,
            place=f"endpoint `{endpoint}`",
            found=f"{count} predictions",
            allowed=f"{len(rows)}",
        )
    if chances and said.ndim == 2:
        return said[:, right(model, said.shape[1], endpoint)]
    if said.ndim != 1:
        raise Refused(
            "a router predicted in another form",
            place=f"endpoint `{endpoint}`",
            found=f"an array of shape {said.shape}",
            allowed="a number for each query",
        )
    # A regression may lie a little beyond the scores that it was fitted to; what is no number is not made one.
    return said if chances else numpy.where(numpy.isfinite(said), numpy.clip(said, 0.0, 1.0), said)


def right(model: Any, width: int, endpoint: str) -> int:
    """The column of the chance to be right: that of class 1, or the second of two."""
    classes = getattr(model, "classes_", None)
    if classes is not None and len(classes) == width and 1 in list(classes):
        return list(classes).index(1)
    if width == 2:
        return 1
    raise Refused(
        "a router's chances have no column for the class 1",
        place=f"endpoint `{endpoint}`",
        found=f"{width} columns",
        allowed="a column for each of the classes 0 and 1, or `classes_` that name them",
    )
