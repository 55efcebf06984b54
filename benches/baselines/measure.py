"""How a baseline is run: once to tell its result, then timed as often as is asked.

Prints one JSON object: {"name", "seconds": [runs], "processor": [seconds of processor time], "result",
"standard_errors", "versions", ...}. With --serve the first line has the result and no times; each line that
then comes in asks for one run and is answered by one, so that two sides can take turns.
"""

import argparse
import importlib.metadata
import json
import platform
import sys
import time

PACKAGES = ("numpy", "pandas", "polars", "pyarrow", "scikit-learn", "scipy")


def parser(text):
    parser = argparse.ArgumentParser(description=text.strip().splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="how often to time it [default: 5]")
    parser.add_argument("--serve", action="store_true", help="time it once for each line of standard input")
    return parser


def versions():
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        if package.replace("scikit-learn", "sklearn") in sys.modules:
            found[package] = importlib.metadata.version(package)
    return found


def run(args, name, work, result, standard_errors=None, **facts):
    """`work` is timed; `result` makes of what it returns the figures to be checked, {name: number or list}.

    Figures of `standard_errors` hang on this side's own random numbers, all others are exact.
    """
    result = result(work())
    told = {"name": name, "seconds": [], "processor": [], "result": result, "standard_errors": standard_errors or {}}
    told |= {"versions": versions()} | facts
    if not args.serve:
        for _ in range(args.runs):
            seconds, processor = once(work)
            told["seconds"].append(seconds)
            told["processor"].append(processor)
        print(json.dumps(told))
        return
    print(json.dumps(told), flush=True)
    for _ in sys.stdin:
        seconds, processor = once(work)
        print(json.dumps({"seconds": seconds, "processor": processor}), flush=True)


def once(work):
    wall, processor = time.perf_counter(), time.process_time()
    returned = work()
    seconds = time.perf_counter() - wall, time.process_time() - processor
    # What a work that extrapolates returns beside its result: how much more there would have been.
    factor = getattr(returned, "factor", 1.0)
    return seconds[0] * factor, seconds[1] * factor
