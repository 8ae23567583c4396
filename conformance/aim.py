"""What the user said → a target: where, with which headers, how fast, and what is refused."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from conformance.address import TargetUrl, parse_target_url
from conformance.config import nearest
from conformance.errors import UsageError
from conformance.headers import TargetHeader, expand_header, expand_query
from conformance.pacing import Budget, Pace
from conformance.profiles import NOBODY, Profile, chosen, host_of, profiles
from conformance.redact import Redactor
from conformance.safety import CONSENT, Safety
from conformance.settings import Settings
from conformance.target import Target
from conformance.turns import LocalTurns, SharedTurns


def headers_of(settings: Settings) -> tuple[TargetHeader, ...]:
    """Return what the user adds to every request. Raises UsageError for a variable not set."""
    return (
        *(expand_header(text, os.environ) for text in settings.headers),
        *(expand_query(text, os.environ) for text in settings.queries),
    )


def profile_of(settings: Settings, servers: Sequence[str]) -> Profile:
    """Return what is known of the provider, whose contract names `servers`."""
    hosts = [host_of(url) for url in (settings.target or "", *servers)]
    return chosen(settings.profile, hosts, default_contract=settings.contract is None)


def safety_of(url: TargetUrl, settings: Settings, headers: Sequence[TargetHeader]) -> Safety:
    """Return what may be sent to `url`."""
    consent = os.environ.get(CONSENT, "")
    return Safety(url, headers, settings.allow_live, settings.allow_cleartext, consent)


def check(settings: Settings, headers: Sequence[TargetHeader]) -> None:
    """Find fault with the target before anything is sent. Raises UsageError."""
    known = [*profiles(), NOBODY.name]
    if settings.profile is not None and settings.profile not in known:
        raise UsageError(
            f'there is no profile "{settings.profile}"', nearest(settings.profile, known)
        )
    if settings.target is not None:
        safety_of(parse_target_url(settings.target), settings, headers).check()
    if settings.ca_file is not None:
        from conformance.dial import tls_context  # noqa: PLC0415  (imports ssl)

        tls_context(Path(settings.ca_file))


def is_local(settings: Settings) -> bool:
    """Whether the target is on this machine, as far as its name says."""
    url = settings.target
    return url is None or safety_of(parse_target_url(url), settings, ()).local


def aim(
    url: TargetUrl,
    settings: Settings,
    headers: Sequence[TargetHeader],
    profile: Profile,
    redactor: Redactor,
    shared: Path | None = None,
) -> Target:
    """Return the target at `url`. `shared` is the file of a queue for several processes."""
    safety = safety_of(url, settings, headers)
    return Target(
        url,
        headers=headers,
        timeout_s=settings.timeout_s,
        ca_file=Path(settings.ca_file) if settings.ca_file else None,
        redactor=redactor,
        pace=_pace(settings, profile.rate_per_s if profile.owns(url.host) else None, shared),
        safety=safety,
        # On this machine no network loses an answer: what is lost there is the target's doing.
        idempotency_header="" if safety.local else profile.idempotency_header,
        # The embedded target is nobody's real thing, whatever the instances that it makes up say.
        live_member="" if safety.live or settings.target is None else profile.live_member,
    )


def _pace(settings: Settings, usual_per_s: float | None, shared: Path | None) -> Pace:
    rate = settings.rate_per_s or usual_per_s
    budget = Budget(settings.max_requests, settings.max_duration_s)
    limited = rate is not None or budget != Budget()
    turns = SharedTurns(shared) if shared is not None and limited else LocalTurns()
    return Pace(rate, time.monotonic, time.sleep, time.time, budget=budget, turns=turns)
