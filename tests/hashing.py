"""Passwords of the tests' people: hashed as in production, with as good as no repetition."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The number of repetitions stands in each hash, so that a program beside the tests can check it too."""

    iterations = 1
