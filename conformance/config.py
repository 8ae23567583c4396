"""`conformance.toml`: every option by its name, and `[values]`; all of it checked.

`python -m conformance.config --schema` prints its JSON Schema, `--table` the README's table.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.file import File
from conformance.option import Option
from conformance.settings import options

NAME = "conformance.toml"
_TABLES = ("values",)
_LARGEST_BYTES = 1 << 20


def find(here: Path) -> Path | None:
    """Return the nearest `conformance.toml` from `here` upward, or None."""
    return next((each / NAME for each in (here, *here.parents) if (each / NAME).is_file()), None)


def read(path: Path) -> File:
    """Return what the file at `path` says.

    Raises UsageError, with the line, for a file that cannot be read, that is not TOML, or that has
    a key or a value that no option has.
    """
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"{path}: the file cannot be read: {problem.strerror}",
            "Name a file with --config FILE, or leave it away.",
        ) from problem
    import tomllib  # noqa: PLC0415  (most runs have no such file)

    if len(raw) > _LARGEST_BYTES:
        raise UsageError(f"{path}: the file is larger than {_LARGEST_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
        tree = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise UsageError(
            f"{path}: this is not TOML: {problem}", "See https://toml.io/en/v1.0.0"
        ) from problem
    file = File(path, {}, tree.get("values", {}), text)
    known = {each.key: each for each in options() if each.in_file}
    chosen = {}
    for key, value in tree.items():
        if key in known:
            chosen[known[key].field] = _value(file, known[key], value)
        elif key not in _TABLES:
            raise file.error(f'there is no option "{key}"', nearest(key, [*known, *_TABLES]), key)
    if not isinstance(file.values, dict):
        raise file.error("values is no table", "Write [values.OPERATION].", "values")
    return File(path, chosen, file.values, text)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the sentence that names what is nearest to `name`."""
    from difflib import get_close_matches  # noqa: PLC0415  (only for a message)

    names = sorted(known)
    wanted = name.replace("_", "-")
    close = get_close_matches(wanted, names, n=1, cutoff=0.5) or get_close_matches(name, names, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(names)}."


def _value(file: File, option: Option, value: Any) -> Any:  # noqa: ANN401  (as TOML has it)
    if not option.repeatable:
        return _single(file, option, value)
    if not isinstance(value, list):
        raise file.error(
            f"{option.key} is a list", f'Write {option.key} = ["{option.metavar}"].', option.key
        )
    return tuple(_single(file, option, each) for each in value)


def _single(file: File, option: Option, value: Any) -> Any:  # noqa: ANN401  (as TOML has it)
    kind = option.kind
    wrong = ""
    # A boolean is an int to Python, and no number to anybody else.
    if type(value) not in kind.types:
        names = {str: "a text", int: "a number", float: "a number", bool: "true or false"}
        wrong = f"is not {names[kind.types[-1]]}"
    elif bool in kind.types:
        return value
    else:
        try:
            read = kind.read(str(value))
        except ValueError as problem:
            wrong = str(problem)
    if wrong:
        raise file.error(
            f"{option.key}: {json.dumps(value, default=str)} {wrong}", option.words, option.key
        )
    if kind.is_path and file.path is not None and "://" not in value:
        return type(read)(file.path.parent / value)
    return read


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the file."""
    properties = {}
    for each in options():
        if each.in_file:
            one = dict(each.kind.schema)
            shape = {"type": "array", "items": one} if each.repeatable else one
            properties[each.key] = {"description": each.words, **shape}
    properties["values"] = {
        "description": "for each operationId: known-good values by name, and `never`",
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"never": {"type": "array", "items": {"type": "string"}}},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def table() -> str:
    """Return the options as the README's Markdown table."""
    lines = ["| option | meaning |", "|---|---|"]
    for each in options():
        metavar = each.metavar.replace("|", "\\|")
        flag = f"{each.flag}={metavar}" if metavar else each.flag
        lines.append(f"| `{flag}` | {each.words} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the schema or the table; return the exit status."""
    if arguments == ["--schema"]:
        print(json.dumps(schema(), indent=2))  # noqa: T201  (what the user asked for)
    elif arguments == ["--table"]:
        print(table())  # noqa: T201  (what the user asked for)
    else:
        print("usage: python -m conformance.config --schema | --table", file=sys.stderr)  # noqa: T201
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
