"""Tokens that officers make for themselves; the service only ever learns the hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

TOKEN_BYTES = 32
"""256 random bits: nothing to guess, so a plain SHA-256 stores it safely."""

FINGERPRINT_DIGITS = 8
"""Read out on the phone by who asks and who approves; against mix-ups, the hash itself is what counts."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, known to its owner alone."""

    secret: str

    @property
    def sha256(self) -> str:
        """What the registry stores."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new() -> Token:
    """A fresh token."""
    return Token(secrets.token_urlsafe(TOKEN_BYTES))


def fingerprint(sha256: str) -> str:
    """Eight digits of a token's hash, in two groups."""
    digits = f"{int(sha256, 16) % 10**FINGERPRINT_DIGITS:0{FINGERPRINT_DIGITS}d}"
    return f"{digits[:4]} {digits[4:]}"
