"""The page that tables are written into, and how numbers are shown there."""

import prepare

README = prepare.ROOT / "benches" / "README.md"


def put(markers, text, page=README):
    """Replaces what stands between two markers of a page."""
    before, start, rest = page.read_text().partition(markers[0])
    _, end, after = rest.partition(markers[1])
    if not start or not end:
        raise LookupError(f"{page.name} has no {' ... '.join(markers)}")
    page.write_text(f"{before}{start}\n{text}\n{end}{after}")


def shown(seconds):
    unit, factor = ("s", 1) if seconds >= 1 else ("ms", 1e3) if seconds >= 1e-3 else ("µs", 1e6) if seconds >= 1e-6 else ("ns", 1e9)
    return f"{figures(seconds * factor)} {unit}"


def shown_bytes(count):
    unit, factor = ("GiB", 2**30) if count >= 2**30 else ("MiB", 2**20) if count >= 2**20 else ("KiB", 2**10) if count >= 2**10 else ("bytes", 1)
    return f"{figures(count / factor)} {unit}"


def figures(value):
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
