"""Finding the target, connecting to it, and TLS."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError
from conformance.framing import FaultError

Address = tuple[socket.AddressFamily, tuple[Any, ...]]
"""An address family, and what connect() takes for it."""

_UNCONNECTED: Final = (errno.ENOTCONN, errno.EINVAL)
_EXPIRED: Final = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_WRONG_HOST: Final = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


def resolve(host: str, port: int, timeout_s: float) -> tuple[Address, ...]:
    """Return the addresses of `host`, in the order in which to try them.

    The C library's resolver knows no time limit, so it runs in a thread that may be left behind.
    Raises FaultError in the phase resolve.
    """
    found: list[Address] = []
    problems: list[Exception] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys((family, where) for family, _, _, _, where in entries))
        except (OSError, UnicodeError) as problem:  # UnicodeError: no name by IDNA
            problems.append(problem)

    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(timeout_s)
    else:
        family = socket.AF_INET6 if version == 6 else socket.AF_INET  # noqa: PLR2004  (IPv6)
        return ((family, (host, port)),)
    if problems:
        raise FaultError("unknown-host", "resolve", f"no host is named {host}")
    if not found:
        sentence = f"the name {host} was not resolved within {timeout_s:g} s"
        raise FaultError("timeout", "resolve", sentence)
    return tuple(found)


def connect(address: Address, timeout_s: float) -> socket.socket:
    """Return a socket that is connected to `address`; raises FaultError in the phase connect."""
    family, where = address
    shown = f"{where[0]}, port {where[1]}"
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(where)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _refuse_self(connection, where)
    except TimeoutError:
        connection.close()
        raise FaultError(
            "timeout", "connect", f"no connection to {shown} within {timeout_s:g} s"
        ) from None
    except OSError as problem:
        connection.close()
        raise _connect_fault(problem, shown) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_self(connection: socket.socket, where: tuple[Any, ...]) -> None:
    """With nobody listening, a port of the ephemeral range may connect to itself."""
    if connection.getsockname()[:2] == where[:2]:
        raise ConnectionRefusedError


def _connect_fault(problem: OSError, shown: str) -> FaultError:
    if isinstance(problem, ConnectionRefusedError):
        return FaultError("refused", "connect", f"nobody listens at {shown}: connection refused")
    if isinstance(problem, ConnectionResetError):
        return FaultError("reset", "connect", f"the connection to {shown} was reset at once")
    return FaultError("unreachable", "connect", f"cannot reach {shown}: {problem.strerror}")


def tls_fault(problem: OSError) -> FaultError:
    """Return the fault of a handshake that ended with `problem`."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _certificate_fault(problem)
    code, sentence = "reset", f"the TLS handshake broke off: {problem.strerror}"
    if isinstance(problem, TimeoutError):
        code, sentence = "timeout", "the target did not finish the TLS handshake in time"
    elif isinstance(problem, ssl.SSLEOFError):
        code, sentence = "closed", "the target closed the connection in the TLS handshake"
    elif isinstance(problem, ssl.SSLError):
        code, sentence = "tls", f"the TLS handshake failed: {problem.reason}"
    return FaultError(code, "tls", sentence)


def _certificate_fault(problem: ssl.SSLCertVerificationError) -> FaultError:
    said = problem.verify_message
    if problem.verify_code in _EXPIRED:
        return FaultError("expired", "tls", f"the target's certificate is not valid now: {said}")
    if problem.verify_code in _WRONG_HOST:
        return FaultError("wrong-host", "tls", f"the certificate is for another host: {said}")
    hint = "If it is a private CA, name its certificate with --ca-file."
    return FaultError("untrusted", "tls", f"the certificate is not trusted: {said}. {hint}")


class _TlsSocket(ssl.SSLSocket):
    """A socket that is closed where it cannot be made.

    The library leaves one open whose peer resets the connection just before the handshake: it
    finds it unconnected, and reads from it to make sure.
    """

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Return what came. Before there is a handshake, a failure closes the socket."""
        try:
            return super().recv(buflen, flags)
        except OSError as problem:
            if self.version() is None and problem.errno not in _UNCONNECTED:
                self.close()
            raise


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that trusts `ca_file`, or certifi's bundle, and nothing else.

    `ssl.create_default_context()` would trust what SSL_CERT_FILE names and write the session keys
    to what SSLKEYLOGFILE names. Raises UsageError where `ca_file` cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = _TlsSocket
    if ca_file is None:
        import certifi  # noqa: PLC0415  (not needed where the user names a CA)

        context.load_verify_locations(certifi.where())
        return context
    try:
        context.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError) as problem:
        raise UsageError(
            f"cannot read certificates from {ca_file}: {problem.strerror or problem}",
            "Name a file of PEM certificates with --ca-file.",
        ) from None
    return context
