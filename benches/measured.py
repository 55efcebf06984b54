"""Runs a command and tells what it took, as one JSON object: measured.py OUTPUT COMMAND...

A small process of its own, since Linux counts the memory of whoever starts a command into the command's peak.
"""

import json
import os
import subprocess
import sys
import time

# Of ru_maxrss and ru_inblock on Linux.
PEAK_UNIT_BYTES, BLOCK_BYTES = 1024, 512


def run(command, output):
    """Runs to the end, with standard output into a file that is open."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "exit": process.returncode,
        "wall_s": seconds,
        "processor_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * PEAK_UNIT_BYTES,
        "from_disk_bytes": usage.ru_inblock * BLOCK_BYTES,
    }


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as output:
        print(json.dumps(run(sys.argv[2:], output)))
