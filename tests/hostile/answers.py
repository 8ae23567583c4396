"""Well-framed answers that would lead a client somewhere, make it wait, or make it talk."""

# ruff: noqa: E501  (a row is a line)

from __future__ import annotations

import json

from msgspec.structs import replace

from conformance.reference.http import Response
from tests.hostile.behaviour import Behaviour, Says, head, raw, wrapped
from tests.rawserver import Conversation, say

_OTHER = "FAIL response/status"


def _status(status: int, *lines: str, body: bytes = b'{"error":{"type":"api_error"}}') -> Says:
    """Answer everything with one status."""

    def says(plain: Response) -> Conversation:
        changed = replace(plain, status=status, body=body)
        return say(head(changed, extra="".join(f"{each}\r\n" for each in lines).encode()) + body)

    return says


def _error(message: str, status: int = 401) -> Says:
    return _status(status, body=json.dumps({"error": {"type": "a", "message": message}}).encode())


def _redirect(location: str, status: int = 302) -> Says:
    return _status(status, f"Location: {location}", body=b"")


ROWS = (
    *(Behaviour(f"redirect-{status}", _OTHER, _redirect("/elsewhere", status)) for status in (300, 301, 302, 303, 305, 306, 307, 308)),
    Behaviour("redirect-to-itself", _OTHER, _redirect("/v1/account_links")),
    Behaviour("redirect-to-another-host", _OTHER, _redirect("http://192.0.2.1/")),
    Behaviour("redirect-to-metadata", _OTHER, _redirect("http://169.254.169.254/latest/meta-data/")),
    Behaviour("redirect-to-a-file", _OTHER, _redirect("file:///etc/passwd")),
    Behaviour("redirect-to-script", _OTHER, _redirect("javascript:alert(1)")),
    Behaviour("redirect-to-nonsense", _OTHER, _redirect("http://[::1")),
    Behaviour("redirect-with-user", _OTHER, _redirect("http://a:b@127.0.0.1:1/")),
    Behaviour("redirect-to-nowhere", _OTHER, _status(302)),
    Behaviour("refresh-header", "PASS", wrapped(extra=b"Refresh: 0; url=http://192.0.2.1/\r\n")),
    Behaviour("location-on-200", "PASS", wrapped(extra=b"Location: http://192.0.2.1/\r\n")),
    Behaviour("link-header", "PASS", wrapped(extra=b"Link: <http://192.0.2.1/>; rel=next\r\n")),
    Behaviour("alt-svc", "PASS", wrapped(extra=b'Alt-Svc: h2="192.0.2.1:443"; ma=9999\r\n')),
    Behaviour("upgrade-offer", "PASS", wrapped(extra=b"Upgrade: h2c\r\nConnection: upgrade\r\n")),
    Behaviour("hsts", "PASS", wrapped(extra=b"Strict-Transport-Security: max-age=9999\r\n")),
    Behaviour("keep-alive", "PASS", wrapped(extra=b"Connection: keep-alive\r\nKeep-Alive: timeout=9999\r\n")),
    Behaviour("cookie", "PASS", wrapped(extra=b"Set-Cookie: a=b\r\n")),
    Behaviour("cookies-150", "PASS", wrapped(extra=b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 300) for n in range(150)))),
    Behaviour("cookie-of-nonsense", "PASS", wrapped(extra=b"Set-Cookie: =;;;\xff; Domain=.; Expires=never\r\n")),
    Behaviour("date-of-nonsense", "PASS", wrapped(extra=b"Date: yesterday\r\nAge: -1\r\nExpires: 0\r\n")),
    Behaviour("header-that-looks-like-tokens", "PASS", wrapped(extra=b"A: " + b"eyJ-" * 15_000 + b"\r\n")),
    Behaviour("header-that-looks-like-keys", "PASS", wrapped(extra=b"A: " + b"pi_x_secret_ Bearer " * 3_000 + b"\r\n")),
    Behaviour("unauthorized", "ABORT It wants a key", _error("Invalid API Key")),
    Behaviour("unauthorized-basic", "ABORT It wants a key", _status(401, 'WWW-Authenticate: Basic realm="x"')),
    Behaviour("proxy-authentication", "ABORT It refuses", _status(407, "Proxy-Authenticate: Basic")),
    Behaviour("forbidden", "ABORT no permission", _error("no", 403)),
    Behaviour("not-found", "ABORT The endpoint is not there", _error("no", 404)),
    Behaviour("error-with-escapes", "ABORT It refuses", _error("\x1b[2J\u202e\r\n::error::x", 400)),
    Behaviour("error-of-3-mb", "ABORT It refuses", _error("x" * 3_000_000, 400)),
    Behaviour("teapot", "ABORT It refuses", _status(418)),
    Behaviour("unavailable", "ABORT broken or not ready", _status(503)),
    Behaviour("internal-error", "ABORT broken or not ready", _status(500, body=b"Traceback (most recent call last):")),
    Behaviour("status-599", "ABORT broken or not ready", _status(599)),
    Behaviour("page-of-a-gateway", "ABORT broken or not ready", raw(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<h1>502</h1>")),
    *(
        Behaviour(f"retry-after-{name}", "ABORT limiting the rate", _status(429, f"Retry-After: {value}"))
        for name, value in {
            "zero": "0", "a-number": "7", "huge": "99999999999", "of-5000-digits": "9" * 5000,
            "negative": "-5", "underscore": "1_000", "arabic": "٣", "plus": "+1", "fraction": "0.5", "words": "soon",
            "empty": "", "past": "Fri, 31 Dec 1999 23:59:59 GMT", "year-9999": "Fri, 31 Dec 9999 23:59:59 GMT",
            "no-zone": "Fri, 31 Dec 1999 23:59:59", "no-such-day": "Fri, 31 Feb 2026 25:61:61 GMT", "rfc-850": "Friday, 31-Dec-99 23:59:59 GMT",
            "asctime": "Fri Dec 31 23:59:59 1999", "nan": "nan", "list": "1, 2", "hex": "0x10",
        }.items()
    ),
    Behaviour("retry-after-twice", "ABORT limiting the rate", _status(429, "Retry-After: 0", "Retry-After: 9999")),
    Behaviour("retry-after-on-503", "ABORT broken or not ready", _status(503, "Retry-After: 9999")),
    Behaviour("retry-after-on-200", "PASS", wrapped(extra=b"Retry-After: 9999\r\n")),
)  # fmt: skip
