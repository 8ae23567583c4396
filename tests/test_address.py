"""What the user says of the target is understood, or refused without repeating a secret."""

from __future__ import annotations

import pytest

from conformance.address import TargetUrl, parse_target_url
from conformance.errors import UsageError

KEY = "sk_test_CANARY0123456789"


@pytest.mark.parametrize(
    ("text", "expected", "whole"),
    [
        ("http://host", TargetUrl("http", "host", 80), "http://host"),
        ("HTTPS://Host.Example/", TargetUrl("https", "host.example", 443), "https://host.example"),
        ("http://h:8080/m/7", TargetUrl("http", "h", 8080, "/m/7"), "http://h:8080/m/7"),
        ("http://h:8080/m/7//", TargetUrl("http", "h", 8080, "/m/7"), "http://h:8080/m/7"),
        ("http://h:", TargetUrl("http", "h", 80), "http://h"),
        ("https://h:443/a%20b", TargetUrl("https", "h", 443, "/a%20b"), "https://h/a%20b"),
        ("http://[::1]:9", TargetUrl("http", "::1", 9), "http://[::1]:9"),
        ("http://[0:0::1]", TargetUrl("http", "::1", 80), "http://[::1]"),
        ("http://127.0.0.1:65535", TargetUrl("http", "127.0.0.1", 65535), None),
        ("http://bücher.example", TargetUrl("http", "xn--bcher-kva.example", 80), None),
        ("http://my_service:1", TargetUrl("http", "my_service", 1), None),
    ],
)
def test_a_target_url_has_parts(text: str, expected: TargetUrl, whole: str | None) -> None:
    assert parse_target_url(text) == expected
    assert str(parse_target_url(text)) == (whole or text.replace("bücher", "xn--bcher-kva"))


def test_a_path_goes_below_the_prefix() -> None:
    url = parse_target_url("http://host/m/7/")
    assert url.join("/v1/account_links") == "http://host/m/7/v1/account_links"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty.*variable"),
        ("  ", "empty.*variable"),
        ("localhost:8080", "no scheme.*http://localhost:8080 "),
        ("127.0.0.1/x", "no scheme.*http://127.0.0.1/x "),
        ("api.example.com/v1", "no scheme.*https://api.example.com/v1 "),
        ("http:/h:1", "no scheme.*http://h:1 "),
        ("ftp://example.com/a", "scheme ftp.*https://example.com/a "),
        ("file:///etc/passwd", "scheme file"),
        ("http://", "no host"),
        ("http://:80", "no host"),
        ("http://[::1", "no host"),
        ("http://[zz]", "host.*cannot exist"),
        ("http://a..b", "host.*cannot exist"),
        ("http://" + "a" * 64 + ".com", "host.*cannot exist"),
        ("http://" + "a." * 127 + "com", "host.*cannot exist"),
        ("http://\ud800", "blanks or control"),
        ("http://\u2488.example", "host.*cannot exist"),
        ("http://h%41", "host.*cannot exist"),
        ("http://h:0", "port.*is 0"),
        ("http://h:65536", "port.*is 65536"),
        ("http://h:99999", "port.*is 99999"),
        ("http://h:-1", "port.*is -1"),
        ("http://h:٣", "port"),
        ("http://h:80:80", "no host"),
        ("http://h/?a=b", "query or a fragment"),
        ("http://h?a=b", "query or a fragment"),
        ("http://h/#f", "query or a fragment"),
        ("http://h/a b", "blanks or control"),
        ("http://h/\x00", "blanks or control"),
        ("http://h\n", "blanks or control"),
        ("http://h/é", "outside ASCII.*Percent-encode"),
        ("http://h\\a", "backslash"),
        ("http://h/a/../b", "dot segments"),
        ("http://h/a/%2e%2E/b", "dot segments"),
        ("http://h/./b", "dot segments"),
        ("http://h/" + "a" * 65536, "65545 characters"),
    ],
)
def test_a_bad_target_url_is_refused_with_a_remedy(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"(?s){said}") as caught:
        parse_target_url(text)
    assert caught.value.remedy
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text",
    [f"https://{KEY}@h", f"https://user:{KEY}@h/", f"{KEY}:@h", f"https://h/?key={KEY}"],
)
def test_a_key_in_a_url_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target_url(text)
    assert KEY not in str(caught.value)
