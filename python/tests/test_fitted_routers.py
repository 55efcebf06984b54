"""Routers with `fit` and `predict_proba` or `predict`: cross-fitted, close to the built-in ones, and checked."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy
import pytest
import wattroute
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from test_routers import figures, many

QUERIES = 1000
EASE = {"parts": ["columns"]}


@pytest.fixture(scope="module")
def trace() -> wattroute.Trace:
    return many(QUERIES)


def share(result: wattroute.Result, policy: int = 0) -> float:
    return result.to_dict()["policies"][policy]["share"]["small"]


class Threshold:
    """A router of its own: right where the first feature is above the middle of those that were right and wrong."""

    def fit(self, rows: Any, labels: Any) -> Threshold:
        assert rows.dtype == numpy.float32 and rows.shape[1] == 1 and set(labels.tolist()) == {0, 1}
        self.middle = (rows[labels == 1, 0].min() + rows[labels == 0, 0].max()) / 2
        return self

    def predict_proba(self, rows: Any) -> Any:
        right = (rows[:, 0] > self.middle) * 0.98 + 0.01
        return numpy.stack([1 - right, right], axis=1)


def test_a_router_is_fitted_to_other_folds_for_each_endpoint(trace: wattroute.Trace) -> None:
    fits: list[tuple[int, int]] = []

    class Counted(Threshold):
        def fit(self, rows: Any, labels: Any) -> Threshold:
            assert not hasattr(self, "middle"), "a copy that is not fitted"
            fits.append((len(rows), int(labels.sum())))
            return super().fit(rows, labels)

    router = wattroute.Router(
        Counted(), name="mine", features=EASE, rule="cheapest", rule_parameters={"tau": 0.5}, folds=4
    )
    result = trace.replay(router)
    # The large one is always right: nothing is fitted to it. A fold is judged by what three others taught.
    assert len(fits) == 4 and sum(rows for rows, _ in fits) == 3 * QUERIES and not hasattr(router.router, "middle")
    assert share(result) == 0.5 and figures(result)["answer_accuracy"]["value"] == 1.0
    (judged,) = result.to_dict()["routers"]
    assert judged["router"] == "supplied" and judged["target"] == "correct"
    # Threads may have fitted in another order than that of the folds.
    assert sorted(judged["fitted_to"]) == sorted(rows for rows, _ in fits)
    told = " ".join(result.text.split())
    assert "mine: supplied: a router for each of 4 folds (seed 0)" in told
    assert "large: every label is 1 in the rows fitted on, and the prediction a constant" in told


def test_a_logistic_regression_is_close_to_the_built_in_one(trace: wattroute.Trace) -> None:
    built_in = 'logistic:features.parts=["columns"],rule.kind=cheapest,rule.tau=0.5'
    router = wattroute.Router(LogisticRegression(), features=EASE, rule="cheapest", rule_parameters={"tau": 0.5})
    result = trace.replay([router, built_in])
    assert result.to_dict()["policies"][0]["name"] == "LogisticRegression"
    assert share(result, 0) == pytest.approx(share(result, 1), abs=0.005) == pytest.approx(0.5, abs=0.02)
    mine, theirs = result.to_dict()["routers"]
    for endpoint in ("small", "large"):
        for measure in ("brier", "log_loss"):
            ours, other = (judged["reliability"][endpoint][measure] for judged in (mine, theirs))
            assert ours == pytest.approx(other, abs=0.01), (endpoint, measure)


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(n_estimators=5),
        make_pipeline(StandardScaler(), LogisticRegression()),
        LinearRegression(),
        Threshold(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_the_same_seed_gives_the_same_on_any_number_of_threads(estimator: Any, trace: wattroute.Trace) -> None:
    def reports(seed: int, threads: int) -> Any:
        said = trace.replay({"mine": wattroute.Router(estimator, features=EASE)}, seed=seed, threads=threads).to_dict()
        said["manifest"]["arguments"] = None
        return said

    once = reports(3, 1)
    assert once == reports(3, 1) == reports(3, 2)
    assert once["routers"] != reports(4, 2)["routers"]


def test_a_random_state_that_is_unsaid_is_the_seed(trace: wattroute.Trace) -> None:
    states: list[Any] = []

    class Seeded(RandomForestClassifier):
        def fit(self, rows: Any, labels: Any) -> Any:
            states.append(self.random_state)
            return super().fit(rows, labels)

    for state in (None, 11):
        trace.replay(
            {"mine": wattroute.Router(Seeded(n_estimators=2, random_state=state), features=EASE, folds=2)},
            seed=2**32 + 7,
        )
    assert states == [7, 7, 11, 11]


def test_policies_with_one_object_share_its_fits(trace: wattroute.Trace) -> None:
    fits: list[int] = []

    class Counted(Threshold):
        def fit(self, rows: Any, labels: Any) -> Threshold:
            fits.append(threading.get_ident())
            return super().fit(rows, labels)

    estimator = Counted()
    routers = [
        wattroute.Router(estimator, name=f"at {tau}", features=EASE, rule="cheapest", rule_parameters={"tau": tau})
        for tau in (0.2, 0.8)
    ]
    trace.compare(routers)
    assert len(fits) == 5


def test_chances_are_calibrated_and_judged_as_any(trace: wattroute.Trace) -> None:
    router = wattroute.Router(LogisticRegression(C=0.001), name="mine", features=EASE, calibrate="isotonic")
    plain = wattroute.Router(LogisticRegression(C=0.001), name="plain", features=EASE)
    mine, other = (
        judged["reliability"]["small"]["log_loss"] for judged in trace.replay([router, plain]).to_dict()["routers"]
    )
    # A strong penalty makes chances that are near the mean: isotonic regression puts them right.
    assert mine < other / 2


def test_a_regression_predicts_scores_within_0_and_1(trace: wattroute.Trace) -> None:
    result = trace.replay({"mine": wattroute.Router(LinearRegression(), features=EASE)})
    judged = result.to_dict()["routers"][0]
    # A line through a step of labels runs from −0.25 to 1.25.
    assert judged["target"] == "score" and 0.0 < judged["reliability"]["small"]["brier"] < 0.1


class Says:
    """A router that predicts what it is told to."""

    def __init__(self, says: Any) -> None:
        self.says = says

    def fit(self, rows: Any, labels: Any) -> None:
        pass

    def predict_proba(self, rows: Any) -> Any:
        return self.says(len(rows))


def chances(rows: int, bad: float) -> Any:
    right = numpy.full(rows, 0.5)
    right[3] = bad
    return numpy.stack([1 - right, right], axis=1)


def refused(trace: wattroute.Trace, estimator: Any, **said: Any) -> wattroute.Error:
    with pytest.raises(wattroute.Error) as raised:
        trace.replay({"mine": wattroute.Router(estimator, features=EASE, **said)})
    return raised.value


@pytest.mark.parametrize(
    ("says", "what", "found"),
    [
        (lambda rows: chances(rows, numpy.nan), "a router predicted what is no quality of an answer", "NaN"),
        (lambda rows: chances(rows, 1.5), "a router predicted what is no quality of an answer", "1.5"),
        (lambda rows: chances(rows, 0.5)[:3], "a router predicted for another number of queries", "3 predictions"),
        (lambda rows: numpy.zeros((rows, 3)), "a router's chances have no column for the class 1", "3 columns"),
        (lambda rows: numpy.zeros((rows, 2, 2)), "a router predicted in another form", "an array of shape"),
    ],
)
def test_a_bad_prediction_is_told_with_its_block_and_row(
    says: Any, what: str, found: str, trace: wattroute.Trace
) -> None:
    error = refused(trace, Says(says))
    assert error.what.startswith(what) and error.found.startswith(found), error
    for place in ("policy `mine`", "cross-fit, fold 0", "a block of ", "endpoint `small`"):
        assert place in error.where, error
    if "column" not in what and "form" not in what:
        # The fourth query of the first fold.
        row = int(error.where.split("row ")[1].split(" ")[0])
        assert f"row {row} (query `q{row}`)" in error.where and 3 <= row < 60, error


def test_what_a_router_raises_is_the_cause(trace: wattroute.Trace, tmp_path: Path) -> None:
    class Unfit(Says):
        def fit(self, rows: Any, labels: Any) -> None:
            raise ArithmeticError("cannot")

    error = refused(trace, Unfit(None))
    assert isinstance(error.__cause__, ArithmeticError) and error.what == "a router could not be fitted"
    assert error.cause == "ArithmeticError: cannot" and "cross-fit without fold 0" in error.where
    error = refused(trace, Says(None))
    assert (
        isinstance(error.__cause__, TypeError)
        and error.what == "a router could not predict"
        and "a block of" in error.where
    )
    with pytest.raises(wattroute.Error):
        trace.compare(["oracle", {"mine": Unfit(None)}], out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_regression_that_is_no_number_is_not_made_one(trace: wattroute.Trace) -> None:
    class Infinite(LinearRegression):
        def predict(self, rows: Any) -> Any:
            return numpy.where(numpy.arange(len(rows)) == 2, numpy.inf, super().predict(rows))

    assert refused(trace, Infinite()).found == "inf"


def test_parameters_are_those_of_learned_policies(trace: wattroute.Trace) -> None:
    error = refused(trace, LogisticRegression(), calibrate="plat", folds=3)
    assert "unknown variant `plat`" in str(error)
    assert "`folds` is too small" in str(refused(trace, LogisticRegression(), calibrate="platt", folds=2))
    with pytest.raises(wattroute.UsageError, match="`columns` cannot be said of an object that is fitted"):
        wattroute.Router(LogisticRegression(), columns=["row"])
    with pytest.raises(wattroute.Error, match="lacks parts of the features"):
        trace.replay(wattroute.Router(LogisticRegression(), features={"parts": ["text"]}))
    with pytest.raises(TypeError, match="is no router"):
        wattroute.Router(DummyRegressor().get_params())


def test_it_is_not_saved_since_its_code_is_not_ours(trace: wattroute.Trace, tmp_path: Path) -> None:
    with pytest.raises(wattroute.Error) as raised:
        trace.train(router=LogisticRegression(), out=tmp_path / "router.json")
    assert (
        raised.value.what == "a router that the calling program brings cannot be saved"
        and "cross-fits" in raised.value.hint
    )
    assert list(tmp_path.iterdir()) == []


def test_a_report_says_what_was_fitted(trace: wattroute.Trace, tmp_path: Path) -> None:
    result = trace.replay(wattroute.Router(LogisticRegression(C=2.0), features=EASE), out=tmp_path / "run")
    text = (tmp_path / "run" / "report.json").read_text()
    assert "LogisticRegression(C=2.0)" in text and (tmp_path / "run" / "report.md").exists()
    assert {table.name for table in result.tables.values()} >= {"policies", "routers"}
