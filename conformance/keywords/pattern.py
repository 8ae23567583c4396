"""pattern."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.pattern_dialects import loosely
from conformance.patterns import UnreadablePatternError, beyond_ascii, near_misses
from conformance.validation import matches
from conformance.verdict import Level


@keyword(
    "pattern",
    source="JSON Schema Validation 2020-12, section 6.3.3",
    words="{site} matches {value}",
)
def pattern(wanted: str, site: Site) -> Iterator[Obligation]:
    """A match anywhere is enough, unless anchored; what only ECMA 262 tells apart is advice."""
    fitting = [each for each in site.values({"type": "string"}) if isinstance(each, str)]
    for count, text in enumerate(fitting[:4]):
        yield must_accept(f"match-{count}", Put(text), f"{text!r:.80} matches")
    yield from _beyond_ascii(wanted, fitting, site)
    try:
        tries = [*near_misses(wanted)]
    except UnreadablePatternError:
        tries = [("mark", "!"), ("letters", "zzz"), ("digits", "0"), ("empty", "")]
    other = site.value({"type": "string", "not": {"pattern": wanted}}, without=("pattern",))
    if other is not None:
        tries.insert(0, ("no-match", other[0]))
    seen, leads = set(), 0
    for name, text in tries:
        if text not in seen and not matches(wanted, text):
            seen.add(text)
            leads += not (advised := matches(loosely(wanted), text))
            yield must_refuse(
                name,
                Put(text),
                f"{text!r:.80} does not match",
                lead=leads <= 3 and not advised,  # noqa: PLR2004  (one of them will fit all else)
                level=Level.SHOULD if advised else Level.MUST,
            )


def _beyond_ascii(wanted: str, fitting: list[str], site: Site) -> Iterator[Obligation]:
    r"""An engine that knows only ASCII takes `\p{L}`, or any character, for less than it is."""
    for text in filter(None, fitting[:2] if all(map(str.isascii, fitting)) else ()):
        for other in beyond_ascii(text):
            if matches(wanted, other) and site.fits(other):
                level = Level.MUST if matches(loosely(wanted), other) else Level.SHOULD
                words = f"{other!r:.80} matches"
                yield must_accept("match-beyond-ascii", Put(other), words, level=level)
                return
