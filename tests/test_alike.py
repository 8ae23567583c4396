"""Operations at one address: what another one takes is not refused, what it answers is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract import Selection, load
from conformance.contract.model import Json
from conformance.planning import derive
from conformance.verdict import Expectation
from tests.test_embedded_contracts import ID, holds


def copying(member: str, status: str, **schema: Json) -> Json:
    """Return an operation that takes `member` alone, and answers it under `status`."""
    text = {"type": "string", **schema}
    body = {"type": "object", "required": [member], "properties": {member: text}}
    said = {"content": {"application/json": {"schema": body}}}
    content = {"application/json": {"schema": {**body, "additionalProperties": False}}}
    responses = {status: {"description": "", **said}, "400": {"description": ""}}
    return {"requestBody": {"required": True, "content": content}, "responses": responses}


def paths(*names: str) -> Json:
    """Return two operations at paths of these names."""
    one, other = copying("to", "200", maxLength=3), copying("reason", "202", maxLength=5)
    for_other = {"parameters": [{**ID, "name": names[2]}], "post": {**other, "operationId": "Two"}}
    return {names[0]: {"parameters": [ID], "post": {**one, "operationId": "One"}}} | {
        names[1]: for_other
    }


@pytest.mark.parametrize(
    "names", [("/f/{id}#copy", "/f/{id}#drop", "id"), ("/f/{id}", "/f/{key}", "key")]
)
def test_operations_at_one_address_are_held_to_what_both_leave(
    tmp_path: Path, names: tuple[str, str, str]
) -> None:
    assert holds(tmp_path, paths(*names)).derived == 2
    contract = load(str(tmp_path / "api.json"), None, Selection(("One",)))
    (one,) = contract.operations
    assert "#" not in one.path
    assert [each.id for each in one.alike] == ["Two"]
    assert [each.status for each in one.responses] == ["200", "400", "202"]
    assert [note for note in one.notes if "may be meant for Two as well" in note]
    cases = {case.id: case for case in derive(one).cases}
    assert cases["One/to/maxLength/over-limit"].expectation is Expectation.REFUSE


def test_what_the_other_operation_takes_is_owed_nothing(tmp_path: Path) -> None:
    said = paths("/f/{id}", "/f/{key}", "key")
    said["/f/{key}"]["post"] |= copying("to", "200", maxLength=9)
    holds(tmp_path, said)
    one, _ = load(str(tmp_path / "api.json")).operations
    cases = {case.id: case for case in derive(one).cases}
    assert cases["One/to/maxLength/over-limit"].expectation is Expectation.EITHER
    assert cases["One/to/required/missing"].expectation is Expectation.REFUSE


def test_a_status_that_both_document_may_be_answered_as_either(tmp_path: Path) -> None:
    said = paths("/f/{id}#a", "/f/{id}#b", "id")
    said["/f/{id}#b"]["post"] = {**copying("reason", "200"), "operationId": "Two"}
    holds(tmp_path, said)
    one, _ = load(str(tmp_path / "api.json")).operations
    answer = one.response_for(200)
    assert answer is not None
    (content,) = answer.contents
    assert [each["required"] for each in content.schema["anyOf"]] == [["to"], ["reason"]]
