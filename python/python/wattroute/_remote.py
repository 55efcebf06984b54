"""Traces on other file systems: fetched once, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Optional
from urllib.parse import unquote

# The files of a trace, within its folder.
_DESCRIPTION, _QUERIES, _OUTCOMES = "trace.toml", "queries.parquet", "outcomes"
# What tells a version of a file from another one of the same size, on file systems that have it.
_MARKS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "CRC", "created")

# Where this process has each trace, and one fetch at a time.
_HERE: dict[str, str] = {}
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Place:
    """Where a trace lies: a path, the name of a trace in the program, or a URL that fsspec knows."""

    trace: str
    storage: dict[str, Any] = field(default_factory=dict)
    cache: Optional[str] = None

    @property
    def is_remote(self) -> bool:
        """Whether it is a URL."""
        return "://" in self.trace or "::" in self.trace

    def local(self, folder: str) -> str:
        """A folder of this machine that has the trace: its own, or a fetched copy in the cache or else in ``folder``."""
        if not self.is_remote:
            return self.trace
        cache = self.cache or folder
        known = json.dumps([self.trace, self.storage, cache], sort_keys=True, default=repr)
        with _ONE_AT_A_TIME:
            if known not in _HERE:
                _HERE[known] = self._fetched(Path(cache))
            return _HERE[known]

    def _fetched(self, cache: Path) -> str:
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        system, root = fsspec.core.url_to_fs(self.trace, **self.storage)
        if isinstance(system, LocalFileSystem):
            return str(root)
        files = _files(system, root)
        if _DESCRIPTION not in files:
            raise FileNotFoundError(f"{self.trace} is no trace: it has no {_DESCRIPTION}")
        said = json.dumps([self.trace, {name: marks for name, (_, marks) in files.items()}], sort_keys=True, default=str)
        folder = cache / hashlib.sha256(said.encode()).hexdigest()[:32]
        if not folder.is_dir():
            _fetch(system, {name: path for name, (path, _) in files.items()}, folder)
        return str(folder)


def _files(system: Any, root: str) -> dict[str, tuple[str, Any]]:
    """The files of a trace by their names within it: where each lies, and what tells its version."""
    # Those of pages on the web are quoted as addresses are.
    plain = unquote if {"http", "https"} & set(_protocols(system)) else str
    root = root.rstrip("/")
    found = {}
    for path, info in system.find(root, detail=True).items():
        if root and not path.startswith(root + "/"):
            continue
        name = plain(path[len(root) :].lstrip("/"))
        if name in (_DESCRIPTION, _QUERIES) or name.startswith(_OUTCOMES + "/"):
            if ".." in PurePosixPath(name).parts or "\\" in name:
                raise ValueError(f"a file of the trace lies outside of its folder: {path}")
            if info.get("size") is None:
                # Listings of pages on the web do not tell it.
                info = system.info(path)
            found[name] = (path, [info.get("size"), *(str(info[mark]) for mark in _MARKS if info.get(mark))])
    return found


def _protocols(system: Any) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)


def _fetch(system: Any, files: dict[str, str], folder: Path) -> None:
    """Fetches the files beside the folder, which takes its place in one step when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as temporary:
        fresh = Path(temporary) / "trace"
        for name, path in files.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            system.get_file(path, str(target))
        try:
            os.rename(fresh, folder)
        except OSError:
            # Another process of this machine was as fast.
            if not folder.is_dir():
                raise
