"""Runs every notebook of this folder from top to bottom, and fails where a cell does.

    python run.py            checks that they run
    python run.py --write    also keeps their outputs

The program is found in the variable WATTROUTE, else as `wattroute` on the path.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main() -> None:
    here = Path(__file__).resolve().parent
    for path in sorted(here.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        # Times of the run would change the file each time without any change in what it shows.
        client = NotebookClient(notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(here)}})
        client.execute()
        if "--write" in sys.argv[1:]:
            nbformat.write(notebook, path)
        print(f"{path.name}: ran")


if __name__ == "__main__":
    main()
