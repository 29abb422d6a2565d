"""Encryption with an empty password, undone: the standard security handler (ISO 32000-2, 7.6.2 to 7.6.4).

Whoever has the file has its key: here it is a coding, and nothing rests on it. It must be the same for all strings and
streams, for what is left plain can be added by anybody, and readers differ about what they leave out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from verify.syntax import Damaged, Ref, Stream

MAX_ENCRYPTED = 100_000
"""Strings and streams deciphered of one file: a transcript has a few hundred."""

KINDS = frozenset({(1, 2), (1, 3), (2, 3), (4, 4), (5, 5), (5, 6)})
"""Versions of the coding, /V, with the revisions of the handler, /R, that use them."""
LENGTHS = {1: (40,), 2: range(40, 129, 8), 4: (128,), 5: (256,)}
"""Bits of a key; in version 2 the file says how many."""
METHODS = {4: {"/V2", "/AESV2"}, 5: {"/AESV3"}}
FILTERS, LATEST = 4, 5
"""The version that brought crypt filters, and the one of AES-256."""
RC4, SALTED, WHOLE, NONE = "/V2", "/AESV2", "/AESV3", "/Identity"
BLOCK, DIGEST, CHECK, SALT = 16, 32, 16, 8
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
"""What stands for a password of no length (Algorithm 2, step a)."""
LEAST_ROUNDS, HASHES = 64, (hashlib.sha256, hashlib.sha384, hashlib.sha512)
"""Of Algorithm 2.B."""


@dataclass(slots=True)
class Encryption:
    """How a file is enciphered: its key, its method, whether metadata too; `left` is how often it may yet be asked."""

    key: bytes
    method: str
    metadata: bool
    left: int = MAX_ENCRYPTED

    def plain(self, number: Ref, held: Any) -> Any:  # noqa: ANN401 - a PDF object
        """An object of the file with its strings deciphered. Raises Damaged."""
        if isinstance(held, Stream):
            if held.dictionary.get("/Type") == "/XRef":
                return held
            _no_filter_of_its_own(held.dictionary)
            return Stream(self.plain(number, held.dictionary), held.begin)
        if isinstance(held, dict):
            # The octets of a signature stand in the gap of its range as they are (7.6.2).
            kept = {"/Contents"} if "/ByteRange" in held else set()
            return {key: one if key in kept else self.plain(number, one) for key, one in held.items()}
        if isinstance(held, list):
            return [self.plain(number, one) for one in held]
        return self.deciphered(number, held) if isinstance(held, bytes) else held

    def stream(self, number: Ref, dictionary: Mapping[str, Any], encoded: bytes) -> bytes:
        """The octets of a stream of the file, deciphered. Raises Damaged."""
        kind = dictionary.get("/Type")
        if kind == "/XRef" or (kind == "/Metadata" and not self.metadata):
            return encoded
        return self.deciphered(number, encoded)

    def deciphered(self, number: Ref, held: bytes) -> bytes:
        """One string or stream of an object (Algorithms 1 and 1.A). Raises Damaged."""
        self.left -= 1
        if self.left < 0:
            raise Damaged("too many encrypted strings")
        if self.method == NONE or not held:
            return held
        key = self.key
        if self.method != WHOLE:
            salted = key + number.number.to_bytes(5, "little")[:3] + number.generation.to_bytes(3, "little")[:2]
            key = _md5(salted + b"sAlT" * (self.method == SALTED))[: min(len(key) + 5, BLOCK)]
        return _rc4(key, held) if self.method == RC4 else _aes(key, held)


def read_encryption(entry: Any, identifier: bytes) -> Encryption:  # noqa: ANN401 - what a file says under /Encrypt
    """The encryption of a file that opens with an empty password; `identifier` is the first of /ID. Raises Damaged."""
    if not isinstance(entry, dict):
        raise Damaged("a dictionary of encryption")
    if entry.get("/Filter") != "/Standard" or entry.get("/SubFilter") is not None:
        raise Damaged("encryption by another handler")
    version, revision = entry.get("/V"), entry.get("/R")
    if type(version) is not int or type(revision) is not int or (version, revision) not in KINDS:
        raise Damaged("encryption of another kind")
    bits = entry.get("/Length", 40 if version == 2 else LENGTHS[version][0])  # noqa: PLR2004 - Table 20
    if type(bits) is not int or bits not in LENGTHS[version]:
        raise Damaged("the length of a key")
    method = _method(entry, version) if version >= FILTERS else RC4
    metadata = version < FILTERS or entry.get("/EncryptMetadata", True)
    if type(metadata) is not bool:
        raise Damaged("encryption of metadata")
    if version == LATEST:
        key = _latest_key(entry, revision)
    else:
        key = _key(entry, revision, bits // 8, identifier, metadata=metadata)
    return Encryption(key, method, metadata)


def _method(entry: Mapping[str, Any], version: int) -> str:
    """The one method for all strings, streams and attachments (7.6.6)."""
    streams, strings = entry.get("/StmF", NONE), entry.get("/StrF", NONE)
    if streams != strings or entry.get("/EFF", streams) != streams:
        raise Damaged("encryption that leaves something out")
    if streams == NONE:
        return NONE
    filters = entry.get("/CF")
    named = filters.get(streams) if isinstance(filters, dict) and isinstance(streams, str) else None
    method = named.get("/CFM") if isinstance(named, dict) else None
    if not isinstance(named, dict) or not isinstance(method, str) or method not in METHODS[version]:
        raise Damaged("a crypt filter")
    if named.get("/AuthEvent", "/DocOpen") != "/DocOpen":
        raise Damaged("encryption that leaves something out")
    bits = LENGTHS[version][0]
    if named.get("/Length", bits) not in (bits, bits // 8):
        raise Damaged("the length of a key")
    return method


def _no_filter_of_its_own(dictionary: Mapping[str, Any]) -> None:
    """Refuse a stream that says how it is enciphered itself: metadata alone may, and are read by nobody here."""
    filters = dictionary.get("/Filter", [])
    several = filters if isinstance(filters, list) else [filters]
    if any(one == "/Crypt" or isinstance(one, Ref) for one in several) and dictionary.get("/Type") != "/Metadata":
        raise Damaged("a crypt filter of a stream's own")


def _key(entry: Mapping[str, Any], revision: int, length: int, identifier: bytes, *, metadata: bool) -> bytes:
    """The key by an empty password, which must be the user's (Algorithms 2, 4, 5 and 6)."""
    owner, user, said = _octets(entry, "/O", DIGEST), _octets(entry, "/U", DIGEST), entry.get("/P")
    if type(said) is not int:
        raise Damaged("a dictionary of encryption")
    permissions = (said & 0xFFFFFFFF).to_bytes(4, "little")
    key = _md5(PADDING + owner + permissions + identifier + b"\xff" * (0 if metadata else 4))
    if revision == 2:  # noqa: PLR2004 - Algorithm 4
        found, checked = _rc4(key[:length], PADDING), DIGEST
    else:
        for _ in range(50):
            key = _md5(key[:length])
        found, checked = _md5(PADDING + identifier), CHECK
        for turn in range(20):
            found = _rc4(bytes(one ^ turn for one in key[:length]), found)
    if found != user[:checked]:
        raise Damaged("encryption with a password")
    return key[:length]


