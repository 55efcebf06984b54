"""A second reading of the documents against the program: the same traces, policies and draws, figure by figure.

python tests/oracle/run.py [--wattroute PATH] [--cases N] [--seed S] [--self-test]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import check
import self_test
from cases import cases
from compare import Comparison
from program import ProgramFailed

SHOWN = 20


def main():
    args = arguments()
    program = str(Path(args.wattroute).resolve())
    if args.self_test:
        return self_test.run(program, args.seed)
    started = time.monotonic()
    comparison, count, failures = Comparison(), 0, []
    for case in cases(args.cases, args.seed):
        count += 1
        failures += compare(case, program, comparison)
    summary(comparison, count, failures, time.monotonic() - started)
    return 1 if failures or comparison.disagreements else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wattroute", default="target/release/wattroute", help="the program")
    parser.add_argument("--cases", type=int, default=16, help="traces that are generated")
    parser.add_argument("--seed", type=int, default=1, help="of the traces and of the draws")
    parser.add_argument("--self-test", action="store_true", help="change one thing at a time: each must be noticed")
    return parser.parse_args()


def compare(case, program, comparison):
    """One line on the terminal; the message of a command that failed."""
    figures, disagreements = comparison.figures, len(comparison.disagreements)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for entry in check.run(case, program, Path(folder)):
                comparison.entry(case.name, *entry)
    except ProgramFailed as failed:
        print(f"{case.name}: the program failed", flush=True)
        return [f"trace {case.name}: {failed}"]
    disagree = len(comparison.disagreements) - disagreements
    verdict = f"{disagree} DISAGREE" if disagree else "agree"
    print(f"{case.name}: {case.about()}: {comparison.figures - figures} figures {verdict}", flush=True)
    return []


def summary(comparison, count, failures, seconds):
    for one in [*failures, *comparison.disagreements[:SHOWN]]:
        print(f"DISAGREEMENT {one}")
    if len(comparison.disagreements) > SHOWN:
        print(f"... and {len(comparison.disagreements) - SHOWN} more")
    print(
        f"{count} cases, {comparison.figures} figures, {len(comparison.disagreements)} disagreements, "
        f"{len(failures)} failures; largest relative difference {comparison.largest:.1e} "
        f"({comparison.largest_at}); {seconds:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
