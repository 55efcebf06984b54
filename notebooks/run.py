"""Runs every notebook of this folder from top to bottom. Fails where a cell does, and where it shows something else
than what is kept in the file.

    python run.py [NAME...]            checks
    python run.py --write [NAME...]    keeps what the run shows

Texts must be the same. Of pictures only the number must be: their bytes depend on the fonts and the version of the
libraries. The program is found in the variable WATTROUTE, else as `wattroute` on the path.
"""

import argparse
import difflib
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
# What a notebook says of itself, whoever ran it last.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Signs of a machine in what a reader is shown.
FOREIGN = (str(HERE.parent), str(Path.home()) + "/", tempfile.gettempdir() + "/", "Warning:", "Traceback")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep what the run shows")
    parser.add_argument("names", nargs="*", help="notebooks, without their ending (default: all)")
    args = parser.parse_args()
    paths = [HERE / f"{name}.ipynb" for name in args.names] or sorted(HERE.glob("*.ipynb"))
    faults = 0
    for path in paths:
        started = time.monotonic()
        found = check(path, args.write)
        faults += len(found)
        print(f"{path.name}: {'FAILED' if found else 'ran'}, {time.monotonic() - started:.0f} s", flush=True)
        for fault in found:
            print(fault, flush=True)
    return 1 if faults else 0


def check(path: Path, write: bool) -> list[str]:
    """What is wrong with a notebook; with `write` its outputs are kept if nothing is."""
    kept = nbformat.read(path, as_version=4)
    ran = nbformat.read(path, as_version=4)
    # Times of the run would change the file each time without any change in what it shows.
    client = NotebookClient(ran, timeout=600, record_timing=False, resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return [str(error)]
    ran.metadata = nbformat.from_dict(METADATA)
    shown = [texts(cell) for cell in ran.cells]
    faults = [f"  cell {number} shows {word!r}" for number, lines in enumerate(shown, 1) for word in FOREIGN if any(word in line for line in lines)]
    if write and not faults:
        nbformat.write(ran, path)
    elif not write:
        for number, (before, now) in enumerate(zip(map(texts, kept.cells), shown, strict=True), 1):
            faults += difference(number, before, now)
    return faults


def texts(cell: nbformat.NotebookNode) -> list[str]:
    """What a cell shows, as lines; a line for each picture."""
    lines = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            lines += output.text.splitlines()
            continue
        for kind, content in sorted(output.get("data", {}).items()):
            lines += [f"({kind})"] if kind.startswith("image/") else str(content).splitlines()
    return lines


def difference(number: int, before: list[str], now: list[str]) -> list[str]:
    """The lines in which a cell's output is another than the one that is kept."""
    if before == now:
        return []
    lines = list(difflib.unified_diff(before, now, "kept", "now", lineterm="", n=1))
    return [f"  cell {number} shows something else: `run.py --write` keeps it", *(f"    {line}" for line in lines[:40])]


if __name__ == "__main__":
    sys.exit(main())
