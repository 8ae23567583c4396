"""Prism, a mock that is made from any OpenAPI document."""

from __future__ import annotations

from pathlib import Path

from tests.real.documents import contract
from tests.real.held import Faults, assert_found, found, hold
from tests.real.servers import prism

IGNORED = "it drops a name that is not declared, this one as well, and answers 200"
FAULTS: Faults = {
    "MUST /additionalProperties/accepted": IGNORED,
    "MUST /collect/type/accepted": f"collect[0]=currently_due: {IGNORED}",
    "MUST /refresh_url/type/accepted": f"refresh_url[]=abc: {IGNORED}",
    "MUST /return_url/type/accepted": f"return_url[]=abc: {IGNORED}",
    "MUST /expand/type/accepted": "expand=x is no array: it reads indices only, and drops the rest",
    "MUST :request/array-spelling/accepted": "expand[]= is dropped, whatever its items are",
    "MUST :request/media-type/server-error": "500 to a media type without a slash",
    "MUST :response/default/error/type/required/broken-response": "its own errors have no type",
    "SHOULD :response/200/expires_at/future/prose": "every integer in its answers is 0",
    "SHOULD :response/200/url/unique/prose": "every text in its answers is `string`",
}
DEADLY = "not request/syntax and not response"
"""Leaves out what kills it; the answers are then judged as they come."""


def test_what_it_finds(tmp_path: Path) -> None:
    with prism(tmp_path, contract()) as url:
        ended = hold(url, tmp_path, "-k", DEADLY)
    assert ended.exit == 1
    assert_found(ended, FAULTS)


def test_a_name_with_bad_percent_encoding_kills_it(tmp_path: Path) -> None:
    with prism(tmp_path, contract()) as url:
        ended = hold(url, tmp_path, "-k", "request/syntax")
    assert ended.exit == 1
    assert "MUST :http/closed/fault" in found(ended)
    assert "The target died: nobody has answered since" in ended.out
