"""patternProperties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword, through_members
from conformance.obligation import Obligation, Site, With, must_accept, must_refuse
from conformance.words import of_pattern


@keyword(
    "patternProperties",
    source="JSON Schema Core 2020-12, section 10.3.2.2",
    words="members of {site} with names like these fit: {value}",
    idle=through_members,
)
def pattern_properties(patterns: Mapping[str, Json], site: Site) -> Iterator[Obligation]:
    """What a member owes stands at its own site; `false` forbids every name that matches."""
    for index, (pattern, schema) in enumerate(patterns.items()):
        declared = site.schema.get("properties", ())
        names = [name for name in of_pattern(pattern) if name not in declared][:2]
        for count, name in enumerate(names):
            label = f"name-{index}-{count}"
            if schema is False:
                words = f"{name} matches {pattern}"
                yield must_refuse(label, With({name: "x"}), words, culprits=(name,), lead=True)
            else:
                found = site.value({"required": [name]})
                if found is not None and isinstance(found[0], dict):
                    change = With({name: found[0][name]})
                    yield must_accept(label, change, f"{name} matches {pattern}")
