"""How often 95% intervals contain the truth, on recordings of a population whose truth is known.

    python3 benches/intervals.py                 writes benches/intervals.json and the tables of docs/trust.md
    python3 benches/intervals.py --size small    a few simulations: fails only if a figure is far off

The full size takes some 40 minutes on two cores.
"""

import argparse
import json
import subprocess
import sys

import page
import prepare

RESULT = prepare.ROOT / "benches" / "intervals.json"
PAGE = prepare.ROOT / "docs" / "trust.md"
# By size (queries of a recording, recordings, those of them whose intervals are also made by other methods).
SIZES = {"full": [(50, 1000, 0), (200, 1000, 0), (1000, 4000, 1000), (100_000, 4000, 1000)], "small": [(1000, 200, 50)]}
# What is held to the bounds, and what is not.
HELD, NOT_HELD = (1000, 100_000), "extreme"
BOUNDS = (0.935, 0.965)
REPORTED, OTHERS = "percentile", ("BCa", "studentised")
ABSENT = 0.005


def covered(found):
    return found["contains"] / found["given"] if found["given"] else None


def shown(found, simulations):
    """A coverage in percent, and how often there was no interval where that is worth saying."""
    if not found["given"]:
        return "none given"
    absent = 1 - found["given"] / simulations
    return f"{100 * covered(found):.1f}" + (f" ({100 * absent:.0f}% absent)" if absent > ABSENT else "")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def by_queries(results):
    """The intervals of reports, by the number of queries."""
    head = ["95% interval of", *(f"{result['queries']:,} queries" for result in results)]
    figures = results[0]["figures"]
    rows = [[name, *(shown(result["figures"][name][REPORTED], result["simulations"]) for result in results)] for name in figures]
    return table(head, rows)


def by_method(results):
    """Methods beside each other, on the same recordings."""
    methods = (REPORTED, *OTHERS)
    held = [result for result in results if result["methods"]]
    head = ["95% interval of", *(f"{method}, {result['queries']:,}" for result in held for method in methods)]
    rows = []
    for name, by in held[0]["methods"].items():
        if set(methods) <= set(by):
            cells = [result["methods"][name][method] for result in held for method in methods]
            rows.append([name, *(f"{100 * covered(cell):.1f} ({page.figures(1000 * cell['width'])})" for cell in cells)])
    return table(head, rows)


def outside(result, slack=0.0):
    """Figures whose intervals contain the truth too seldom or too often, by more than so many standard errors."""
    wrong = []
    for name, by in result["figures"].items():
        share = covered(by[REPORTED])
        if NOT_HELD in name:
            continue
        error = (0.95 * 0.05 / by[REPORTED]["given"]) ** 0.5
        if not BOUNDS[0] - slack * error <= share <= BOUNDS[1] + slack * error:
            wrong.append(f"{result['queries']:,} queries: {name}: {100 * share:.1f}%")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    _, bench = prepare.build("intervals")
    results = []
    for queries, simulations, others in SIZES[size]:
        command = [bench, "--queries", str(queries), "--simulations", str(simulations), "--others", str(others)]
        results.append(json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))
    if size == "full":
        RESULT.write_text(json.dumps(results, indent=1) + "\n")
        page.put(("<!-- intervals -->", "<!-- /intervals -->"), by_queries(results), PAGE)
        page.put(("<!-- methods -->", "<!-- /methods -->"), by_method(results), PAGE)
    print(by_queries(results), "", by_method(results), sep="\n")
    wrong = [one for result in results if result["queries"] in HELD for one in outside(result, 4 if size == "small" else 0)]
    print(*(f"outside of {100 * BOUNDS[0]}% to {100 * BOUNDS[1]}%: {one}" for one in wrong), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
