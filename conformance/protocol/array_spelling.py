"""How arrays are spelt: `name[0]=`, `name[]=`, or the name repeated.

The cases are also the trial by which the suite finds out what the target reads
(`conformance.arrays`): a spelling is read where two ordinary items are accepted, and an item that
breaks its rule beside an ordinary one is refused. A target that takes `name[0]` for a name of its
own, and ignores it, accepts both.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from conformance.case import Case
from conformance.contract.model import Content, Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.keywords import rules
from conformance.message import BODY, ITEM
from conformance.messages import Path
from conformance.obligation import Put, Site
from conformance.protocol import wire_case, wire_clause
from conformance.schema import View
from conformance.styles import FORM, NAME, READ, STYLES, Style
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, Spelling
from conformance.wire.form import array_style

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER

_WORDS = {"index": "[0]=", "append": "[]=", "repeat": "="}
_SOURCE = "OpenAPI 3.0.4, sections 4.8.12.4 and 4.8.15.1"


class Array(Struct, frozen=True):
    """An array at the top of a form: two items, and values that break a rule of an item.

    `style` is stated by the contract, or assumed; `place` is where that stands, or would.
    """

    path: Path
    item: Json
    other: Json
    bad: tuple[Json, ...]
    style: Style
    stated: bool
    place: str


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the spellings that the contract owes, or the one that it leaves to be found out.

    An array in style deepObject is owed indices and, as those who declare it read them, empty
    brackets as well; one in style form, repeated names.
    """
    array = array_of(deriver)
    if array is not None:
        for style in (array.style, *(("append",) if array.style == "index" else ())):
            found = [*trial(deriver, array, style)]
            if found and (found[0].expectation is ACCEPT or not array.stated):
                yield from found


def array_of(deriver: Deriver) -> Array | None:
    """Return the array that tells most of how arrays are read, if there is one."""
    content = deriver.content
    if content is None or content.media_type != FORM:
        return None
    found = [
        array
        for site in deriver.sites
        if site.path[:1] == (BODY,) and len(site.path) == 3 and site.path[2] == ITEM  # noqa: PLR2004
        for array in _usable(deriver, content, site)
    ]
    return max(found, key=lambda each: len(each.bad), default=None)


def _usable(deriver: Deriver, content: Content, site: Site) -> Iterator[Array]:
    path, name = site.path[:2], site.path[1]
    view = View.of(content.schema, content.schema).member(name)
    style = array_style(content, name)
    stated = name in content.encoding and not content.encoding[name].assumed
    place = content.pointer.rpartition("/schema")[0] + (f"/encoding/{name}" if stated else "")
    if style not in STYLES or deriver.values.leaves_out(path) or view.types != {"array"}:
        return
    for other in _others(site):
        try:
            two = deriver.messages.with_optional({path: [site.sample, other]})
            if deriver.expectation(deriver.request(two)) is ACCEPT:
                bad = tuple(_bad(deriver, site))
                yield Array(path, site.sample, other, bad, style, stated, place)
                return
        except InexpressibleError:
            return


def _others(site: Site) -> Iterator[Json]:
    """Yield what another item may be: two different ones are an array that no other case sends."""
    yield from (each for each in site.schema.get("enum", ()) if each != site.sample)
    if isinstance(site.sample, str):
        yield site.sample + "b"
    elif isinstance(site.sample, (int, float)) and not isinstance(site.sample, bool):
        yield site.sample + 1
    yield site.sample


def _bad(deriver: Deriver, site: Site) -> Iterator[Json]:
    """Yield for each rule of an item a text that breaks it."""
    for name in site.schema:
        rule = rules().get(name)
        for each in deriver.obligations(site, rule) if rule is not None else ():
            value = each.change.new if isinstance(each.change, Put) else None
            if each.lead and isinstance(value, str) and value:
                two = deriver.messages.with_optional({site.path[:2]: [site.sample, value]})
                if deriver.expectation(deriver.request(two)) is REFUSE:
                    yield value
                    break


def trial(deriver: Deriver, array: Array, style: Style) -> Iterator[Case]:
    """Yield the cases that tell whether arrays are read in `style`."""
    name = array.path[1]
    clause = wire_clause(
        deriver,
        NAME,
        "arrays are read in the spelling that the contract gives them",
        _SOURCE,
        array.place,
    )
    spelling = Spelling(arrays=style)

    def of(*items: Json) -> tuple[Request, Expectation]:
        message = deriver.messages.with_optional({array.path: [*items]})
        request = deriver.request(message, spelling)
        return request, deriver.expectation(request) if array.stated else EITHER

    shown = f"{name}{_WORDS[style]}"
    one, _ = of(array.item)
    two, owed = of(array.item, array.other)
    if owed is REFUSE:
        return
    yield wire_case(clause, style, f"two items as {shown}", owed, two, (one,))
    for index, bad in enumerate(array.bad[:2]):
        broken, owed = of(array.item, bad)
        label = f"{style}{READ}" + (f"-{index + 1}" if index else "")
        words = f"an item that breaks its rule, as {shown}"
        breaks = deriver.broken(broken)
        yield wire_case(clause, label, words, owed, broken, (two,), breaks=breaks)
