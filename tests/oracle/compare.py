"""Figure by figure: theirs (the program's report) against ours."""

from dataclasses import dataclass, field

TOLERANCE = 1e-9
PERCENTILE_TOLERANCE = 0.01  # docs/semantics.md, "Savings and other ratios"
# Differences and fractions near 0 are held to the scale of 1, on which their parts are.
OF_SCALE_ONE = {"savings", "regret", "expected_savings"}
SD_OF_SCORES = ("answer_accuracy", "sd")
COUNTED = {"share", "attempts", "local_share"}


@dataclass
class Disagreement:
    trace: str
    policy: str
    figure: str
    theirs: object
    ours: object

    def __str__(self):
        return f"trace {self.trace}, policy {self.policy}: {self.figure}: theirs {self.theirs!r}, ours {self.ours!r}"


@dataclass
class Comparison:
    figures: int = 0
    largest: float = 0.0
    largest_at: str = ""
    disagreements: list = field(default_factory=list)

    def entry(self, trace, policy, theirs, ours, counts):
        """Everything in `ours`; the report may hold more. `counts`: queries times replicates."""
        for name, value in ours.items():
            self._walk((trace, policy), (name,), theirs.get(name, "nothing"), value, counts)

    def _walk(self, where, path, theirs, ours, counts):
        if isinstance(theirs, dict) and "value" in theirs and not isinstance(ours, dict):
            theirs = theirs["value"]
        if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
            ours, theirs = dict(enumerate(ours)), dict(enumerate(theirs))
        if isinstance(ours, dict) and isinstance(theirs, dict):
            # A figure that one side alone has is a disagreement; what we leave out is named in the README.
            for name in [*ours, *(set(theirs) - set(ours))]:
                self._walk(where, (*path, name), theirs.get(name, "nothing"), ours.get(name, "nothing"), counts)
            return
        self.figures += 1
        if not self._same(where, path, theirs, ours, counts):
            self.disagreements.append(Disagreement(*where, " ".join(map(str, path)), theirs, ours))

    def _same(self, where, path, theirs, ours, counts):
        if not isinstance(theirs, (int, float)) or not isinstance(ours, (int, float)):
            return theirs == ours
        # Counts are of all queries: a group's shares are compared as numbers.
        if COUNTED.intersection(path) and "groups" not in path:
            return round(theirs * counts, 6) == round(ours * counts)
        difference = abs(theirs - ours)
        of_one = OF_SCALE_ONE.intersection(path) or path[-2:] == SD_OF_SCORES
        scale = 1.0 if of_one else max(abs(theirs), abs(ours))
        if path[0] == "latency_s":
            return difference <= PERCENTILE_TOLERANCE * scale
        relative = difference / scale if difference else 0.0
        if not of_one and self.largest < relative <= TOLERANCE:
            self.largest, self.largest_at = relative, f"{where[0]}, {where[1]}: {' '.join(map(str, path))}"
        return relative <= TOLERANCE


def groups_by_key(entry):
    """The list of groups as a table, as ours is."""
    names = ("dataset", "category")
    found = {tuple(g[n] for n in names): {k: v for k, v in g.items() if k not in names} for g in entry["groups"]}
    return {**entry, "groups": found}
