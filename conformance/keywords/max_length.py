"""maxLength."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.keywords import arbitrary, keyword
from conformance.obligation import Keep, Obligation, Put, Site, must_accept, must_refuse
from conformance.text import ALPHABETS, MOST_CHARACTERS, repeated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@keyword(
    "maxLength",
    source="JSON Schema Validation 2020-12, section 6.3.1",
    words="{site} has at most {value} characters",
)
def max_length(limit: int, site: Site) -> Iterator[Obligation]:
    """Length counts Unicode code points: not bytes, not UTF-16 units, not what a reader sees."""
    if limit > MOST_CHARACTERS:
        return
    for name, unit in ALPHABETS.items():
        fits, over = Put(repeated(unit, limit)), Put(repeated(unit, limit + 1))
        which = "" if name == "ascii" else f"-{name}"
        few = Put(unit) if which and len(unit) < limit else Keep()
        yield must_accept(f"at-limit{which}", fits, f"{limit} {name} characters fit", nearest=few)
        yield must_refuse(
            f"over-limit{which}",
            over,
            f"{limit + 1} {name} characters are one too many",
            nearest=fits,
            lead=name == "ascii",
        )
    yield must_refuse(
        "over-limit-with-blanks",
        Put(repeated("a", limit - 1) + "  "),
        "blanks behind count as well",
        nearest=Put(repeated("a", limit)),
    )
    yield must_refuse(
        "far-over-limit",
        Put(repeated("a", 3 * limit + 10)),
        f"{3 * limit + 10} characters are far too many",
        nearest=Put(repeated("a", limit)),
    )
    long = {"type": "string", "minLength": limit + 1}
    found = site.value(long, without=("maxLength",)) if site.says("pattern") else None
    if found is not None:
        words = f"{len(found[0])} characters of the pattern are too many"
        yield must_refuse("over-limit-of-pattern", Put(found[0]), words, lead=True)


@arbitrary("maxLength")
def longer(limit: int, site: Site) -> SearchStrategy[str]:
    """Any string over the limit."""
    from conformance.strategies import long_text  # noqa: PLC0415  (Hypothesis costs 0.2 s)

    return long_text(limit + 1, 2 * limit + 100)
