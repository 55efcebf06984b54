"""Instructions that the main kernels take, counted by callgrind: the same on a busy machine as on an idle one.

    python3 benches/counts.py             counts, and reports what has grown by more than 5% since benches/counts.json
    python3 benches/counts.py --record    writes benches/counts.json

Kernels run at the smallest size on one thread. callgrind knows AVX2 and not AVX-512, so that counts are those of a
processor without it. A kernel is counted with one run and with three: half of the difference is one run, without
the loading before it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import prepare

COUNTS = prepare.ROOT / "benches" / "counts.json"
KERNELS = ("sweep", "replay-one", "replay-ten", "closed-form", "roc", "day", "synth")
GROWTH = 0.05


def instructions(against, folder, kernel, runs):
    """Of a whole process."""
    work = [against, kernel, "--folder", folder, "--arrivals", prepare.ARRIVALS["small"], "--rows", prepare.COLUMN_ROWS["small"], "--runs", runs]
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *work]
    told = subprocess.run([str(word) for word in command], env=os.environ | {"RAYON_NUM_THREADS": "1"}, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", told.stderr)
    if told.returncode or not found:
        sys.exit(f"{kernel}: callgrind failed\n{told.stderr}")
    return int(found[1])


def count(against, folder, kernel):
    """Of one run."""
    once, thrice = (instructions(against, folder, kernel, runs) for runs in (1, 3))
    return (thrice - once) // 2


def report(found, recorded):
    """One line a kernel; those that have grown are said once more at the end."""
    grown = []
    for kernel, number in found.items():
        before = recorded.get(kernel)
        change = f"{number / before - 1:+.1%}" if before else "new"
        print(f"{kernel:12} {number:15,} instructions {change}", flush=True)
        if before and number > before * (1 + GROWTH):
            grown.append(f"{kernel} {change}")
    print(f"grown by more than {GROWTH:.0%}: {', '.join(grown) or 'none'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="take what is counted as the new record")
    parser.add_argument("--only", action="append", choices=KERNELS, help="a kernel; may be given several times")
    args = parser.parse_args()
    wattroute, against = prepare.build()
    data = prepare.Data("small", wattroute, prepare.python())
    data.trace(), data.roc()
    kernels = args.only or KERNELS
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = dict(zip(kernels, threads.map(lambda kernel: count(against, data.folder, kernel), kernels)))
    recorded = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    report(found, recorded)
    if args.record:
        COUNTS.write_text(json.dumps(recorded | found, indent=1) + "\n")


if __name__ == "__main__":
    main()
