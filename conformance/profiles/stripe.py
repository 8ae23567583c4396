"""Stripe, from its public documents (docs.stripe.com: keys, rate limits, idempotent requests)."""

from __future__ import annotations

from conformance.profiles import Keys, Profile

PROFILE = Profile(
    name="stripe",
    hosts=("stripe.com",),
    default_contract=True,
    keys=Keys(
        test=("sk_test_", "rk_test_"),
        live=("sk_live_", "rk_live_"),
        wrong={
            "pk_": "a publishable key, which belongs in browsers",
            "whsec_": "the secret of a webhook, which signs events",
            "ek_": "an ephemeral key, which belongs in apps",
        },
    ),
    # The sandbox takes 25 requests a second; this leaves room for whoever else uses it.
    rate_per_s=20.0,
    live_member="livemode",
    # Whoever has one of these gets in: each is a key for as long as it is valid.
    secrets={
        "account_link": ("url",),
        "account_session": ("client_secret",),
        "billing_portal.session": ("url",),
        "checkout.session": ("url", "client_secret"),
        "customer_session": ("client_secret",),
        "ephemeral_key": ("secret",),
        "login_link": ("url",),
        "payment_intent": ("client_secret",),
        "setup_intent": ("client_secret",),
    },
    culprits=(("error", "param"),),
    # Answers are kept for a day, failures too: only a new key asks anew.
    idempotency_header="Idempotency-Key",
    # Its description closes the top of a body only; it refuses unknown names at any depth.
    closes_objects=True,
    # So its description says of every form; a page of one operation does not.
    reads_brackets=True,
)
