"""The Python that the pages show is run, and gives what stands there: blocks ```pycon, in order and in one empty folder a page.
A block with a language and a file name is put there first."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [ROOT / "README.md", ROOT / "python" / "README.md", *(ROOT / "docs" / "how-to").glob("*.md")]
    if "```pycon" in page.read_text(encoding="utf-8")
)
BLOCK = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_there_are_pages() -> None:
    assert {"README.md", "docs/how-to/python.md", "python/README.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text, examples = (ROOT / page).read_text(encoding="utf-8"), ""
    for block in BLOCK.finditer(text):
        info, body = block.groups()
        language, _, file = info.strip().partition(" ")
        if "." in file:
            (tmp_path / file).write_text(body, encoding="utf-8")
        if language == "pycon":
            # Lines keep their numbers.
            examples += "\n" * (text.count("\n", 0, block.start(2)) - examples.count("\n")) + body
    test = doctest.DocTestParser().get_doctest(examples, {}, page, page, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)
