"""One small file per keyword, found by being there.

A rule is a function `(value, site) → obligations`, registered with `@keyword(NAME, …)`; beside it
may stand a function `(value, site) → strategy` of arbitrary violations, registered with
`@arbitrary(NAME)` and called only when a run explores. To add a keyword, add a file; nothing else
is touched. Two files that claim one keyword are an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conformance.errors import SuiteError
from conformance.obligation import Rule, Site

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ANNOTATIONS: Mapping[str, str] = {
    "title": "names the schema",
    "description": "explains the schema",
    "default": "says what absence means",
    "example": "shows a value",
    "examples": "shows values",
    "deprecated": "says that a property may go",
    "readOnly": "says who writes the property: no request owes it",
    "writeOnly": "says who reads the property",
    "externalDocs": "links to prose",
    "xml": "describes another media type",
    "$comment": "speaks to maintainers",
    "nullable": "is rewritten into type",
    "contentMediaType": "describes text inside the string",
    "contentEncoding": "describes text inside the string",
    "contentSchema": "describes text inside the string",
    "$ref": "leads to a definition, whose clauses stand here",
    "$defs": "holds definitions, whose clauses stand where they are referred to",
}


Idle = Callable[[Any], str]


class KeywordRule(Struct, frozen=True):
    """A registered rule. `words` is a template over {site}, {value} and {subject}.

    `idle` says why a value of the keyword obliges nobody by itself, or nothing where it does.
    """

    keyword: str
    source: str
    words: str
    rule: Rule
    home: str
    idle: Idle


_THROUGH = "speaks through the clauses of its members"
_MARK = "__keyword_rule__"
_EXPLORES = "__keyword_explores__"

Violations = Callable[[Any, Site], "SearchStrategy[Any]"]


def busy(_: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say that every value of a keyword obliges."""
    return ""


def forbids_nothing(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say that a limit of zero, an empty list or `false` forbids nothing."""
    return "" if value else "forbids nothing"


def through_members(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say that several schemas speak through their own clauses; `false` forbids by itself."""
    inner = value.values() if isinstance(value, Mapping) else value
    return "" if any(each is False for each in inner) else _THROUGH


def through_schema(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say that a schema speaks through the clauses of its own; `false` forbids by itself."""
    if value is False:
        return ""
    return "allows everything" if value is True or value == {} else _THROUGH


def keyword(name: str, *, source: str, words: str, idle: Idle = busy) -> Callable[[Rule], Rule]:
    """Register the decorated rule for the keyword `name`."""

    def register(rule: Rule) -> Rule:
        setattr(rule, _MARK, KeywordRule(name, source, words, rule, rule.__module__, idle))
        return rule

    return register


def arbitrary(name: str) -> Callable[[Violations], Violations]:
    """Register the decorated function as the arbitrary violations of the keyword `name`."""

    def register(violations: Violations) -> Violations:
        setattr(violations, _EXPLORES, name)
        return violations

    return register


@cache
def explorers() -> Mapping[str, Violations]:
    """Return the arbitrary violations by keyword."""
    return {
        name: value
        for value in _members()
        if isinstance(name := getattr(value, _EXPLORES, None), str)
    }


def _members() -> Iterator[Any]:
    for module in sorted(info.name for info in iter_modules(__path__)):
        yield from vars(import_module(f"{__name__}.{module}")).values()


@cache
def rules() -> Mapping[str, KeywordRule]:
    """Return every rule by keyword.

    Raises SuiteError, naming both files, where two claim one keyword.
    """
    found: dict[str, KeywordRule] = {}
    for value in _members():
        rule = getattr(value, _MARK, None)
        if isinstance(rule, KeywordRule):
            other = found.setdefault(rule.keyword, rule)
            if other.home != rule.home:
                raise SuiteError(
                    f"{other.home} and {rule.home} both claim the keyword {rule.keyword}"
                )
    return found


def annotation(name: str) -> str | None:
    """Return why the keyword `name` obliges nobody, or None where it does or may."""
    if name.startswith("x-"):
        return "an extension: obliges nobody unless a profile says so"
    return ANNOTATIONS.get(name)


def describe(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Return `value` in a few words, for clauses; of a schema the names that it speaks of."""
    if isinstance(value, Mapping):
        return describe([*value])
    if isinstance(value, list):
        shown = [f"{{{describe(v)}}}" if isinstance(v, Mapping) else str(v) for v in value[:12]]
        return ", ".join(shown) + (", …" if len(value) > 12 else "")  # noqa: PLR2004
    return str(value)