def _latest_key(entry: Mapping[str, Any], revision: int) -> bytes:
    """The same of AES-256 (Algorithms 2.A and 11)."""
    user = _octets(entry, "/U", DIGEST + 2 * SALT)
    check, salt = user[DIGEST : DIGEST + SALT], user[DIGEST + SALT :]
    digest = _slow if revision > LATEST else _sha256
    if digest(check) != user[:DIGEST]:
        raise Damaged("encryption with a password")
    decryptor = Cipher(AES(digest(salt)), CBC(bytes(BLOCK))).decryptor()
    return decryptor.update(_octets(entry, "/UE", DIGEST))


def _octets(entry: Mapping[str, Any], key: str, length: int) -> bytes:
    """A string of a fixed length; some writers fill it up with zeros."""
    held = entry.get(key)
    if not isinstance(held, bytes) or len(held) < length or held[length:].strip(b"\0"):
        raise Damaged("a dictionary of encryption")
    return held[:length]


def _slow(salt: bytes) -> bytes:
    """Algorithm 2.B of an empty password."""
    key, turn, last = _sha256(salt), 0, 0
    while turn < LEAST_ROUNDS or last > turn - DIGEST:
        encryptor = Cipher(AES(key[:BLOCK]), CBC(key[BLOCK:DIGEST])).encryptor()
        block = encryptor.update(key * LEAST_ROUNDS)
        # The first 16 octets as one number, modulo 3: 256 is 1 modulo 3.
        key = HASHES[sum(block[:BLOCK]) % 3](block).digest()
        turn, last = turn + 1, block[-1]
    return key[:DIGEST]


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _rc4(key: bytes, held: bytes) -> bytes:
    try:
        return Cipher(ARC4(key), mode=None).decryptor().update(held)
    except UnsupportedAlgorithm:
        raise Damaged("RC4, which is disabled here") from None


def _aes(key: bytes, held: bytes) -> bytes:
    """AES-CBC with its vector in front, and padding (Algorithm 1, step d)."""
    if len(held) < 2 * BLOCK or len(held) % BLOCK:
        raise Damaged("an encrypted string or stream")
    found = Cipher(AES(key), CBC(held[:BLOCK])).decryptor().update(held[BLOCK:])
    count = found[-1]
    if count > BLOCK or found[-count:] != bytes([count]) * count:
        raise Damaged("an encrypted string or stream")
    return found[:-count]
