"""What goes wrong: as the command line says it, with its parts as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from ._result import Result


class Problem:
    """One problem: what is wrong, and what is known about it. What is not known is ``None``."""

    def __init__(self, said: dict[str, Optional[str]]) -> None:
        self.what: str = said["what"] or ""
        """What is wrong, in a sentence without a full stop."""
        self.where: Optional[str] = said.get("where")
        """A file, a row, a column, an option."""
        self.found: Optional[str] = said.get("found")
        """What stood there."""
        self.allowed: Optional[str] = said.get("allowed")
        """What may stand there."""
        self.cause: Optional[str] = said.get("cause")
        """The message of the library or system call that failed."""
        self.hint: Optional[str] = said.get("hint")
        """What to do about it."""

    def __repr__(self) -> str:
        known = {label: text for label, text in vars(self).items() if text is not None}
        return f"Problem({known})"


class Error(Exception):
    """A verb failed. It prints as the command line prints it.

    >>> import wattroute
    >>> try:
    ...     wattroute.open("ladder").replay("orcale")
    ... except wattroute.Error as error:
    ...     print(error.what, error.found, error.hint, sep=" | ")
    no such policy | `orcale` | did you mean `oracle`?; `wattroute policies` lists them; a file may be named by its path
    """

    def __init__(self, text: str, problems: Optional[list[Problem]] = None, result: Optional[Result] = None) -> None:
        super().__init__(text)
        self.errors: list[Problem] = problems if problems else [Problem({"what": text})]
        """All problems, of which the attributes of this exception are the first's."""
        self.result: Optional[Result] = result
        """What the verb had found by then, as ``check`` has of a trace with faults."""

    def __reduce__(self) -> Any:
        return type(self), (str(self), self.errors)

    @property
    def what(self) -> str:
        """What is wrong, in a sentence without a full stop."""
        return self.errors[0].what

    @property
    def where(self) -> Optional[str]:
        """Where: a file, a row, a column, an option."""
        return self.errors[0].where

    @property
    def found(self) -> Optional[str]:
        """What stood there."""
        return self.errors[0].found

    @property
    def allowed(self) -> Optional[str]:
        """What may stand there."""
        return self.errors[0].allowed

    @property
    def cause(self) -> Optional[str]:
        """The message of the library or system call that failed."""
        return self.errors[0].cause

    @property
    def hint(self) -> Optional[str]:
        """What to do about it."""
        return self.errors[0].hint


class UsageError(Error, ValueError):
    """The call itself was wrong: a name or a value that cannot be. The command line ends with exit code 2 then."""


def exception(text: str, usage: bool, problems: list[dict[str, Optional[str]]], answer: Optional[dict[str, Any]]) -> Error:
    """The exception of an error of the engine, which calls this."""
    from ._result import Result

    result = None if answer is None else Result(answer)
    return (UsageError if usage else Error)(text, [Problem(said) for said in problems], result)
