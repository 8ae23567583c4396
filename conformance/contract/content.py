"""The parts of an operation: parameters, request body, responses and their media types."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from conformance.contract.model import (
    Content,
    DocumentedResponse,
    Encoding,
    Header,
    Json,
    Parameter,
)
from conformance.contract.refs import References
from conformance.contract.schemas import Schemas
from conformance.errors import ContractError
from conformance.pointer import join

_LOCATIONS = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
"""Where a parameter may stand, and its style there by default (OpenAPI 3.0.3, 4.7.12.2)."""

_JSON = "application/json"

_NOT_PARAMETERS = frozenset(("accept", "content-type", "authorization"))
"""Header parameters of these names are ignored (OpenAPI 3.0.3, section 4.7.12.2.1)."""


def _as_json(contents: tuple[Content, ...]) -> tuple[Content, ...]:
    """Return what a range among `contents` says of JSON, which is the first that it stands for."""
    wide = [each for each in contents if each.media_type in ("*/*", "application/*")]
    return tuple(replace(each, media_type=_JSON) for each in wide[:1])


def _json_first(contents: tuple[Content, ...]) -> tuple[Content, ...]:
    """Return the contents of an answer, JSON first: its schema is the one that tells most.

    A range that stands for any text, or for bytes, does not stand for JSON.
    """
    named = [each for each in contents if each.media_type.endswith(("/json", "+json"))]
    found = () if named else _as_json(contents)
    if any(
        not isinstance(each.schema, Mapping) or each.schema.get("type") == "string"
        for each in found
    ):
        return contents
    return (*found, *named, *(each for each in contents if each not in named))


class Reader:
    """Reads the parts of one document's operations.

    Every method raises ContractError, naming the source and the pointer, where the wrong kind of
    value stands.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self._schemas = Schemas(references)

    def object(self, value: Json, pointer: str) -> dict[str, Json]:
        """Return `value`, an object."""
        if not isinstance(value, dict):
            raise self.error("an object must stand here", pointer)
        return value

    def parameters(self, *lists: tuple[Json, str]) -> tuple[Parameter, ...]:
        """Return the parameters of several lists; of two with one name and place the later wins.

        Each list comes with its pointer (OpenAPI 3.0.3, section 4.7.9.1).
        """
        found: dict[tuple[str, str], Parameter] = {}
        for values, pointer in lists:
            if not isinstance(values, list):
                raise self.error("a list of parameters must stand here", pointer)
            for index, value in enumerate(values):
                parameter = self._parameter(*self._follow(value, f"{pointer}/{index}"))
                if parameter.location == "header" and parameter.name.lower() in _NOT_PARAMETERS:
                    continue
                found[parameter.name, parameter.location] = parameter
        return tuple(found.values())

    def body(self, value: Json, pointer: str) -> tuple[tuple[Content, ...], bool]:
        """Return the contents of a Request Body Object, and whether a body is required."""
        body, pointer = self._follow(value, pointer)
        contents = self._contents(body.get("content", {}), f"{pointer}/content")
        ranges = all(each.media_type.endswith("/*") for each in contents)
        contents = (*_as_json(contents), *contents) if ranges else contents
        return contents, body.get("required") is True

    def responses(self, value: Json, pointer: str) -> tuple[DocumentedResponse, ...]:
        """Return the entries of a Responses Object, in order."""
        found: list[DocumentedResponse] = []
        for status, stated in self.object(value, pointer).items():
            if status.startswith("x-"):
                continue
            response, at = self._follow(stated, join(pointer, status))
            contents = _json_first(self._contents(response.get("content", {}), f"{at}/content"))
            found.append(
                DocumentedResponse(
                    status=status if status == "default" else status.upper(),
                    description=str(response.get("description", "")),
                    contents=contents,
                    pointer=at,
                    headers=self._headers(response.get("headers", {}), f"{at}/headers"),
                )
            )
        return tuple(found)

    def _headers(self, value: Json, pointer: str) -> tuple[Header, ...]:
        found: dict[str, Header] = {}
        for name, stated in self.object(value, pointer).items():
            header, at = self._follow(stated, join(pointer, name))
            if name.lower() == "content-type":
                continue
            schema, at, media_type = self._schema_of(header, at)
            found[name.lower()] = Header(
                name=name,
                required=header.get("required") is True,
                schema=schema,
                pointer=at,
                description=str(header.get("description", "")),
                explode=header.get("explode") is True,
                media_type=media_type,
                examples=self._examples(header, at.rpartition("/schema")[0]),
            )
        return tuple(found.values())

    def _schema_of(self, value: dict[str, Json], pointer: str) -> tuple[Json, str, str]:
        """Return the schema of a parameter or a header, where it stands, and its media type.

        The media type is empty but where the value is a document of its own, as JSON mostly.
        """
        schema, at, media_type = value.get("schema"), f"{pointer}/schema", ""
        if schema is None and value.get("content"):
            content = self.object(value["content"], f"{pointer}/content")
            media_type, media = next(iter(content.items()))
            at = join(pointer, "content", media_type)
            schema, at = self.object(media, at).get("schema"), f"{at}/schema"
        return {} if schema is None else self._schemas.standalone(schema, at), at, media_type

    def _examples(self, value: dict[str, Json], pointer: str) -> tuple[Json, ...]:
        """Return the values that `example` and `examples` show; those of other files are not."""
        shown = [value["example"]] if "example" in value else []
        stated = value.get("examples")
        for name, example in (stated if isinstance(stated, dict) else {}).items():
            found, _ = self._references.follow(example, join(pointer, "examples", name))
            if isinstance(found, dict) and "value" in found:
                shown.append(found["value"])
        return tuple(shown)

    def _follow(self, value: Json, pointer: str) -> tuple[dict[str, Json], str]:
        found, at = self._references.follow(value, pointer)
        return self.object(found, at), at

    def _parameter(self, value: dict[str, Json], pointer: str) -> Parameter:
        name, location = value.get("name"), value.get("in")
        if not isinstance(name, str) or location not in _LOCATIONS:
            places = ", ".join(_LOCATIONS)
            raise self.error(f"a parameter needs a name, and in: one of {places}", pointer)
        style = str(value.get("style", _LOCATIONS[location]))
        explode = value.get("explode", style == "form") is True
        schema, at, media_type = self._schema_of(value, pointer)
        return Parameter(
            name=name,
            location=location,
            required=value.get("required") is True or location == "path",
            schema=schema,
            pointer=at,
            description=str(value.get("description", "")),
            # Serialised by its media type: no style applies.
            style=media_type or style,
            explode=explode and not media_type,
            allow_reserved=value.get("allowReserved") is True,
            deprecated=value.get("deprecated") is True,
            examples=self._examples(value, pointer),
        )

    def _contents(self, value: Json, pointer: str) -> tuple[Content, ...]:
        contents: list[Content] = []
        for media_type, stated in self.object(value, pointer).items():
            at = join(pointer, media_type)
            media = self.object(stated, at)
            schema, where = media.get("schema"), f"{at}/schema"
            contents.append(
                Content(
                    media_type=media_type.partition(";")[0].strip().lower(),
                    schema=None if schema is None else self._schemas.standalone(schema, where),
                    pointer=where,
                    encoding=self._encoding(
                        media.get("encoding", {}),
                        f"{at}/encoding",
                        form=media_type.lower().startswith("application/x-www-form-urlencoded"),
                    ),
                    content_types=_content_types(media.get("encoding", {})),
                    part_headers=self._part_headers(media.get("encoding", {}), f"{at}/encoding")
                    if media_type.lower().startswith("multipart/")
                    else {},
                    examples=self._examples(media, at),
                )
            )
        return tuple(contents)

    def _encoding(self, value: Json, pointer: str, *, form: bool) -> dict[str, Encoding]:
        """Return the encodings that settle a style.

        In a form, `contentType` alone settles that a value is a JSON text (OpenAPI 3.0.4, section
        4.8.15.1).
        """
        found: dict[str, Encoding] = {}
        for name, stated in self.object(value, pointer).items():
            encoding = self.object(stated, join(pointer, name))
            if not encoding.keys().isdisjoint(("style", "explode", "allowReserved")):
                style = str(encoding.get("style", "form"))
                found[name] = Encoding(
                    style,
                    encoding.get("explode", style == "form") is True,
                    allow_reserved=encoding.get("allowReserved") is True,
                )
            elif form and str(encoding.get("contentType", "")).partition(";")[0].endswith("json"):
                found[name] = Encoding("application/json", explode=False)
        return found

    def _part_headers(self, value: Json, pointer: str) -> dict[str, tuple[Header, ...]]:
        """Return the headers of parts; other media types have none (OpenAPI 3.0.4, 4.8.15.1)."""
        found: dict[str, tuple[Header, ...]] = {}
        for name, stated in value.items():
            at = join(pointer, name)
            headers = self._headers(self.object(stated, at).get("headers", {}), f"{at}/headers")
            if headers:
                found[name] = headers
        return found

    def error(
        self, what: str, pointer: str, remedy: str = "Correct the document there."
    ) -> ContractError:
        """Return the error for what stands at `pointer`."""
        return self._references.error(what, remedy, pointer)


def _content_types(encodings: dict[str, Json]) -> dict[str, str]:
    return {
        name: encoding["contentType"]
        for name, encoding in encodings.items()
        if isinstance(encoding.get("contentType"), str)
    }
