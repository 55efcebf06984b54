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
