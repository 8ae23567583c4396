"""The contract of the sample journals: its clauses, and how many cases each has."""

from __future__ import annotations

from msgspec import Struct

from conformance.clause import Clause
from conformance.verdict import Level

OPERATION = "PostAccountLinks"
SCHEMA = (
    "#/paths/~1v1~1account_links/post/requestBody/content/application~1x-www-form-urlencoded/schema"
)
ANSWERS = "#/paths/~1v1~1account_links/post/responses"
VALIDATION = "JSON Schema Validation 2020-12, section "


class Spec(Struct, frozen=True):
    """A clause of the sample contract with the number of its ACCEPT, REFUSE and EITHER cases."""

    local: str
    words: str
    value: str
    section: str
    accept: int
    refuse: int
    state: str = "covered"
    reason: str = ""
    either: int = 0


SPECS = (
    Spec("/type", "the body is an object", '"object"', "6.1.1", 4, 3),
    Spec("/required/account", "account is required", '"account"', "6.5.3", 6, 8),
    Spec("/required/type", "type is required", '"type"', "6.5.3", 6, 8),
    Spec(
        "/additionalProperties",
        "the body takes no other name than the declared ones",
        "false",
        "10.3.2.3",
        7,
        31,
    ),
    Spec("/account/maxLength", "account has at most 5000 characters", "5000", "6.3.1", 12, 14),
    Spec("/account/type", "account is of type string", '"string"', "6.1.1", 9, 12),
    Spec(
        "/collect/enum",
        "collect is one of: currently_due, eventually_due",
        '["currently_due","eventually_due"]',
        "6.1.2",
        8,
        22,
    ),
    Spec("/collect/type", "collect is of type string", '"string"', "6.1.1", 2, 8),
    Spec("/expand/type", "expand is of type array", '"array"', "6.1.1", 6, 9),
    Spec(
        "/expand/*/maxLength",
        "each item of expand has at most 5000 characters",
        "5000",
        "6.3.1",
        8,
        9,
    ),
    Spec("/expand/*/type", "each item of expand is of type string", '"string"', "6.1.1", 4, 6),
    Spec("/refresh_url/type", "refresh_url is of type string", '"string"', "6.1.1", 9, 8),
    Spec("/return_url/type", "return_url is of type string", '"string"', "6.1.1", 9, 8),
    Spec(
        "/type/enum",
        "type is one of: account_onboarding, account_update",
        '["account_onboarding","account_update"]',
        "6.1.2",
        8,
        0,
    ),
    Spec("/type/type", "type is of type string", '"string"', "6.1.1", 2, 8),
    Spec(
        "/type/x-stripeBypassValidation",
        "the enum of type may be open",
        "true",
        "",
        0,
        0,
        "annotation",
        "an extension: obliges nobody unless a profile says so",
    ),
    Spec(
        "/expand/maxItems",
        "expand has a size limit",
        "1000000",
        "6.4.1",
        0,
        0,
        "uncovered",
        "no request of bounded size reaches it",
    ),
    Spec(":request/media-type", "another media type is refused", "", "", 1, 4),
    Spec(":request/spelling", "every spelling of a body gets the same answer", "", "", 12, 0),
    Spec(":request/method", "an undeclared method is refused", "", "", 0, 5),
    Spec(":response/200/type", "a success is an object", '"object"', "6.1.1", 0, 0, either=1),
    Spec(":response/200/url/type", "url is of type string", '"string"', "6.1.1", 0, 0, either=1),
    Spec(
        ":response/200/created/type",
        "created is of type integer",
        '"integer"',
        "6.1.1",
        0,
        0,
        either=1,
    ),
    Spec(
        ":response/default/error/type",
        "error is of type object",
        '"object"',
        "6.1.1",
        0,
        0,
        either=1,
    ),
    Spec(":response/media-type", "answers have a documented media type", "", "", 0, 0, either=1),
)


def clauses() -> tuple[Clause, ...]:
    return tuple(_clause(spec) for spec in SPECS)


def _clause(spec: Spec) -> Clause:
    request = spec.local.startswith("/")
    side = "request" if request else "response" if ":response" in spec.local else "protocol"
    *place, keyword = spec.local.lstrip(":").split("/")
    if "required" in place:
        place, keyword = [], "required"
    if side == "response":
        place = place[2:] if len(place) > 1 else []
    instance = "".join(f"/{step}" for step in place if step) if side != "protocol" else ""
    steps = "".join("/items" if step == "*" else f"/properties/{step}" for step in place if step)
    base = ANSWERS + "/200" if side == "response" else SCHEMA
    return Clause(
        id=OPERATION + spec.local,
        operation=OPERATION,
        side=side,
        keyword=keyword,
        keyword_location="" if side == "protocol" else f"{base}{steps}/{keyword}",
        instance_location=instance,
        words=spec.words,
        value=spec.value,
        source=VALIDATION + spec.section if spec.section else "RFC 9110, section 15.5",
        level=Level.MUST,
        state=spec.state,
        reason=spec.reason,
    )
