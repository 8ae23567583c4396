"""`$ref` → what it refers to. The document is one: files that it refers to are inside by now."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from msgspec import Struct

from conformance import pointer as json_pointer
from conformance.contract.bundle import anchors, place_of
from conformance.contract.model import Json
from conformance.errors import ContractError

_SAYS_NOTHING = frozenset(
    ("$ref", "$comment", "title", "description", "summary", "default", "example", "examples")
)
"""What beside `$ref` changes nothing about which values are valid."""


class References(Struct, frozen=True, dict=True):
    """The references of one document; `source` names it in errors.

    `modern` is for OpenAPI 3.1, where a schema's `$ref` has siblings, and may name an anchor.
    """

    document: Json
    source: str
    modern: bool = False

    def follow(self, value: Json, pointer: str) -> tuple[Json, str]:
        """Return what `value` at `pointer` finally refers to (itself without `$ref`), and where.

        Siblings of `$ref` are ignored (OpenAPI 3.0.3, section 4.7.23.1). Raises ContractError for
        a reference that leads nowhere, out of the document, or round in a circle.
        """
        return self._follow(value, pointer, has_more=lambda _: False)

    def follow_schema(self, value: Json, pointer: str) -> tuple[Json, str]:
        """Return the same for a schema, as far as the first that says more than `$ref`.

        In OpenAPI 3.1 the siblings of `$ref` hold as well (JSON Schema Core 2020-12, 8.2.3.1).
        """
        return self._follow(value, pointer, has_more=self.says_more)

    def says_more(self, schema: dict[str, Json]) -> bool:
        """Whether a schema with `$ref` obliges anybody to more than what it refers to."""
        return self.modern and any(
            name not in _SAYS_NOTHING and not name.startswith("x-") for name in schema
        )

    def _follow(
        self, value: Json, pointer: str, has_more: Callable[[dict[str, Json]], bool]
    ) -> tuple[Json, str]:
        seen = {pointer}
        while isinstance(value, dict) and "$ref" in value and not has_more(value):
            target = self._target(value["$ref"], f"{pointer}/$ref")
            if target in seen:
                what = f'the reference "{target}" leads back to itself'
                raise self.error(what, "Refer to a definition.", pointer)
            seen.add(target)
            try:
                value = json_pointer.resolve(self.document, target)
            except ContractError:
                raise self.error(
                    f'the reference "{target}" leads nowhere',
                    "Add what is missing there, or correct the reference.",
                    pointer,
                ) from None
            pointer = target
        return value, pointer

    @cached_property
    def _anchors(self) -> dict[str, str]:
        return dict(anchors(self.document))

    def error(self, what: str, remedy: str, pointer: str) -> ContractError:
        """Return the error for what stands at `pointer`, in the file that it comes from."""
        return ContractError(what, remedy, place_of(self.source, pointer))

    def object_error(self, pointer: str) -> ContractError:
        """Return the error for anything but an object at `pointer`."""
        return self.error("an object must stand here", "Correct the document there.", pointer)

    def _target(self, reference: Json, pointer: str) -> str:
        if isinstance(reference, str) and self.modern and reference[:1] == "#":
            reference = self._anchors.get(reference[1:], reference)
        if not isinstance(reference, str) or not reference.startswith("#/"):
            shown = f'"{reference}"' if isinstance(reference, str) else "something else"
            raise self.error(
                f'a reference begins with "#/": {shown} is not read',
                "Bundle the contract into one document.",
                pointer.removesuffix("/$ref"),
            )
        if "%" not in reference:
            return reference
        # A reference is a URI: its fragment may be percent-encoded (RFC 6901, section 6).
        from urllib.parse import unquote  # noqa: PLC0415  (start-up time; rarely needed)

        return unquote(reference)
