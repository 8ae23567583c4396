"""What may destroy something goes to this machine only, unless the user says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.run import Run
from conformance.settings import Settings

NEAR, FAR = "http://127.0.0.1:9", "https://sandbox.example.com"
CHANGING = {"DELETE", "PATCH", "PUT"}


def run(target: str | None, contract: Path | None = None, *, allowed: bool = False) -> Run:
    source = str(contract) if contract else None
    return Run(Settings(target=target, contract=source, allow_destructive=allowed), "name")


def methods(planned: Run) -> set[str]:
    return {case.request.method for plan in planned.plans for case in plan.cases}


@pytest.mark.parametrize(
    ("target", "allowed", "sent"),
    [
        (None, False, {"POST", "GET"} | CHANGING),
        (NEAR, False, {"POST", "GET"} | CHANGING),
        (FAR, True, {"POST", "GET"} | CHANGING),
        (FAR, False, {"POST", "GET"}),
    ],
)
def test_undeclared_methods_that_change_things_stay_here(
    target: str | None,
    allowed: bool,  # noqa: FBT001  (a row)
    sent: set[str],
) -> None:
    planned = run(target, allowed=allowed)
    assert methods(planned) == sent
    unsent = [c for c in planned.plans[0].clauses if c.id.endswith("request/method/destructive")]
    assert bool(unsent) is (sent == {"POST", "GET"})
    assert all(clause.state == "uncovered" for clause in unsent)
    assert all("--allow-destructive" in clause.reason for clause in unsent)


DELETING = """
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /things/{id}:
    get:
      operationId: GetThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: fine}}
    delete:
      operationId: DeleteThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: gone}}
"""


@pytest.mark.parametrize(("target", "sent"), [(NEAR, True), (FAR, False)])
def test_a_declared_delete_stays_here_too(tmp_path: Path, target: str, sent: bool) -> None:  # noqa: FBT001  (a row)
    path = tmp_path / "things.yaml"
    path.write_text(DELETING)
    planned = run(target, path)
    assert ("DeleteThing" in {plan.operation.id for plan in planned.plans}) is sent
    assert ("DeleteThing" in planned.untested) is not sent
    assert sent or "--allow-destructive" in planned.untested["DeleteThing"]
    assert "DeleteThing" in {p.operation.id for p in run(FAR, path, allowed=True).plans}
