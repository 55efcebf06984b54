"""How far a call is, for whoever waits for it."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Callable, Optional, Union

Progress = Union[None, bool, Callable[[int, int], Any]]
"""``True`` for a bar, ``False`` for none, ``None`` for one where a person looks; or what is called with units done and in all."""


class Bar:
    """A bar of tqdm for each stretch of work; nothing where tqdm is not installed."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.of: Optional[tuple[int, str]] = None

    def __call__(self, done: int, total: int, what: str) -> None:
        if self.of != (total, what):
            self.close()
            self.of, self.bar = (total, what), new_bar(total, what)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def new_bar(total: int, what: str) -> Any:
    try:
        with warnings.catch_warnings():
            # Without widgets a notebook gets the bar of a terminal.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit=f" {what}", unit_scale=True, leave=False)


def is_interactive() -> bool:
    """Whether a person looks: on a terminal, or in a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def told(progress: Progress) -> tuple[Optional[Callable[[int, int, str], Any]], Callable[[], None]]:
    """What the engine tells how far it is, and what ends the telling."""
    if callable(progress):
        tell = progress
        return (lambda done, total, what: tell(done, total)), lambda: None
    if progress or (progress is None and is_interactive()):
        bar = Bar()
        return bar, bar.close
    return None, lambda: None
