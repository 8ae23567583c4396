"""Whether a target reads objects in brackets, where a form's contract does not say how they travel.

Versions of OpenAPI differ: members beside each other (style form: 3.0.3, section 4.7.14.4), a JSON
text (3.0.4, section 4.8.15.2); and most servers take `a[b]=c`. So brackets are assumed, and a few
cases show whether they are read: an ordinary object is accepted, and one with a member that breaks
its rule is refused. Where they are not, nothing is known of what the target owes such an object.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.case import Case
from conformance.contract.model import Operation
from conformance.exchange import Exchange, Request
from conformance.plan import Plan
from conformance.pointer import join
from conformance.schema import View
from conformance.traits import traits
from conformance.verdict import Expectation

_MOST_TRIED = 4


def assumed_objects(operation: Operation) -> frozenset[str]:
    """Return the names in forms that may be objects, and whose style is assumed."""
    return frozenset(
        name
        for content in operation.contents
        for name, encoding in content.encoding.items()
        if encoding.assumed
        and "object" in View.of(content.schema, content.schema).member(name).types
    )


def unread(plan: Plan, ask: Callable[[Request], Exchange]) -> frozenset[str]:
    """Return those of them that the target does not read in brackets."""
    names = assumed_objects(plan.operation)
    return frozenset(name for name in names if not _is_read(plan, name, ask))


def _is_read(plan: Plan, name: str, ask: Callable[[Request], Exchange]) -> bool:
    cases = [case for case in plan.cases if carries(case, name)]
    good = [case.request for case in cases if case.expectation is Expectation.ACCEPT]
    if f"with {name}" in traits(plan.preflight):
        good.append(plan.preflight)
    smallest = min(good, key=lambda each: len(each.body or b""), default=None)
    if smallest is None or not ask(smallest).accepted:
        return False
    bad: dict[str, Request] = {}
    for case in cases:
        if case.expectation is Expectation.REFUSE and _is_inside(case, name):
            bad.setdefault(case.clause.id, case.request)
    tried = [*bad.values()][:_MOST_TRIED]
    return not tried or any(ask(each).refused for each in tried)


def carries(case: Case, name: str) -> bool:
    """Whether a form sends something under `name`."""
    return f"with {name}" in case.traits


def _is_inside(case: Case, name: str) -> bool:
    """Whether the case is about a member of `name`, declared or not."""
    top, place = join("", name), case.clause.instance_location
    return place.startswith(f"{top}/") or (
        place == top and case.clause.keyword == "additionalProperties"
    )
