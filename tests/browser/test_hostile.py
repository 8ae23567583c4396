"""Nothing that a target, a contract or a host says runs in the reader's browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from conformance.run_record import OperationRecord
from tests import sample_large
from tests.browser.conftest import Opened, Opener
from tests.sample_runs import Run

DEED = "document.title='owned';document.body.dataset.owned='1';alert(1)"
AWAY = "//evil.example/x"

PAYLOADS = (
    f"<script>{DEED}</script>",
    f"<SCRIPT SRC={AWAY}></SCRIPT>",
    f"<script/x>{DEED}</script/x>",
    f"<<script>{DEED}//<</script>",
    f"<script>{DEED}",
    f"</script><script>{DEED}</script>",
    f"</style><script>{DEED}</script>",
    f"</noscript><script>{DEED}</script>",
    f"</noscript><img src=x onerror={DEED}>",
    f"</title><script>{DEED}</script>",
    f"</textarea><script>{DEED}</script>",
    f"</template><script>{DEED}</script>",
    f"--><script>{DEED}</script><!--",
    f"<!--<img src='--><img src=x onerror={DEED}//'>",
    f"]]><script>{DEED}</script>",
    f"<![CDATA[<script>{DEED}</script>]]>",
    f"<img src=x onerror={DEED}>",
    f'<img src="{AWAY}">',
    f"<img srcset='{AWAY} 1x'>",
    f"<image href={AWAY}>",
    f'"><img src=x onerror={DEED}>',
    f"'><img src=x onerror={DEED}>",
    f"`><img src=x onerror={DEED}>",
    f'" onfocus="{DEED}" autofocus x="',
    f"' onmouseover='{DEED}' x='",
    f'x" onclick={DEED} y="',
    f"<svg onload={DEED}>",
    f"<svg/onload={DEED}>",
    f"<svg><script>{DEED}</script></svg>",
    f"<svg><animate onbegin={DEED} attributeName=x dur=1s>",
    f"<svg><use href='{AWAY}#x'/></svg>",
    f"<svg><image href='{AWAY}'/></svg>",
    f"<svg><style><img src=x onerror={DEED}></style></svg>",
    f"<math><mtext></mtext><script>{DEED}</script></math>",
    f"<math><mi//xlink:href='data:x,<script>{DEED}</script>'>",
    f"<body onload={DEED}>",
    f"<body background={AWAY}>",
    f"<iframe srcdoc='<script>parent.{DEED}</script>'></iframe>",
    f"<iframe src='javascript:{DEED}'></iframe>",
    f"<iframe src={AWAY}></iframe>",
    f"<object data='javascript:{DEED}'></object>",
    f"<embed src={AWAY}>",
    f"<link rel=stylesheet href={AWAY}>",
    f"<link rel=prefetch href={AWAY}>",
    f"<style>@import '{AWAY}'; * {{ color: red }}</style>",
    f"<style>*{{background:url({AWAY})}}</style>",
    f"<div style='background:url({AWAY})'>x</div>",
    f"<meta http-equiv=refresh content='0;url={AWAY}'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{DEED}'>",
    f"<base href={AWAY}>",
    f"<form action={AWAY}><button autofocus>x</button></form>",
    f"<input autofocus onfocus={DEED}>",
    f"<select autofocus onfocus={DEED}></select>",
    f"<details open ontoggle={DEED}>x</details>",
    f"<video src={AWAY} onerror={DEED}></video>",
    f"<audio src={AWAY} onerror={DEED}></audio>",
    f"<marquee onstart={DEED}>x</marquee>",
    f"<a href='javascript:{DEED}'>x</a>",
    f"javascript:{DEED}",
    f"data:text/html,<script>{DEED}</script>",
    f"{{{{constructor.constructor('{DEED}')()}}}}",
    f"${{{DEED}}}",
    "{{7*7}}{% for x in page %}{{x}}{% endfor %}{#",
    f"&lt;script&gt;{DEED}&lt;/script&gt;",
    f"&#60;img src=x onerror={DEED}&#62;",
    f"\\u003cscript\\u003e{DEED}\\u003c/script\\u003e",
    f"\\x3cscript\\x3e{DEED}",
    f"<scr\x00ipt>{DEED}</scr\x00ipt>",
    f"<img src=x\nonerror\n=\n{DEED}>",
    f'\n<tr class="g" data-c="0" data-p="<img src=x onerror={DEED}>" data-k="x"><td>',
    f'\n<tbody><tr class="bad"><th><img src=x onerror={DEED}><td>x<td>y<td>✗ FAIL',
    f"\u202e<script>{DEED}</script>\u2028{DEED}//",
    f"<template shadowrootmode=open><script>{DEED}</script></template>",
    f"<table><td><noscript><p title='</noscript><img src=x onerror={DEED}>'>",
    f"<xmp><img src=x onerror={DEED}></xmp><plaintext>",
)  # fmt: skip


def filled(value: Any, text: str) -> Any:  # noqa: ANN401  (any record)
    """Return a record with `text` added to every text in it that is free."""
    kept = {"verdict", "expectation", "level", "symptom", "state", "side", "operation", "clauses"}
    kept |= {"method", "marks", "body_base64", "cases", "format", "run_id", "previous", "breaches"}
    changes: dict[str, Any] = {}
    for each in fields(value):
        old = getattr(value, each.name)
        if each.name in kept:
            continue
        if type(old) is str:
            changes[each.name] = f"{old}{text}"
        elif isinstance(old, dict):
            changes[each.name] = {**old, text: text}
        elif each.name in ("headers", "response_headers"):
            changes[each.name] = (*old, (text, text))
        elif isinstance(old, Struct):
            changes[each.name] = filled(old, text)
    return replace(value, **changes)


def owned(text: str) -> Run:
    """Return a run in which everything says `text`; ids keep what ties them together."""
    journal, findings = sample_large.nightly()
    few = {each.clause: each for each in journal.cases}.values()
    journal = replace(journal, cases=tuple(few))
    ids = {each.id: f"{each.id}{text}" for each in journal.clauses}
    head = filled(journal.run, text)
    operations = tuple(
        OperationRecord(each.id, text, f"{each.path}{text}", text, (text,))
        for each in journal.run.operations
    )
    cases = tuple(
        replace(filled(each, text), clause=ids[each.clause], id=f"{ids[each.clause]}/{text}{at}")
        for at, each in enumerate(journal.cases)
    )
    clauses = tuple(
        replace(filled(each, text), id=ids[each.id], instance_location=f"/{text}".replace("~", ""))
        for each in journal.clauses
    )
    changed = tuple(
        replace(
            filled(each, text),
            clauses=tuple(ids[name] for name in each.clauses),
            clause=ids[each.clause],
            cases=tuple(case.id for case in cases[:3]),
        )
        for each in findings
    )
    history = journal.history
    assert history is not None
    past = replace(
        history,
        runs=tuple(
            replace(each, state=text, contract_digest=text, tool=text) for each in history.runs
        ),
        findings=tuple(filled(each, text) for each in history.findings),
        fixed=(text,), new=(text,), changed=(text,), note=text,
    )  # fmt: skip
    head = replace(head, operations=operations)
    return replace(journal, run=head, clauses=clauses, cases=cases, history=past), changed


def use(seen: Opened) -> None:
    """Do what a reader does: open, filter, sort, look."""
    for summary in seen.page.locator("summary").all()[:4]:
        summary.click()
    for tile in seen.page.locator("a.t:visible, a.site:visible").all()[:2]:
        tile.click()
    seen.page.locator("#chip button").click() if seen.page.locator("#chip").is_visible() else None
    seen.page.locator("thead button:visible").first.click()
    for button in seen.page.locator("tbody button:visible").all()[:2]:
        button.click()
    for select in seen.page.locator("#sift select").all():
        select.select_option(index=1)
        select.select_option(index=0)
    seen.page.locator("#q").fill("<script>")
    seen.page.locator("#q").fill("")


def test_there_are_enough_payloads() -> None:
    assert len({*PAYLOADS}) == len(PAYLOADS) >= 60


@pytest.mark.parametrize("group", range(15))
@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_runs(opened: Opener, group: int, scripts: bool) -> None:  # noqa: FBT001  (a parameter)
    payloads = PAYLOADS[group * 5 : group * 5 + 5]
    assert payloads
    for payload in payloads if scripts else payloads[:1]:
        seen = opened(owned(payload), java_script_enabled=scripts)
        if scripts:
            use(seen)
        said = seen.page.content()
        assert seen.page.title() != "owned"
        assert "data-owned" not in re.sub(r"&quot;|&lt;.*?&gt;", "", said.split("<noscript")[0])
        assert seen.page.locator("body").get_attribute("data-owned") is None
        foreign = "img, iframe, object, embed, video, audio, marquee, base, math, image, object"
        assert seen.page.locator(foreign).count() == 0
        assert seen.page.locator("script").count() == 2
        assert seen.page.locator("style").count() == 1
        assert seen.page.locator("h1").count() == 1


def test_the_tests_would_notice(opened: Opener) -> None:
    """A page that is not guarded is caught: the tests above can fail."""
    bare = "<!DOCTYPE html><title>x</title><h1>x</h1><body>"
    seen = opened(bare + PAYLOADS[16] + PAYLOADS[17])
    seen.page.wait_for_timeout(200)
    assert any(each.startswith("dialog:") for each in seen.heard)
    assert any("evil.example" in each for each in seen.heard)
    assert seen.page.title() == "owned"
    seen.heard.clear()
