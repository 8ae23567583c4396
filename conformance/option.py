"""What an option is: a flag, what its value may be, and what it means. No option stands here.

Imported with the plugin, so nothing heavy may stand at its top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final, NamedTuple


class Kind(NamedTuple):
    """What an option's value may be.

    `read` turns the text of the command line into the value; it raises ValueError for a text that
    is none, with words that follow the text: `is no number above zero`. `types` are those that
    TOML may give it. `schema` says the same as JSON Schema.
    """

    read: Callable[[str], Any]
    types: tuple[type, ...]
    schema: Mapping[str, Any]
    is_path: bool = False


class Option(NamedTuple):
    """One option: `flag` on the command line, the flag without dashes in `conformance.toml`.

    `metavar` is empty for a switch. `wakes` says that the option, given on the command line, shows
    that the user speaks to this suite and not to another one. `shared` says that plugins of others
    have an option of that name as well.
    """

    flag: str
    metavar: str
    help: str
    kind: Kind
    field: str
    default: Any
    repeatable: bool
    environment: str
    wakes: bool
    in_file: bool
    shared: bool

    @property
    def instead(self) -> str:
        """The flag where a plugin of others has taken its own."""
        return f"--conformance-{self.key}"

    @property
    def key(self) -> str:
        """Its name in `conformance.toml`."""
        return self.flag.removeprefix("--")

    @property
    def words(self) -> str:
        """What it means, with what holds where nobody says anything."""
        more = ["repeatable"] if self.repeatable else []
        more += [f"also ${self.environment}"] if self.environment else []
        if self.metavar and self.default not in (None, (), ""):
            number = isinstance(self.default, (int, float))
            more.append(f"default {self.default:g}" if number else f"default {self.default}")
        return f"{self.help} ({'; '.join(more)})" if more else self.help


def _above_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ValueError("is no number above zero")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("is no whole number") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError("is no whole number above zero")
    return int(text)


def one_of(*choices: str) -> Kind:
    """Return the kind whose values are `choices`."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return text

    return Kind(read, (str,), {"enum": list(choices)})


def _shard(text: str) -> str:
    number, slash, shards = text.partition("/")
    plain = text.isascii() and number.isdigit() and shards.isdigit()
    if not (slash and plain and 1 <= int(number) <= int(shards)):
        raise ValueError("is none of 1/N to N/N")
    return text


TEXT: Final = Kind(str, (str,), {"type": "string"})
PATH: Final = Kind(str, (str,), {"type": "string"}, is_path=True)
ABOVE_ZERO: Final = Kind(_above_zero, (int, float), {"type": "number", "exclusiveMinimum": 0})
WHOLE: Final = Kind(_whole, (int,), {"type": "integer"})
COUNT: Final = Kind(_count, (int,), {"type": "integer", "minimum": 1})
SHARD: Final = Kind(_shard, (str,), {"type": "string", "pattern": "^[1-9][0-9]*/[1-9][0-9]*$"})
SWITCH: Final = Kind(bool, (bool,), {"type": "boolean"})


def option(  # noqa: PLR0913  (each a column of the table)
    flag: str,
    metavar: str,
    words: str,
    *,
    kind: Kind = TEXT,
    default: Any = None,  # noqa: ANN401  (of the type of the field)
    environment: str = "",
    wakes: bool = True,
    in_file: bool = True,
    shared: bool = False,
) -> Any:  # noqa: ANN401  (stands where the field's default stands)
    """Return a field of `Settings`: repeatable with the default `()`, a switch with SWITCH."""
    row = (flag, metavar, words, kind, environment, wakes, in_file, shared)
    return field(default=default, metadata={"option": row})
