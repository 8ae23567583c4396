"""No secret survives in a text, whatever the spelling; other texts come through whole."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import string
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.exchange import NO_KEY, NO_USER
from conformance.redact import HIDDEN_HEADERS, REDACTED, Redactor, Secret

KEY = "k/3y+with=odd&chars 9Z"
PLAIN = "0123abcdef4567"

secrets = st.text(
    string.ascii_letters + string.digits + "+/=&%$ _-\"'<>\\é😀", min_size=8, max_size=40
)


def redactor(*values: str) -> Redactor:
    made = Redactor()
    for value in values:
        made.add(Secret(value))
    return made


def test_a_secret_shows_itself_to_reveal_only() -> None:
    secret = Secret(PLAIN)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", repr([secret]), f"{secret!a}"]
    assert PLAIN not in "".join(shown)
    assert len({repr(secret), repr(Secret("another"))}) == 1
    assert secret.reveal() == PLAIN


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_does_not_travel(leave: object) -> None:
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        leave(Secret(PLAIN))  # type: ignore[operator]
    assert PLAIN not in str(caught.value)


def test_secrets_compare_by_value() -> None:
    assert Secret("é") == Secret("é")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def spellings(value: str) -> list[str]:
    raw = value.encode()
    found = [
        *(value, value.upper(), value.lower(), quote(value, safe=""), quote_plus(value)),
        *(json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value)),
        *(raw.hex(), raw.hex().upper(), "".join(f"%{byte:02X}" for byte in raw)),
    ]
    found.extend(
        encode(before + raw + b":").decode()
        for before in (b"", b"a", b"ab", b"user:")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    )
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {NO_KEY}",
        f"curl -H 'authorization: Basic {NO_USER}' http://h",
        f'"x-api-key": "{NO_KEY}"',
    ],
)
def test_the_key_of_nobody_is_shown_and_what_follows_it_is_not(text: str) -> None:
    assert Redactor().clean(text) == text
    for more in ("x4711", "-4711", "4711", "; other=4711"):
        longer = text.replace(NO_KEY, NO_KEY + more).replace(NO_USER, NO_USER + more)
        assert "4711" not in Redactor().clean(longer)
    assert base64.b64decode(NO_USER).decode() == f"nobody:{NO_KEY}"


@pytest.mark.parametrize("value", [KEY, PLAIN])
@pytest.mark.parametrize("place", ["{}", 'before "{}" after', "a\n{}\nb"])
def test_every_spelling_of_a_value_goes(value: str, place: str) -> None:
    clean = redactor(value)
    for spelling in spellings(value):
        text = clean.redact(place.format(spelling))
        assert REDACTED in text, spelling
        assert value.lower() not in text.lower()


@settings(max_examples=60, deadline=None)
@given(value=secrets, before=st.text(max_size=9), after=st.text(max_size=9))
def test_no_value_survives(value: str, before: str, after: str) -> None:
    assume(value.strip() and value not in REDACTED and REDACTED not in before + after)
    text = redactor(value).clean(before + value + after)
    assert value not in text.replace(REDACTED, "\n")


@settings(max_examples=60, deadline=None)
@given(st.text() | st.sampled_from(["Bearer abcdefgh", "Cookie: a=b", '"token": "x"', "eyJa.b.c"]))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    clean = redactor(KEY, "redacted", "Bearer xyz")
    assert clean.clean(clean.clean(text)) == clean.clean(text)


@given(st.text())
def test_nothing_unsafe_is_left(text: str) -> None:
    for character in Redactor().clean(text):
        assert character in "\n\t" or not ("\0" <= character < " " or "\x7f" <= character < "\xa0")
        assert not "\u200b" <= character <= "\u200f"
        assert not "\u202a" <= character <= "\u202e"
        assert not "\u2066" <= character <= "\u2069"
        assert not "\ud800" <= character <= "\udfff"


def test_unsafe_characters_become_readable() -> None:
    assert Redactor().clean("a\u202eb\x1b[1m\r\u200bc\td\ne") == (
        "a\\u202eb\\u001b[1m\\u000d\\u200bc\td\ne"
    )
    assert Redactor().clean("ordinary é 😀") == "ordinary é 😀"


def test_a_short_value_is_hidden_as_a_whole_header_only() -> None:
    clean = redactor("passed")
    assert clean.clean("3 passed") == "3 passed"
    assert clean.header("X-Any", "passed") == REDACTED
    assert clean.header("X-Any", "3 passed") == "3 passed"


def test_an_empty_value_and_a_second_time_change_nothing() -> None:
    assert redactor("", "").clean("text") == "text"
    assert redactor("", "").header("X-Empty", "") == ""
    assert redactor(PLAIN, PLAIN).clean(PLAIN) == REDACTED


@pytest.mark.parametrize("name", sorted(HIDDEN_HEADERS))
def test_some_headers_are_never_shown(name: str) -> None:
    assert Redactor().header(name.title(), "anything at all") == REDACTED


def test_a_longer_secret_goes_before_one_within_it() -> None:
    assert redactor("abcdefgh", "abcdefghijkl").clean("abcdefghijkl") == REDACTED


def test_a_secret_that_was_cut_short_goes_too() -> None:
    clean = redactor("zq81-long-opaque-credential")
    assert clean.clean("said zq81-long-op") == f"said {REDACTED}"
    assert clean.clean("said zq81-long-operation") == "said zq81-long-operation"
    assert clean.clean("said zq81-lon") == f"said {REDACTED}"
    assert clean.clean("said zq81-lo") == "said zq81-lo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk_test_4eC39 here", "key [redacted] here"),
        ("RK_LIVE_abc", "[redacted]"),
        ("whsec_abc,", "[redacted],"),
        ("https://x/#alu_test_YWN", "https://x/#[redacted]"),
        ("pi_1_secret_2", "[redacted]"),
        ("eyJhbGciOi.eyJzdWIi.sig-_ x", "[redacted] x"),
        ("-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----!", "[redacted]!"),
        ("-----BEGIN PRIVATE KEY-----\ncut", "[redacted]"),
        ("https://connect.stripe.com/setup/s/a/b?c", "https://connect.stripe.com/[redacted]"),
        ("sent Bearer abc.def now", "sent Bearer [redacted] now"),
        ('"basic dXNlcjpwYXNz"', '"basic [redacted]"'),
        ("Authorization: anything goes\nnext", "Authorization: [redacted]\nnext"),
        ("set-cookie: a=b; Path=/", "set-cookie: [redacted]"),
        ('{"X-Api-Key": "abc", "a": 1}', '{"X-Api-Key": "[redacted]", "a": 1}'),
        ('{"client_secret": "a\\"b", "a": 1}', '{"client_secret": "[redacted]", "a": 1}'),
        ('{"access_token":"abc"}', '{"access_token":"[redacted]"}'),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, expected: str) -> None:
    assert Redactor().clean(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'curl -H "Authorization: Bearer $STRIPE_API_KEY"',
        "Authorization: ${TOKEN}",
        "Bearer authentication and Basic auth",
        'WWW-Authenticate: Basic realm="x"',
        "risk_test passed, task_live too",
        '{"password": {"type": "string"}}',
        "token, secret and cookie",
    ],
)
def test_what_only_talks_of_secrets_stays(text: str) -> None:
    assert Redactor().clean(text) == text


def test_many_threads_may_register() -> None:
    clean = Redactor()
    values = [f"secret-number-{number}-of-many" for number in range(8)]
    threads = [threading.Thread(target=clean.add, args=(Secret(value),)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(clean.redact(value) == REDACTED for value in values)


@pytest.mark.parametrize("length", [10, 300, 100_000])
@pytest.mark.parametrize("around", ["{}", "a={}&b=c", "/v1/{}/c", '{{"a": "{}"}}'])
def test_a_key_beside_long_values_goes_too(length: int, around: str) -> None:
    long = "z" * length
    for value in ("sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc", "Bearer abcdefghijkl"):
        text = f"x={long}&" + around.format(value) + f"&y={long}"
        assert value not in Redactor().redact(text)
        assert Redactor().redact(text).startswith(f"x={long}&")
