from typing import Any, Callable, Optional

version: str
figures: tuple[tuple[str, str], ...]
tables: tuple[str, ...]
verbs: str

def call(
    arguments: list[str],
    policies: list[tuple[str, Any]],
    tables: list[tuple[str, Any]],
    mappings: list[tuple[str, str]],
    progress: Optional[Callable[[int, int, str], Any]],
    /,
) -> dict[str, Any]: ...
def find(trace: str, /) -> None: ...
def bounds(trace: str, /) -> tuple[int, list[int]]: ...
def policy_text(policy: str, /) -> str: ...
def tally(arguments: list[str], policies: list[tuple[str, str]], /) -> None: ...
def merge(tallies: list[tuple[str, bytes]], arguments: list[str], /) -> dict[str, Any]: ...
