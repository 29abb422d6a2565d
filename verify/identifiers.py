"""Algorithm identifiers: which hash function, which signature scheme (RFC 5280, 4.1.1.2; RFC 4055; RFC 5754).

What an identifier says, never what would make it fit. Whether it is strong enough is asked in `algorithms.py`.
"""

from __future__ import annotations

from verify.der import EXPLICIT, OBJECT_IDENTIFIER, SEQUENCE, Element, Malformed, encoded, integer, optional, single

DIGESTS = {
    encoded(dotted): name
    for name, dotted in {
        "md5": "1.2.840.113549.2.5",
        "sha1": "1.3.14.3.2.26",
        "sha224": "2.16.840.1.101.3.4.2.4",
        "sha256": "2.16.840.1.101.3.4.2.1",
        "sha384": "2.16.840.1.101.3.4.2.2",
        "sha512": "2.16.840.1.101.3.4.2.3",
    }.items()
}
SCHEMES: dict[bytes, tuple[str, str | None]] = {
    encoded(dotted): said
    for dotted, said in {
        "1.2.840.113549.1.1.1": ("rsassa_pkcs1v15", None),
        "1.2.840.113549.1.1.4": ("rsassa_pkcs1v15", "md5"),
        "1.2.840.113549.1.1.5": ("rsassa_pkcs1v15", "sha1"),
        "1.2.840.113549.1.1.14": ("rsassa_pkcs1v15", "sha224"),
        "1.2.840.113549.1.1.11": ("rsassa_pkcs1v15", "sha256"),
        "1.2.840.113549.1.1.12": ("rsassa_pkcs1v15", "sha384"),
        "1.2.840.113549.1.1.13": ("rsassa_pkcs1v15", "sha512"),
        "1.2.840.10045.4": ("ecdsa", None),
        "1.2.840.10045.4.1": ("ecdsa", "sha1"),
        "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
        "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
        "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
        "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
        "1.2.840.10040.4.1": ("dsa", None),
        "1.2.840.10040.4.3": ("dsa", "sha1"),
        "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
        "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
    }.items()
}
"""Signature schemes and the hash that their identifiers name; None: that of the digest."""
PSS = encoded("1.2.840.113549.1.1.10")
MGF1 = encoded("1.2.840.113549.1.1.8")
EDWARDS = {encoded("1.3.101.112"): "ed25519", encoded("1.3.101.113"): "ed448"}
KEYS = frozenset(
    map(encoded, ("1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.840.10040.4.1", "1.2.840.113549.1.1.10"))
)
"""Kinds of keys that the schemes above are for; PSS: an RSA key for PSS alone."""
SALTS = range(2049)
"""Octets of a PSS salt: it must fit into a signature, and no key is longer than 16,384 bits."""


def identifier(algorithm: Element) -> tuple[bytes, list[Element]]:
    """The identifier of an algorithm, and its parameters."""
    kind, *parameters = algorithm.of(SEQUENCE).inner()
    return kind.of(OBJECT_IDENTIFIER).value, parameters


def hash_name(algorithm: Element) -> str:
    """The name of a hash function; of one that nobody here computes, its identifier in hex."""
    kind, _ = identifier(algorithm)
    return DIGESTS.get(kind, kind.hex())


def scheme_of(algorithm: Element, digest: str, key_kind: bytes) -> tuple[str, str, int]:
    """(scheme, hash name, PSS salt length): what the algorithm identifier says, never what would make it fit."""
    kind, parameters = identifier(algorithm)
    if kind == PSS:
        return ("rsassa_pss", *_pss(parameters))
    if kind in EDWARDS:
        return EDWARDS[kind], digest, 0
    if kind not in SCHEMES:
        raise Malformed("signature algorithm")
    scheme, scheme_hash = SCHEMES[kind]
    if (scheme_hash or digest) != digest or key_kind not in KEYS:
        raise Malformed("algorithms disagree")
    return scheme, digest, 0


def _pss(parameters: list[Element]) -> tuple[str, int]:
    """Hash name and salt length of RSASSA-PSS-params (RFC 4055, 3.1); without, those of its defaults."""
    held = parameters[0].of(SEQUENCE).inner() if parameters else []
    hashed, mask, salt, trailer = optional(held, *(EXPLICIT | number for number in range(4)))
    name = hash_name(single(hashed.value)) if hashed else "sha1"
    mask_kind, mask_hash = identifier(single(mask.value)) if mask else (MGF1, [])
    masked = hash_name(mask_hash[0]) if mask_hash else "sha1"
    if mask_kind != MGF1 or masked != name or (trailer is not None and integer(single(trailer.value)) != 1):
        raise Malformed("pss")
    length = integer(single(salt.value)) if salt else 20
    if length not in SALTS:
        raise Malformed("pss")
    return name, length
