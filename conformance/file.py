"""What `conformance.toml` says, and where it says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from conformance.errors import UsageError


class File(NamedTuple):
    """What `conformance.toml` says: options by the field of `Settings`, and `[values]`.

    `values` is as TOML has it, by operationId. `text` is the file, so that a line can be named.
    """

    path: Path | None = None
    chosen: Mapping[str, Any] = MappingProxyType({})
    values: Mapping[str, Any] = MappingProxyType({})
    text: str = ""

    def error(self, what: str, remedy: str, key: str, table: str = "") -> UsageError:
        """Return the error that names the line of `key` in `table`."""
        return UsageError(f"{self.path}{_line(self.text, key, table)}: {what}", remedy)


def _line(text: str, key: str, table: str) -> str:
    """Return `:LINE` of `key` in `table`, or nothing where the file spells it otherwise."""
    current = ""
    name = rf"""["']?{re.escape(key)}["']?"""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.fullmatch(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?", line)
        current = header[1].replace('"', "") if header else current
        if header and current == f"{table}.{key}".removeprefix("."):
            return f":{number}"
        if current == table and re.match(rf"\s*{name}\s*[.=]", line):
            return f":{number}"
    return ""
