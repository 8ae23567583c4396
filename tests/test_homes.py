"""A fault that fails several clauses of one place is named by the one that explains the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance import reference
from conformance.contract.model import Json
from conformance.planning import derive
from conformance.reference.breaks import Broken
from tests.held import ANSWERS, App, held
from tests.soundness import FORM, JSON, TEXT, Small, closed

LETTERS: Mapping[str, Json] = {"type": "string", "pattern": "^\\p{L}+$"}
LENGTHS: tuple[Mapping[str, Json], ...] = (
    {},
    {"maxLength": 6},
    {"minLength": 2},
    {"minLength": 2, "maxLength": 6},
)


def described(schema: Json, media_type: str) -> Small:
    return Small("v", closed({"v": schema, "z": TEXT}, "v", "z"), media_type)


def target(schema: Json, media_type: str) -> App:
    """Return the embedded target that enforces another `schema`."""
    operation = replace(described(schema, media_type).operation(), responses=ANSWERS)
    return reference.application(Broken(operation))


def found(schema: Json, app: App | None, folder: Path, media_type: str = JSON) -> list[str]:
    operation = replace(described(schema, media_type).operation(), responses=ANSWERS)
    return [f"{each.id} {each.level}" for each in held(derive(operation), "", folder, app)]


@pytest.mark.parametrize("media_type", [JSON, FORM])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_an_engine_that_knows_only_ascii_is_named_by_the_pattern(
    lengths: Mapping[str, Json], media_type: str, tmp_path: Path
) -> None:
    schema = {**LETTERS, **lengths}
    app = target({**schema, "pattern": "^[A-Za-z]+$"}, media_type)
    assert found(schema, app, tmp_path, media_type) == ["PostThing/v/pattern/refused MUST"]
    assert found(schema, None, tmp_path, media_type) == []


def test_bytes_that_are_counted_are_named_by_the_length(tmp_path: Path) -> None:
    """The pattern takes the character; six of them are too many for one who counts bytes."""
    schema = {**LETTERS, "minLength": 2, "maxLength": 6}
    bytes_counted = {**schema, "not": {"pattern": "^[^\\x00-\\x7f]{4,}$"}}
    app = target(bytes_counted, JSON)
    assert found(schema, app, tmp_path) == ["PostThing/v/maxLength/refused MUST"]


def test_what_only_some_engines_take_is_advice(tmp_path: Path) -> None:
    r"""To Python `\W` is no letter of any script, to ECMA 262 none of ASCII."""
    schema = {"type": "string", "pattern": "^\\W+$"}
    app = target({"type": "string", "pattern": "^[^\\w\\u0080-\\uffff]+$"}, JSON)
    assert found(schema, app, tmp_path) == ["PostThing/v/pattern/refused SHOULD"]


def test_what_speaks_of_ascii_alone_has_no_such_case() -> None:
    operation = described({"type": "string", "pattern": "^[a-z]+$"}, JSON).operation()
    assert not [case.id for case in derive(operation).cases if "beyond-ascii" in case.id]
