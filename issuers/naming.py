"""Names of issuers: as a search sees them, without case and diacritics."""

from __future__ import annotations

import unicodedata


def folded(*words: str) -> str:
    """Lower case, without marks, đ as d, words apart by one space: "Trường Đống Đa" and "truong dong da" are one."""
    apart = unicodedata.normalize("NFD", " ".join(words).casefold()).replace("đ", "d")
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())
