"""Sign-in through another house: a generic OpenID Connect relying party (ADR 0014).

Source: OpenID Connect Core 1.0 §3.1, Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (issuer in the answer), RFC 9700 (best practice).
Start reading: flow.py.
"""
