"""Who may ask, and where: `security` and `servers` of a document, a path and an operation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from conformance.contract.model import Json, SecurityScheme
from conformance.contract.refs import References
from conformance.errors import ContractError
from conformance.pointer import join

Ways = tuple[tuple[SecurityScheme, ...], ...]
"""The ways to be let in, each a set of schemes that must all be met."""

_KINDS = ("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS")
_PLACES = ("header", "query", "cookie")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class Access:
    """Reads the security and the servers of one document's operations.

    Every method raises ContractError, naming the source and the pointer, where the wrong kind of
    value stands.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        document = references.document
        self._document = document
        components = document.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, dict) else None
        self._stated = schemes if isinstance(schemes, dict) else {}
        self._schemes: dict[str, SecurityScheme] = {}

    def security(self, operation: dict[str, Json], pointer: str) -> tuple[Ways, list[str]]:
        """Return the ways to be let in, the operation's own before the document's, and notes.

        (OpenAPI 3.0.4, sections 4.8.1 and 4.8.10: an empty list takes the document's away.)
        """
        holder, at = (operation, pointer) if "security" in operation else (self._document, "#")
        stated = holder.get("security", [])
        ways: list[tuple[SecurityScheme, ...]] = []
        notes: list[str] = []
        if not isinstance(stated, list) or not all(isinstance(each, dict) for each in stated):
            what = "security must be a list of objects"
            raise self._error(what, f"{at}/security")
        for requirement in stated:
            way = tuple(self._scheme(name) for name in requirement)
            notes += [
                f'security names "{each.name}", which components/securitySchemes does not have'
                for each in way
                if not each.kind
            ]
            ways.append(way)
        return tuple(ways), list(dict.fromkeys(notes))

    def _scheme(self, name: str) -> SecurityScheme:
        known = self._schemes.get(name)
        if known is None:
            known = self._schemes[name] = self._read(name)
        return known

    def _read(self, name: str) -> SecurityScheme:
        if name not in self._stated:
            return SecurityScheme(name, "")
        place = join("#/components/securitySchemes", name)
        value, at = self._references.follow(self._stated[name], place)
        if not isinstance(value, dict) or value.get("type") not in _KINDS:
            raise self._error(f"a security scheme has a type: one of {', '.join(_KINDS)}", at)
        kind = value["type"]
        if kind == "apiKey":
            where, parameter = value.get("in"), value.get("name")
            if where not in _PLACES or not isinstance(parameter, str):
                what = f"an apiKey has a name, and in: one of {', '.join(_PLACES)}"
                raise self._error(what, at)
            return SecurityScheme(name, kind, where, parameter)
        return SecurityScheme(name, kind, scheme=str(value.get("scheme", "")).lower())

    def servers(self, *holders: dict[str, Json]) -> tuple[str, ...]:
        """Return the base URLs that hold: those of the first holder with any, or the document's."""
        for holder in (*holders, self._document):
            stated = holder.get("servers")
            if isinstance(stated, list) and stated:
                return tuple(_urls(stated))
        return ()

    def _error(self, what: str, pointer: str) -> ContractError:
        return self._references.error(what, "Correct the document there.", pointer)


def _urls(stated: Sequence[Json]) -> list[str]:
    """Return the URLs with their variables at the defaults; what is none is passed over."""
    return [
        _VARIABLE.sub(partial(_default, each.get("variables")), each["url"])
        for each in stated
        if isinstance(each, dict) and isinstance(each.get("url"), str)
    ]


def _default(variables: Json, match: re.Match[str]) -> str:
    variable = variables.get(match[1]) if isinstance(variables, dict) else None
    default = variable.get("default") if isinstance(variable, dict) else None
    return match[0] if default is None else str(default)
