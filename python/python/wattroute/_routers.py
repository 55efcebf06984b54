"""Routers that are written in Python, as policies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional

from . import _fitting
from ._answers import Refused, formed
from ._batch import Batch
from ._errors import UsageError
from ._toml import toml


class Router:
    """A policy whose decisions are made in Python. It stands where a policy's name does, in ``replay``, ``compare`` and
    ``day``.

    ``router`` is one of two:

    - A callable. It is called with a :class:`wattroute.Batch` of up to 65,536 queries, block by block in the order of the
      trace, and returns for each query the id of an endpoint, its position in ``batch.endpoints``, or a score for each
      endpoint: a two-dimensional array, a mapping from endpoints to columns, or a data frame. Scores go to a decision
      rule, ``highest`` unless another one is said. What the callable was fitted to is its own affair.
    - An object with ``fit`` and ``predict_proba`` (or ``predict``), as those of scikit-learn. It is cross-fitted: copies
      of it are fitted for each endpoint to the encoded features of the queries of all folds but one (X) and whether the
      endpoint's answers were correct (y), and judge the queries of that fold. Without ``predict_proba`` y is the score.
      A ``random_state`` that is ``None`` becomes the run's seed.

    Both are told nothing of outcomes but that.

    Parameters:
        router: The callable or the object.
        name: What reports call it [default: the callable's name, or the object's class].
        summary: What it does, in a line [default: the first line of its docstring].
        rule: What makes endpoints of scores and chances: a kind of ``wattroute policies rule`` [default: highest].
        rule_parameters: The parameters of the rule.
        columns: Which columns a callable is handed, by name [default: all that the trace has].
        features: What an object's X is made of, as ``[parameters.features]`` of a policy file.
        folds: Parts of a cross-fit, and those from which a rule knows what an answer takes [default: 5].
        max_rows: Rows that an object is fitted to at most, a sample [default: 100,000].
        calibrate: ``none``, ``platt`` or ``isotonic``, for an object [default: none].
        overhead: What the router itself takes for each query: ``energy_j``, ``latency_s``, ``cost_usd``, ``flops``.

    >>> import wattroute
    >>> def by_difficulty(batch):
    ...     hard = batch["feature_score_hard"]
    ...     return {"small@laptop": 1 - hard, "medium@laptop": 0.9 - hard / 2, "large@server": 0.9 - 0 * hard}
    >>> router = wattroute.Router(by_difficulty, rule="cheapest", rule_parameters={"tau": 0.8}, folds=2)
    >>> result = wattroute.open("toy").replay([router, "oracle"])
    >>> for policy in result.to_dict()["policies"]:
    ...     print(policy["name"], f"{policy['answer_accuracy']['value']:.3f}")
    by_difficulty 0.667
    oracle 0.833
    always:endpoint=large@server 0.667
    """

    def __init__(
        self,
        router: Any,
        *,
        name: Optional[str] = None,
        summary: Optional[str] = None,
        rule: Optional[str] = None,
        rule_parameters: Optional[Mapping[str, Any]] = None,
        columns: Optional[Iterable[str]] = None,
        features: Optional[Mapping[str, Any]] = None,
        folds: Optional[int] = None,
        max_rows: Optional[int] = None,
        calibrate: Optional[str] = None,
        overhead: Optional[Mapping[str, float]] = None,
    ) -> None:
        if not is_router(router) or isinstance(router, Router):
            raise TypeError(
                f"{router!r} is no router: a callable is, and an object with `fit` and `predict_proba` or `predict`"
            )
        self.router = router
        """The callable or the object."""
        self.name: str = name if name is not None else _name(router)
        """What reports call it."""
        self.is_fitted: bool = _fitting.is_fitted(router)
        """Whether it is an object that is cross-fitted."""
        self.columns: Optional[list[str]] = None if columns is None else list(columns)
        """Which columns a callable is handed; ``None`` for all."""
        if not self.name:
            raise UsageError("a router has no name")
        if rule_parameters is not None and rule is None:
            raise UsageError("`rule_parameters` are those of a rule: say which by `rule`")
        of_fitted = {"features": features, "max_rows": max_rows, "calibrate": calibrate}
        self._refuse({"columns": columns} if self.is_fitted else of_fitted)
        rules = None if rule is None else {"kind": rule, **(rule_parameters or {})}
        parameters = {"rule": rules, "features": features, "folds": folds, "max_rows": max_rows, "calibrate": calibrate}
        self.file: str = toml(
            {
                "summary": _summary(router) if summary is None else summary,
                "source": _source(router),
                "overhead": overhead,
                "parameters": parameters,
            }
        )
        """The text of its policy file, which a report keeps."""

    def _refuse(self, options: Mapping[str, Any]) -> None:
        said = [option for option, value in options.items() if value is not None]
        if said:
            other = "an object that is fitted: see `features`" if self.is_fitted else "a callable, which is not fitted"
            raise UsageError(f"`{'`, `'.join(said)}` cannot be said of {other}")

    def __repr__(self) -> str:
        return f"<wattroute.Router {self.name}: {_source(self.router)}>"


class Prepared:
    """A router as the engine asks it."""

    def __init__(self, router: Router) -> None:
        self.file = router.file
        self.estimator = router.router if router.is_fitted else None
        self.of_chances = _fitting.gives_chances(router.router)
        self.columns = router.columns
        self._call: Callable[[Batch], Any] = router.router

    @property
    def needs(self) -> tuple[bool, bool, bool, bool]:
        """Whether names, texts, features and embeddings of the queries are handed over."""
        if self.columns is None:
            return True, True, True, True
        wanted = self.columns
        return (
            "query_id" in wanted,
            "prompt" in wanted,
            any(name.startswith("feature_") for name in wanted),
            "embedding" in wanted,
        )

    def decide(self, described: dict[str, Any]) -> tuple[Any, ...]:
        if self.columns is not None:
            lacking = [name for name in self.columns if name not in described["columns"]]
            if lacking:
                has = ", ".join(described["columns"])
                raise Refused("the queries lack columns that a router wants", found=", ".join(lacking), allowed=has)
            described["columns"] = self.columns
        batch = Batch(described)
        return formed(self._call(batch), batch)

    def fit(
        self, features: bytearray, width: int, scores: bytearray, endpoints: list[str], seed: int
    ) -> _fitting.Fitted:
        return _fitting.fit(self.estimator, features, width, scores, endpoints, seed)


def is_router(one: Any) -> bool:
    """Whether it may stand for a policy."""
    is_class_of_fitted = isinstance(one, type) and callable(getattr(one, "fit", None))
    return isinstance(one, Router) or _fitting.is_fitted(one) or (callable(one) and not is_class_of_fitted)


def prepared(one: Any, name: Optional[str] = None) -> tuple[str, Prepared]:
    """A router with its name, as the engine takes it."""
    router = one if isinstance(one, Router) else Router(one, name=name)
    return name if name is not None else router.name, Prepared(router)


def interrupt(threads: list[int]) -> None:
    """Raises an interrupt in threads that run Python; each meets it when it is back in Python."""
    import ctypes

    for thread in threads:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))


def _name(router: Any) -> str:
    return str(getattr(router, "__name__", None) or type(router).__name__)


def _summary(router: Any) -> str:
    lines = (getattr(router, "__doc__", None) or "").strip().splitlines()
    return lines[0].strip() if lines else ""


def _source(router: Any) -> str:
    """What it is, in words that are the same on every run."""
    if _fitting.is_fitted(router):
        return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(router))
    if hasattr(router, "__qualname__"):
        return f"{router.__module__}.{router.__qualname__}"
    return f"{type(router).__module__}.{type(router).__qualname__}"
