"""What the rest of the suite knows of a contract: frozen values, every `$ref` resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

CLOSED = "x-conformance-closed"
"""In a schema or at the root of a document: whether objects take no other name than theirs."""

Json = Any
"""A JSON value: None, bool, int, float, str, list of Json, dict of str to Json."""


class Encoding(Struct, frozen=True):
    """How one property of a form travels (OpenAPI 3.0.4, section 4.8.15, Encoding Object).

    Style `brackets` is not of OpenAPI: an array as `name[]=`. `assumed` tells of what the contract
    does not say. `allow_reserved` is as with a Parameter.
    """

    style: str
    explode: bool
    assumed: bool = False
    allow_reserved: bool = False


class Content(Struct, frozen=True):
    """One media type of a request or a response.

    `media_type` is lower case without parameters. `schema` is self-contained JSON Schema 2020-12
    (OpenAPI spellings rewritten, references inlined, recursive ones left as `#/$defs/NAME`), or
    None where the document has none. `pointer` is where it stands: `#/paths/…/schema`.
    `encoding` holds the properties whose style is settled, `content_types` those whose media type
    is (`contentType` of the Encoding Object, as stated), `part_headers` those whose part of a
    multipart body has headers of its own. `examples` are the values that the document shows, valid
    or not.
    """

    media_type: str
    schema: Json
    pointer: str
    encoding: Mapping[str, Encoding] = field(default_factory=dict)
    content_types: Mapping[str, str] = field(default_factory=dict)
    part_headers: Mapping[str, tuple[Header, ...]] = field(default_factory=dict)
    examples: tuple[Json, ...] = ()


class Parameter(Struct, frozen=True):
    """One parameter outside the body; `location` is path, query, header or cookie.

    `pointer` is where its schema stands: `#/paths/…/parameters/0/schema`; a parameter without one
    has the schema {}. `style` and `explode` are as stated, or the defaults of the location
    (OpenAPI 3.0.3, section 4.7.12.2); where the value travels as a document of its own, `style`
    is the media type. `allow_reserved` lets reserved characters stand as they are in a query.
    `examples` are the values that the document shows, valid or not.
    """

    name: str
    location: str
    required: bool
    schema: Json
    pointer: str
    description: str = ""
    style: str = ""
    explode: bool = False
    allow_reserved: bool = False
    deprecated: bool = False
    examples: tuple[Json, ...] = ()


class Header(Struct, frozen=True):
    """One header of a response, or of a part; its style is simple (OpenAPI 3.0.4, section 4.8.21).

    `name` is as the document spells it; names of headers are the same in any case. `pointer` is
    where its schema stands. Where the value travels as a document of its own, `media_type` says
    which kind. `examples` are the values that the document shows, valid or not.
    """

    name: str
    required: bool
    schema: Json
    pointer: str
    description: str = ""
    explode: bool = False
    media_type: str = ""
    examples: tuple[Json, ...] = ()


class SecurityScheme(Struct, frozen=True):
    """One way to say who asks (OpenAPI 3.0.4, section 4.8.27).

    `kind` is apiKey, http, oauth2, openIdConnect or mutualTLS, and empty where the document names
    a scheme that it does not define. Of an apiKey, `location` is header, query or cookie, and
    `parameter` its name there. Of http, `scheme` is `basic`, `bearer` and the like, lower case.
    """

    name: str
    kind: str
    location: str = ""
    parameter: str = ""
    scheme: str = ""


class DocumentedResponse(Struct, frozen=True):
    """One entry of `responses`; `status` is `200`, `4XX` or `default`.

    `headers` are those that it documents, without Content-Type (OpenAPI 3.0.4, section 4.8.17).
    """

    status: str
    description: str
    contents: tuple[Content, ...]
    pointer: str
    headers: tuple[Header, ...] = ()

    def covers(self, status: int) -> bool:
        """Whether this entry documents `status` (`default` covers all)."""
        return self.status in ("default", str(status), f"{status // 100}XX")


class Operation(Struct, frozen=True):
    """One method on one path.

    `path` has OpenAPI's braces: `/v1/customers/{customer}`. `declared_methods` is every method
    that the document declares on the path, or on a template that the path is an instance of
    (`/v1/customers/search` is one of that above); `known_names` are top-level property names that
    other operations of the same document take, and this one does not. `notes` are sentences on
    what the document says of this operation and the suite does not use, and why.

    `security` are the ways to be let in: one of them must be met, each is a set of schemes that
    must all be. Nothing at all: nobody is asked who he is; an empty way: nobody needs to say.
    `servers` are the base URLs, variables at their defaults, relative ones as they stand.
    `operation_id` is the operationId as stated, which `id` is made from.

    `closed` says that objects in bodies are known to take no other name than the declared ones,
    though the schemas do not say it; `asserts_formats` that `format` binds. `alike` are those that
    a request for this one may be meant for as well (`conformance.contract.alike`).
    """

    id: str
    method: str
    path: str
    pointer: str
    summary: str = ""
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    contents: tuple[Content, ...] = ()
    body_required: bool = False
    responses: tuple[DocumentedResponse, ...] = ()
    declared_methods: frozenset[str] = frozenset()
    known_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    security: tuple[tuple[SecurityScheme, ...], ...] = ()
    servers: tuple[str, ...] = ()
    operation_id: str = ""
    closed: bool = False
    asserts_formats: bool = False
    alike: tuple[Operation, ...] = ()

    def response_for(self, status: int) -> DocumentedResponse | None:
        """Return the entry that documents `status`: exact before range before default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            for response in self.responses:
                if response.status == key:
                    return response
        return None


class Contract(Struct, frozen=True):
    """The document the target is held to. `digest` is the hex SHA-256 of its canonical JSON.

    `unreadable` are the operations with a fault in a part of theirs: id and the fault, with its
    place. `notes` are sentences on what the document says and the suite does not use, and why.
    """

    source: str
    title: str
    version: str
    digest: str
    operations: tuple[Operation, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
