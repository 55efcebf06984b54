"""What both sides need before they run: programs, a Python environment, data. All of it below target/bench."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASELINES = ROOT / "benches" / "baselines"
BENCH = ROOT / "target" / "bench"
QUERIES = {"full": 1_000_000, "small": 10_000}
COLUMN_ROWS = {"full": 10_000_000, "small": 100_000}
ARRIVALS = {"full": 80_200_000, "small": 1_000_000}


def memory():
    """A folder whose files are no disk's; `None` where there is none with a gigabyte of room."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1 << 30 else None


def build(bench="against"):
    """The program and a bench, by default our side of the table: where each stands. One command, which builds the
    library once."""
    command = [os.environ.get("CARGO", "cargo"), "bench", "--no-run", "--bench", bench, "--locked"]
    command += ["--message-format=json-render-diagnostics"]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    messages = [json.loads(line) for line in told.splitlines()]
    built = {message["target"]["name"]: Path(message["executable"]) for message in messages if message.get("executable")}
    return built["wattroute"], built[bench]


def python():
    """The interpreter of an environment with the pinned packages."""
    venv, wanted = BENCH / "venv", (BASELINES / "requirements.txt").read_text()
    interpreter, stamp = venv / "bin" / "python", venv / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", BASELINES / "requirements.txt"]
        subprocess.run([interpreter, *install], check=True)
        stamp.write_text(wanted)
    return interpreter


class Data:
    """Folders and files of a size, each made when it is first asked for."""

    def __init__(self, size, wattroute, python):
        self.size, self.folder, self.wattroute, self.python = size, BENCH / size, wattroute, python
        self.folder.mkdir(parents=True, exist_ok=True)

    def make(self, name, command):
        path = self.folder / name
        # Written beside and renamed, so that half of it is never taken for the whole.
        part = self.folder / f"{name}.part"
        if not path.exists():
            subprocess.run([str(word) for word in command(part)], stdout=subprocess.DEVNULL, check=True)
            part.rename(path)
            # Else the system writes it to the disk while something is timed.
            os.sync()
        return path

    def trace(self):
        synth = [self.wattroute, "synth", "ipw-routing", "--seed", 1, "--queries", QUERIES[self.size], "--quiet", "--force"]
        return self.make("trace", lambda part: [*synth, "--out", part])

    def roc(self):
        rows = QUERIES[self.size]
        return self.make("roc.f64", lambda part: [self.python, BASELINES / "columns.py", rows, part])

    def tables(self):
        trace = self.trace()
        return self.make("tables", lambda part: [self.python, BASELINES / "tables.py", trace, part])


def machine():
    """What the numbers hang on."""
    cpu = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": cpu[0] if cpu else "unknown", "cores": os.cpu_count(), "memory_gib": round(memory), "load": os.getloadavg()[0]}
