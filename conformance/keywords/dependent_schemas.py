"""dependentSchemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword, through_members
from conformance.obligation import Obligation, Put, Site, With, must_accept, must_refuse


@keyword(
    "dependentSchemas",
    source="JSON Schema Core 2020-12, section 10.2.2.4",
    words="in {site} some names bring a schema: {value}",
    idle=through_members,
)
def dependent_schemas(schemas: Mapping[str, Json], site: Site) -> Iterator[Obligation]:
    """What the schema owes where the name is stands at its own site; `false` forbids the name."""
    for index, (name, schema) in enumerate(schemas.items()):
        if schema is False:
            words = f"{name} may not be there"
            yield must_refuse(
                f"forbidden-{index}", With({name: "x"}), words, culprits=(name,), lead=True
            )
            continue
        found = site.value({"type": "object", "required": [name]})
        if found is not None:
            yield must_accept(f"with-{index}", Put(found[0]), f"{name} with what it brings")
        without = site.value({"type": "object", "not": {"required": [name]}})
        if without is not None:
            yield must_accept(
                f"without-{index}", Put(without[0]), f"without {name}, nothing is owed"
            )
