"""A header is expanded, its key stays where it belongs, and nothing repeats it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.headers import expand_header
from conformance.redact import Redactor

KEY = "sk_test_CANARY0123456789"
ENVIRON = {"API_KEY": KEY, "A": "one", "EMPTY": " ", "LINE": "x\n", "QUOTE": "é"}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Authorization: Bearer $API_KEY", "Authorization", f"Bearer {KEY}"),
        ("X-A:${A}two$A", "X-A", "onetwoone"),
        ("X-A : a$$A", "X-A", "a$A"),
        ("X-A:", "X-A", ""),
        ("X-A: a:b", "X-A", "a:b"),
    ],
)
def test_variables_are_expanded(text: str, name: str, value: str) -> None:
    header = expand_header(text, ENVIRON)
    assert (header.name, header.value.reveal()) == (name, value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Authorization", "no name"),
        (": a", "no name"),
        ("X A: b", "no name"),
        ("X-A: $MISSING", "variable MISSING of the header X-A is not set"),
        ("X-A: ${EMPTY}", "variable EMPTY of the header X-A is empty"),
        ("X-A: $", "dollar without a name"),
        ("X-A: ${A", "dollar without a name"),
        ("X-A: $1", "dollar without a name"),
        ("X-A: $LINE", "line end"),
        ("X-A: a\x00", "line end"),
        ("X-A: $QUOTE", "line end"),
        ("Content-Length: 3", "the suite's own"),
        ("accept-encoding: gzip", "the suite's own"),
    ],
)
def test_a_bad_header_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        expand_header(text, ENVIRON)


@pytest.mark.parametrize("text", [KEY, f"{KEY} : $", "X-A: ${API_KEY}\r\nX: y", f"é{KEY}: a"])
def test_a_refused_header_does_not_repeat_the_key(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        expand_header(text, ENVIRON)
    assert "CANARY" not in str(caught.value).replace("X-A", "")


def test_what_is_shown_holds_the_variable_and_not_its_value() -> None:
    header = expand_header("Authorization: Bearer $API_KEY", ENVIRON)
    assert header.text == "Authorization: Bearer $API_KEY"
    assert header.shell == '"Authorization: Bearer $API_KEY"'
    assert KEY not in repr(header)


def test_the_whole_value_of_a_header_with_a_key_is_a_secret() -> None:
    header = expand_header("Authorization: Bearer $API_KEY", ENVIRON)
    redactor = Redactor()
    for secret in header.secrets:
        redactor.add(secret)
    assert KEY[8:] not in redactor.redact(f"x{KEY}y")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {KEY}",
        "Authorization: Basic YTpi",
        "Cookie: session=1",
        f"X-Mine: {KEY}",
        "X-Mine: rk_live_0123456789",
    ],
)
def test_a_key_written_out_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        expand_header(text, ENVIRON)
    said = str(caught.value)
    assert "holds its key itself, where others can read it" in said
    assert "$API_KEY" in said
    assert "@FILE" in said
    assert "CANARY" not in said


def test_a_key_comes_from_a_file_that_only_the_user_can_read(tmp_path: Path) -> None:
    path = tmp_path / "the key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o600)
    header = expand_header(f"Authorization: Bearer @{path}", {})
    assert header.value.reveal() == f"Bearer {KEY}"
    assert header.text == f"Authorization: Bearer @{path}"
    assert KEY not in header.shell
    assert KEY in {each.reveal() for each in header.secrets}
    printed = subprocess.run(  # noqa: S602  (the shell is what is tested, its text is ours)
        f"printf %s {header.shell}", shell=True, capture_output=True, check=True
    )
    assert printed.stdout.decode() == f"Authorization: Bearer {KEY}"


@pytest.mark.parametrize(
    ("mode", "content", "said"),
    [
        (0o640, KEY, "can be read by others\nchmod 600 "),
        (0o604, KEY, "can be read by others\nchmod 600 "),
        (0o600, "", "holds no key"),
        (0o600, " \n", "holds no key"),
        (0o600, "x" * 8193, "holds no key"),
        (0o600, f"{KEY}\n{KEY}\n", "more than one line"),
        (None, "", "cannot be read: No such file"),
    ],
)
def test_a_file_that_holds_no_key_or_shows_it_is_refused(
    tmp_path: Path, mode: int | None, content: str, said: str
) -> None:
    path = tmp_path / "key"
    if mode is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(UsageError) as caught:
        expand_header(f"X-Key: @{path}", {})
    assert said in str(caught.value)
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"), [("From: a@b.example", "a@b.example"), ("X-A: @@john", "@john")]
)
def test_an_at_sign_is_one(text: str, value: str) -> None:
    assert expand_header(text, {}).value.reveal() == value


def test_an_ordinary_literal_is_no_secret() -> None:
    header = expand_header("Stripe-Version: 2024-04-10", {})
    assert header.secrets == ()
    assert header.text == "Stripe-Version: 2024-04-10"


@pytest.mark.parametrize(
    "text", ["X-A: $API_KEY", 'X-A: "a" $$A `b` \\c ${A}d $$', "X-A: a'b", "X-A: !x"]
)
def test_the_shell_reads_the_same_value(text: str) -> None:
    header = expand_header(text, ENVIRON)
    printed = subprocess.run(  # noqa: S602  (the shell is what is tested, its text is ours)
        f"printf %s {header.shell}",
        shell=True,
        env={**os.environ, **ENVIRON},
        capture_output=True,
        check=True,
    )
    assert printed.stdout.decode() == f"X-A: {header.value.reveal()}"
