"""The figures by name: made by `generate.py`, which a test holds it to. Change nothing here."""

from __future__ import annotations

from typing import Optional

from ._figure import Figure


class Plots:
    """The figures of a result. One that its report cannot feed is an error that says what is missing."""

    def plot(self, name: str, *, columns: Optional[int] = None) -> Figure:
        """A figure by name."""
        raise NotImplementedError

    def plot_savings_curves(self, *, columns: Optional[int] = None) -> Figure:
        """Savings and answer accuracy over router accuracy, for each misroute rule; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("savings_curves", columns=columns)

    def plot_quality_cost(self, *, columns: Optional[int] = None) -> Figure:
        """Answer accuracy over energy, cost and latency per query, with the Pareto front; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("quality_cost", columns=columns)

    def plot_reliability(self, *, columns: Optional[int] = None) -> Figure:
        """What came true over what routers predicted, by bins of predictions; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("reliability", columns=columns)

    def plot_break_even(self, *, columns: Optional[int] = None) -> Figure:
        """Saving over local energy and router accuracy, and where it vanishes; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("break_even", columns=columns)

    def plot_day(self, *, columns: Optional[int] = None) -> Figure:
        """Cumulative energy, compute, cost and CO2 of strategies over a day of arrivals; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("day", columns=columns)

    def plot_coverage(self, *, columns: Optional[int] = None) -> Figure:
        """Share of queries answered correctly, by data set: locally, and by the best single endpoint; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("coverage", columns=columns)

    def plot_coverage_by_category(self, *, columns: Optional[int] = None) -> Figure:
        """Share of queries that a local endpoint answers correctly, by category and data set; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("coverage_by_category", columns=columns)

    def plot_over_time(self, *, columns: Optional[int] = None) -> Figure:
        """Answer accuracy per watt and per joule by year, split into models and hardware; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("over_time", columns=columns)

    def plot_efficiency(self, *, columns: Optional[int] = None) -> Figure:
        """Answer accuracy per watt and per joule of each model on its hardware; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("efficiency", columns=columns)

    def plot_savings_by_size(self, *, columns: Optional[int] = None) -> Figure:
        """Savings and answer accuracy by the largest local model allowed; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("savings_by_size", columns=columns)

    def plot_difficulty(self, *, columns: Optional[int] = None) -> Figure:
        """Share of queries by the smallest model that answers them correctly; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("difficulty", columns=columns)

    def plot_reproduction(self, *, columns: Optional[int] = None) -> Figure:
        """Differences from the published numbers, as parts of their tolerances; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("reproduction", columns=columns)
