"""Houses through which people may sign in, who goes with whom there, and sign-ins that are under way."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class OpenIdProvider(models.Model):
    """A house that says who somebody is. Its client secret is a file beside the other keys, never a column.

    claims: which claim is what ({"number": "...", "name": "...", "birth_date": "...", "number_verified": "...", "level": "..."});
    levels: value of the level claim → 1 or 2. hosts: further hosts the house answers at, beside the issuer's.
    """

    shared = "read by the door before anyone is known; names houses, no person"

    key = models.TextField(unique=True)
    name = models.TextField()
    issuer = models.TextField(unique=True)
    client_id = models.TextField()
    client_proof = models.TextField(choices=[("basic", "basic"), ("post", "post"), ("none", "none")], default="basic")
    scopes = models.TextField(default="openid profile")
    claims = models.JSONField(default=dict)
    levels = models.JSONField(default=dict)
    hosts = models.JSONField(default=list)
    counts_as_second_factor = models.BooleanField(
        default=False, help_text="level 2 there stands for a code of our own (ADR 0014)"
    )
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())


class OpenIdSubject(models.Model):
    """Who somebody of another house is here; from the first sign-in on this decides, not the number."""

    shared = "read by the door before anyone is known; a pseudonym of the other house, no name and no number"

    provider = models.ForeignKey(OpenIdProvider, on_delete=models.CASCADE, related_name="+")
    subject = models.TextField()
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    linked_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="one_account_for_a_subject"),
            models.UniqueConstraint(fields=["provider", "account"], name="one_subject_for_an_account"),
        ]


class OpenIdBeginning(models.Model):
    """A sign-in under way: taken out whole when the answer comes, so that no answer counts twice."""

    shared = "read before anyone is known; hashes and random words, gone after ten minutes"

    state_hash = models.TextField(primary_key=True)
    provider = models.ForeignKey(OpenIdProvider, on_delete=models.CASCADE, related_name="+")
    browser_hash = models.TextField()
    nonce = models.TextField()
    verifier = models.TextField()
    wanted = models.TextField(default="", blank=True, help_text="the page of this house she wanted")
    expires_at = models.DateTimeField(db_index=True)
