"""Is the signature whole, over just these bytes, by this key, with algorithms that still hold?

EN 319 102-1, 5.2.2 (format), 5.2.7 (cryptographic verification), 5.2.8 (cryptographic constraints). Whether later
revisions changed what it signed is asked of the document, in `procedure.py`; whose key it is, in `path.py`.
"""

from __future__ import annotations

import hashlib
import hmac

from verify.algorithms import HASHES, verify_signature, weaknesses
from verify.case import CodeCase, Opened, SignatureCase
from verify.envelope import Sealed
from verify.policy import BARE
from verify.report import Finding, Outcome, Sub
from verify.trust import Key


def format_(case: SignatureCase) -> tuple[Finding, ...]:
    """The ByteRange covers its revision but for /Contents, and the CMS is one SignedData of one signer."""
    if case.signature.unknown:
        facts = {"sub_filter": case.signature.sub_filter}
        return (Finding("format", Outcome.INDETERMINATE, Sub.CUSTOM, facts),)
    if case.opened.flaw:
        return (Finding("format", Outcome.FAILED, Sub.FORMAT_FAILURE, {"flaw": case.opened.flaw}),)
    return (Finding("format", Outcome.PASSED),)


def integrity(case: SignatureCase) -> tuple[Finding, ...]:
    """The signed bytes hash to the signed digest, and the signature over it is the key's."""
    if case.signature.unknown:
        return (Finding("integrity", Outcome.NOTED, facts={"sub_filter": case.signature.sub_filter}),)
    fault = broken(case.opened)
    if fault is not None:
        return (Finding("integrity", Outcome.FAILED, fault),)
    return (Finding("integrity", Outcome.PASSED),)


def algorithms(case: SignatureCase) -> tuple[Finding, ...]:
    """Hash, signature scheme and key are strong enough: TOTAL-FAILED here, stricter than the standard (HB-1, 2).

    What the policy tolerates is told weakness by weakness, and is INDETERMINATE (HB-1-legacy, 3).
    """
    signed = case.signed
    weak = [*([BARE] if signed.bare else []), *weaknesses(signed)] if signed else []
    refused = [one for one in weak if not case.policy.tolerates(one, case.at)]
    if refused:
        facts = {"algorithm": refused[0]}
        return (Finding("algorithms", Outcome.FAILED, Sub.CRYPTO_CONSTRAINTS_FAILURE, facts),)
    tolerated = [{"algorithm": one, "tolerated_by": case.policy.name} for one in weak]
    sub = Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    found = (Finding("algorithms", Outcome.INDETERMINATE, sub, facts) for facts in tolerated)
    return tuple(found) or (Finding("algorithms", Outcome.PASSED),)


def seal(case: CodeCase) -> tuple[Finding, ...]:
    """The envelope of a QR code is signed by the key that it names (RFC 9052, 4.4); a stranger's cannot be asked."""
    if case.key is None:
        return (Finding("seal", Outcome.NOTED, facts={"known": False}),)
    fault = sealed_by(case.sealed, case.key)
    return (Finding("seal", Outcome.FAILED, fault) if fault else Finding("seal", Outcome.PASSED),)


def sealed_by(sealed: Sealed, key: Key) -> Sub | None:
    """Why an envelope is not this key's, or None."""
    return None if sealed.signed_by(key.spki) else Sub.SIG_CRYPTO_FAILURE


def broken(opened: Opened) -> Sub | None:
    """Why a signature or document time-stamp is not sound, or None: arithmetic and format, no trust asked."""
    signed, signature = opened.signed, opened.signature
    if signed is None or not names_its_certificate(opened):
        return Sub.FORMAT_FAILURE
    if opened.token is not None:
        covered = hmac.compare_digest(
            signature.digests.get(opened.token.imprint_name, b""), opened.token.imprint
        ) and token_whole(opened)
    else:
        digest = signature.digests.get(signed.digest_name, b"")
        if signed.bare:
            return None if verify_signature(signed, digest) else Sub.SIG_CRYPTO_FAILURE
        covered = hmac.compare_digest(digest, signed.message_digest)
    if not covered:
        return Sub.HASH_FAILURE
    return None if verify_signature(signed) else Sub.SIG_CRYPTO_FAILURE


def token_whole(opened: Opened) -> bool:
    """Whether the token's signed digest is that of its TSTInfo (RFC 3161, 2.4.2)."""
    signed = opened.signed
    if signed is None or signed.content is None or signed.digest_name not in HASHES:
        return False
    return hmac.compare_digest(hashlib.new(signed.digest_name, signed.content).digest(), signed.message_digest)


def names_its_certificate(opened: Opened) -> bool:
    """Whether signing-certificate(-v2), if there, names the certificate that the CMS presents as the signer's.

    The attack: the same key's other certificate, put in its place (RFC 5035, 5.2).
    """
    signed = opened.signed
    if signed is None or signed.named_certificate is None:
        return signed is not None
    name, value = signed.named_certificate
    return name in HASHES and hmac.compare_digest(hashlib.new(name, signed.certificates[0]).digest(), value)
