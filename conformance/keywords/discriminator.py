"""discriminator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


def _tells_tools(_: Json) -> str:
    return "changes nothing of what is valid: the branches say which names they take"


@keyword(
    "discriminator",
    source="OpenAPI 3.0.4, section 4.8.25",
    words="{site} names the branch that it fits: {value}",
    idle=_tells_tools,
)
def discriminator(value: Mapping[str, Json], site: Site) -> Iterator[Obligation]:
    """It tells tools which branch is meant, and changes nothing of what is valid.

    A wrong name is refused where the schemas of the branches say so (their enum or const); a name
    that they allow and the mapping does not know is neither owed nor forbidden.
    """
    yield from ()
