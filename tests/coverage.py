"""Which lines of src/ the tests run.

    python3 tests/coverage.py [--ignored] [--write]

Runs `cargo test` with the compiler's own instrumentation of this crate alone, and adds up lines by folder. `--ignored`
runs the tests on real files too (WATTROUTE_DATA), `--write` puts the table into docs/trust.md. The toolchain's
`llvm-tools` are installed where they are missing.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "coverage"
PAGE = ROOT / "docs" / "trust.md"
MARKERS = ("<!-- coverage -->", "<!-- /coverage -->")
LEAST_SHOWN = 12


def out(*command, **more):
    return subprocess.run([str(word) for word in command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, **more).stdout


def tools():
    """The folder of llvm-profdata and llvm-cov of this toolchain."""
    host = next(line.split()[1] for line in out("rustc", "-vV").splitlines() if line.startswith("host:"))
    folder = Path(out("rustc", "--print", "sysroot").strip()) / "lib" / "rustlib" / host / "bin"
    if not (folder / "llvm-cov").exists():
        out("rustup", "component", "add", "llvm-tools")
    return folder


def environment():
    """A wrapper that instruments this crate and no dependency, which therefore are not built again."""
    wrapper = PLACE / "rustc.sh"
    wrapper.write_text('#!/bin/sh\nexec "$@" -Cinstrument-coverage\n')
    wrapper.chmod(0o755)
    # %m: processes of one program add to one file, of which there are a few.
    return os.environ | {"RUSTC_WORKSPACE_WRAPPER": str(wrapper), "LLVM_PROFILE_FILE": str(PLACE / "%4m.profraw")}


def programs(environ):
    """Everything that is built for the tests, the program among it."""
    told = out("cargo", "test", "--locked", "--no-run", "--message-format=json-render-diagnostics", env=environ)
    messages = map(json.loads, told.splitlines())
    return sorted({message["executable"] for message in messages if message.get("executable")})


def lines(ignored):
    """By file of src/: lines, and those of them that ran."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for old in PLACE.glob("*.profraw"):
        old.unlink()
    folder, environ = tools(), environment()
    built = programs(environ)
    more = ["--", "--include-ignored"] if ignored else []
    subprocess.run(["cargo", "test", "--locked", *more], cwd=ROOT, env=environ, check=True, stdout=sys.stderr)
    for stray in ROOT.glob("default_*.profraw"):
        stray.unlink()  # of programs that a test starts without an environment
    merged = PLACE / "all.profdata"
    out(folder / "llvm-profdata", "merge", "-sparse", "-o", merged, *PLACE.glob("*.profraw"))
    objects = [word for program in built[1:] for word in ("-object", program)]
    found = json.loads(out(folder / "llvm-cov", "export", "-summary-only", "-instr-profile", merged, built[0], *objects))
    files = {Path(one["filename"]): one["summary"]["lines"] for one in found["data"][0]["files"]}
    ours = {path.relative_to(ROOT / "src"): of for path, of in files.items() if path.is_relative_to(ROOT / "src")}
    return {str(path): (of["count"], of["covered"]) for path, of in ours.items() if "tests" not in path.stem}


def tables(found):
    """By folder, and the files with the most lines that never ran."""
    folders = defaultdict(lambda: [0, 0])
    for path, (count, covered) in found.items():
        for name in (path.split("/")[0] if "/" in path else "the rest", "**all**"):
            folders[name][0] += count
            folders[name][1] += covered
    rows = [f"| {name} | {count:,} | {100 * covered / count:.1f}% |" for name, (count, covered) in sorted(folders.items())]
    missed = sorted(((count - covered, path) for path, (count, covered) in found.items()), reverse=True)[:LEAST_SHOWN]
    most = ", ".join(f"`{path}` {count}" for count, path in missed)
    return "\n".join(["| `src/` | lines | of them run |", "| --- | --- | --- |", *rows, "", f"Lines that no test runs are most in {most}."])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ignored", action="store_true", help="run the tests on real files too")
    parser.add_argument("--write", action="store_true", help="put the table into docs/trust.md")
    args = parser.parse_args()
    text = tables(lines(args.ignored))
    print(text)
    if args.write:
        before, start, rest = PAGE.read_text().partition(MARKERS[0])
        _, end, after = rest.partition(MARKERS[1])
        if not start or not end:
            raise LookupError(f"{PAGE.name} has no {' ... '.join(MARKERS)}")
        PAGE.write_text(f"{before}{start}\n{text}\n{end}{after}")


if __name__ == "__main__":
    main()
