"""unevaluatedProperties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site, With, must_accept, must_refuse

_NAMES = ("unlisted", "_unlisted", "Unlisted", "0", "metadata")


def _allows_all(value: Json) -> str:
    return "allows everything" if value is True or value == {} else ""


@keyword(
    "unevaluatedProperties",
    source="JSON Schema Core 2020-12, section 11.3",
    words="members of {site} that no other keyword speaks of fit: {value}",
    idle=_allows_all,
)
def unevaluated_properties(schema: Json, site: Site) -> Iterator[Obligation]:
    """A name that no schema beside, in a branch or in `allOf` speaks of is refused by `false`."""
    if schema is True:
        return
    for name in _NAMES:
        if name in site.schema.get("properties", ()):
            continue
        if schema is False:
            words = f"{name} is spoken of by no schema"
            lead = name == _NAMES[0]
            yield must_refuse(f"name-{name}", With({name: "x"}), words, culprits=(name,), lead=lead)
            continue
        for label, asked in (("fits", schema), ("unfit", {"not": schema})):
            found = site.value(
                {"required": [name], "properties": {name: asked}},
                without=("unevaluatedProperties",),
            )
            if found is None or not isinstance(found[0], dict):
                continue
            change, words = With({name: found[0][name]}), f"the value of {name} {label}"
            if label == "fits":
                yield must_accept(f"name-{name}", change, words)
            else:
                yield must_refuse(f"unfit-{name}", change, words, culprits=(name,), lead=True)
