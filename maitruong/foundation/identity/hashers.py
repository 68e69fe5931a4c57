"""Argon2id sized for 120,000 sign-ins in a morning: 19 MiB, two passes, one lane (OWASP's second choice)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class HouseArgon2Hasher(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
