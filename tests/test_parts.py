"""Parts of the engine that no whole file reaches easily: envelopes, status data, paths, conclusions."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import sheet
import world
from asn1crypto import cms
from asn1crypto import core as asn1
from asn1crypto import crl as asn1_crl
from certificates import certificate, name_of, usage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from envelopes import Recipe, attribute, signed_data, token
from lists import GOOD, Entry, Responder, Said, answer, crl, expired_since
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko_certvalidator._state import ValProcState
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.util import ConsList
from world import DAY, LONG_AGO, NOW, SECOND, SIGNED, cast

from issuers import certification, kit
from verify.algorithms import key_weakness, verify_signature, weakness
from verify.byterange import signed_range
from verify.case import open_signature
from verify.cms import parse, parse_token
from verify.der import Malformed
from verify.evidence import Evidence, Signature
from verify.integrity import broken, token_whole
from verify.path import Path, Paths, vouched
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Conclusion, Finding, Indication, Outcome, Sub, Verdict
from verify.revocation import Status, StatusData
from verify.statusdata import Statement, _delegated, statements
from verify.trust import Anchor, TrustSnapshot, Use
from verify.verdict import conclude

CA = cast().authority
DIGEST = b"\0" * 32
PRINCIPAL = world.der(cast().principal)
ISSUING = CA.certificate.public_bytes(Encoding.DER)


# Conclusions.


def test_a_conclusion_is_no_boolean_and_never_empty() -> None:
    found = (Finding("x", Outcome.PASSED),)
    with pytest.raises(TypeError):
        bool(Conclusion(Indication.TOTAL_PASSED, None, found))
    with pytest.raises(ValueError, match="nothing was checked"):
        Conclusion(Indication.TOTAL_PASSED, None, ())
    with pytest.raises(ValueError, match="nothing was checked"):
        conclude([])


@pytest.mark.parametrize(
    ("indication", "sub"),
    [(Indication.TOTAL_PASSED, Sub.TRY_LATER), (Indication.INDETERMINATE, None), (Indication.TOTAL_FAILED, None)],
)
def test_only_what_passed_has_no_sub_indication(indication: Indication, sub: Sub | None) -> None:
    with pytest.raises(ValueError, match="with sub-indication"):
        Conclusion(indication, sub, (Finding("x", Outcome.PASSED),))


def test_a_report_is_no_boolean() -> None:
    report = judge(Evidence("pdf", "", 0, world.opened(sheet.sheet()).names), world.Trust().snapshot(), HB_1, NOW)
    with pytest.raises(TypeError):
        bool(report)


# Envelopes.


def test_a_token_without_content_is_malformed() -> None:
    empty = signed_data(cast().tsa, DIGEST, Recipe(content_type="tst_info"))
    with pytest.raises(Malformed, match="without content"):
        parse_token(empty)


def test_a_token_with_other_content_is_malformed() -> None:
    odd = signed_data(cast().tsa, DIGEST, Recipe(content_type="tst_info", content=b"\x30\x03\x02\x01\x01"))
    with pytest.raises(Malformed, match="tst_info"):
        parse_token(odd)


def opened_token(recipe: Recipe) -> Any:  # noqa: ANN401 - an opened signature
    der = token(cast().tsa, DIGEST, SIGNED, recipe)
    place: dict[str, Any] = {
        "field": "stamp",
        "timestamp": True,
        "sub_filter": "",
        "revision": 0,
        "gap": 0,
        "end": 0,
        "visible": False,
    }
    return open_signature(Signature(cms=der, digests={"sha256": DIGEST}, **place))


def test_a_token_is_whole_if_its_digest_is_of_what_it_says() -> None:
    assert token_whole(opened_token(Recipe()))
    assert not token_whole(
        opened_token(Recipe(attributes=lambda found: [found[0], attribute("message_digest", DIGEST)]))
    )
    assert not token_whole(
        opened_token(Recipe(signer=lambda info: info | {"digest_algorithm": {"algorithm": "sha3_256"}}))
    )


def test_a_document_time_stamp_over_its_file_is_sound() -> None:
    assert broken(opened_token(Recipe())) is None


def test_status_data_among_the_signed_attributes_is_found() -> None:
    from asn1crypto.ocsp import OCSPResponse  # noqa: PLC0415
    from asn1crypto.pdf import RevocationInfoArchival  # noqa: PLC0415

    answers = [OCSPResponse({"response_status": "try_later"})] * 2
    archive = {"crl": [cms.CertificateList.load(crl(CA, SIGNED, NOW))], "ocsp": answers}
    made = RevocationInfoArchival(archive)
    signed = parse(
        signed_data(
            cast().principal,
            DIGEST,
            Recipe(attributes=lambda found: [*found, attribute("1.2.840.113583.1.1.8", made)]),
        )
    )
    assert (len(signed.crls), signed.ocsps) == (1, tuple(one.dump() for one in answers))


def test_lists_beside_the_certificates_are_found_and_other_things_there_are_not() -> None:
    told = cms.RevocationInfoChoice({"crl": cms.CertificateList.load(crl(CA, SIGNED, NOW))})
    other = cms.RevocationInfoChoice(
        {"other": cms.OtherRevocationInfoFormat({"other_rev_info_format": "1.2.3.4", "other_rev_info": asn1.Null()})}
    )
    made = signed_data(cast().principal, DIGEST, Recipe(whole=lambda found: found | {"crls": [told, other]}))
    assert parse(made).crls == (told.chosen.dump(),)


def test_a_signing_time_is_claimed() -> None:
    at = cms.Time({"utc_time": SIGNED})
    signed = parse(
        signed_data(cast().principal, DIGEST, Recipe(attributes=lambda found: [*found, attribute("signing_time", at)]))
    )
    assert signed.claimed_at == SIGNED


def test_a_key_of_no_known_kind_is_weak() -> None:
    unknown = x25519.X25519PrivateKey.generate().public_key()
    assert key_weakness(unknown.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)) == "unsupported key"
    assert key_weakness(b"no key") == "unsupported key"


def test_an_algorithm_that_cannot_be_computed_verifies_nothing() -> None:
    signed = parse(signed_data(cast().principal, DIGEST))
    assert verify_signature(signed)
    for changed in (
        replace(signed, scheme_hash="sha3_256"),
        replace(signed, scheme="ed25519"),
        replace(signed, scheme="rsassa_pss"),
        replace(signed, spki=b"no key"),
    ):
        assert not verify_signature(changed)


def test_a_signature_is_of_the_scheme_that_it_names() -> None:
    signed = parse(signed_data(cast().principal, DIGEST))

    def by(key: Any, value: bytes, scheme: str) -> bool:  # noqa: ANN401 - a private key
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return verify_signature(replace(signed, spki=spki, signature=value, scheme=scheme, salt_length=32))

    edwards, ron = ed448.Ed448PrivateKey.generate(), certification.rsa_key()
    stretched = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    values = {
        "ed448": (edwards, edwards.sign(signed.signed_attributes)),
        "rsassa_pss": (ron, ron.sign(signed.signed_attributes, stretched, hashes.SHA256())),
    }
    for name, (key, value) in values.items():
        for scheme in ("ed25519", "ed448", "ecdsa", "rsassa_pkcs1v15", "rsassa_pss"):
            assert by(key, value, scheme) is (scheme == name)


def test_the_hash_of_the_scheme_may_be_the_weak_one() -> None:
    signed = parse(signed_data(cast().principal, DIGEST))
    assert weakness(signed) == ""
    assert weakness(replace(signed, scheme_hash="sha1")) == "sha1"
    assert weakness(replace(signed, scheme="ed25519", scheme_hash="sha1")) == ""


# Status data.


AFTER = datetime.now(UTC) + DAY
"""The library that makes answers dates them by its own clock."""


def responder(*, purpose: bool = True, by: certification.Authority = CA, until: datetime = AFTER) -> kit.Signer:
    """A responder that an authority certified."""
    key = certification.p256_key()
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (usage(),)
    if purpose:
        extensions = (*extensions, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False))
    made = certificate(name_of("OCSP"), key.public_key(), by.certificate.subject, by.key, LONG_AGO, until, extensions)
    return kit.Signer(made, key)


def said_by(one: kit.Signer, **changes: Any) -> list[Statement]:  # noqa: ANN401 - of Responder
    der = answer(cast().principal, CA, SIGNED, NOW, GOOD, responder=Responder(one, (one.certificate,), **changes))
    return statements(PRINCIPAL, ISSUING, [], [der])


def test_a_responder_answers_for_the_authority_that_certified_it() -> None:
    assert said_by(responder()) == [Statement(SIGNED, NOW, complete=True)]
    assert said_by(responder(purpose=False)) == []
    assert said_by(responder(until=LONG_AGO + DAY)) == []
    assert said_by(responder(by=cast().stamps)) == []
    assert said_by(cast().stranger) == []


@pytest.mark.parametrize("make", [certification.rsa_key, certification.ed25519_key, certification.p256_key])
def test_an_authority_may_have_any_admitted_kind_of_key(make: Any) -> None:  # noqa: ANN401 - a function
    ca = certification.authority("CA thử khác", make(), NOW)
    issued = certification.certify(ca, "Người ký", "Trường thử", certification.p256_key(), NOW)
    signer = kit.Signer(issued, certification.p256_key())
    der, above = issued.public_bytes(Encoding.DER), ca.certificate.public_bytes(Encoding.DER)
    good = Statement(SIGNED, NOW, complete=True)
    assert statements(der, above, [crl(ca, SIGNED, NOW)], [answer(signer, ca, SIGNED, NOW)]) == [good, good]


def test_a_weak_or_unknown_signature_says_nothing() -> None:
    signer = cast().principal
    assert statements(PRINCIPAL, ISSUING, [], [answer(signer, CA, SIGNED, NOW, responder=weak(hashes.SHA224()))]) == []
    assert statements(PRINCIPAL, ISSUING, [crl(CA, SIGNED, NOW, algorithm=hashes.SHA224())], []) == []


def test_a_responder_is_asked_in_the_time_of_its_certificate() -> None:
    until = NOW + DAY
    one, above = responder(until=until).certificate, CA.certificate
    instants = (LONG_AGO - SECOND, LONG_AGO, until - SECOND, until)
    assert [_delegated(one, above, at) for at in instants] == [False, True, True, False]


def test_sixty_four_lists_are_read() -> None:
    good = crl(CA, SIGNED, NOW)
    assert len(statements(PRINCIPAL, ISSUING, [b"junk"] * 63 + [good], [])) == 1
    assert statements(PRINCIPAL, ISSUING, [b"junk"] * 64 + [good], []) == []


def weak(algorithm: hashes.HashAlgorithm) -> Responder:
    return Responder(kit.Signer(CA.certificate, CA.key), (), algorithm)


def test_an_answer_about_another_certificate_says_nothing() -> None:
    assert statements(PRINCIPAL, ISSUING, [], [answer(cast().seal, CA, SIGNED, NOW)]) == []
    assert statements(PRINCIPAL, world.der(cast().stranger), [crl(CA, SIGNED, NOW)], []) == []


def test_what_is_no_certificate_has_no_status() -> None:
    assert statements(b"", ISSUING, [crl(CA, SIGNED, NOW)], []) == []


def test_a_revoked_answer_tells_when_and_why() -> None:
    said = Said(SIGNED, x509.ReasonFlags.superseded)
    (found,) = statements(PRINCIPAL, ISSUING, [], [answer(cast().principal, CA, SIGNED, NOW, said)])
    assert (found.revoked_at, found.reason, found.complete) == (SIGNED, "superseded", False)


def test_an_authority_that_may_not_sign_lists_says_nothing() -> None:
    def authority(*extensions: tuple[x509.ExtensionType, bool]) -> certification.Authority:
        key = certification.p256_key()
        name = name_of("CA thử mới")
        made = certificate(name, key.public_key(), CA.root.subject, CA.key, LONG_AGO, NOW + DAY, extensions)
        return replace(CA, certificate=made, key=key)

    for ca, found in ((authority(usage()), 0), (authority(usage(sign=False, ca=True)), 1), (authority(), 1)):
        issued = certification.certify(ca, "Người ký", "Trường thử", certification.p256_key(), NOW)
        der, above = issued.public_bytes(Encoding.DER), ca.certificate.public_bytes(Encoding.DER)
        assert len(statements(der, above, [crl(ca, SIGNED, NOW)], [])) == found


def test_a_list_may_keep_what_expired() -> None:
    (found,) = statements(PRINCIPAL, ISSUING, [crl(CA, SIGNED, NOW, extensions=(expired_since(LONG_AGO),))], [])
    assert (found.expired_since, found.complete) == (LONG_AGO, True)


def test_a_list_with_more_than_an_instant_in_its_extension_is_not_read() -> None:
    extension, critical = expired_since(LONG_AGO)
    longer = x509.UnrecognizedExtension(extension.oid, extension.public_bytes() + b"\0")
    assert statements(PRINCIPAL, ISSUING, [crl(CA, SIGNED, NOW, extensions=((longer, critical),))], []) == []


PART: tuple[x509.ExtensionType, bool] = (
    x509.IssuingDistributionPoint(None, None, True, False, None, False, False),  # noqa: FBT003 - its own order
    True,
)


def test_a_list_in_parts_or_with_a_mystery_is_not_complete() -> None:
    mystery = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.9"), b"\x05\x00")
    for extension, complete in (((mystery, False), True), ((mystery, True), False), (PART, False), (delta(1), False)):
        (found,) = statements(PRINCIPAL, ISSUING, [crl(CA, SIGNED, NOW, extensions=(extension,))], [])
        assert found.complete is complete


def delta(base: int) -> tuple[x509.ExtensionType, bool]:
    return x509.DeltaCRLIndicator(base), True


# Paths.


def anchor(der: bytes, name: str = "a") -> Anchor:
    return Anchor(name, der, Use.DOCUMENT, "crl")


ROOT = CA.root.public_bytes(Encoding.DER)


def test_a_certificate_that_cannot_be_read_leads_nowhere() -> None:
    paths = Paths([anchor(ROOT)], [])
    assert paths.find((b"", ISSUING), Use.DOCUMENT) is None
    assert paths.find((PRINCIPAL, b"\x30\x00"), Use.DOCUMENT) is None
    assert paths.find((PRINCIPAL + b"\0", ISSUING), Use.DOCUMENT) is None
    assert paths.find((PRINCIPAL, ISSUING), Use.DOCUMENT) is not None


AUTHORITY = ((x509.BasicConstraints(ca=True, path_length=None), True), usage(sign=False, ca=True))


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [(ec.SECP256R1, ec.SECP384R1, True), (ec.SECP521R1, ec.SECP256R1, False), (ec.SECP256R1, ec.SECP521R1, False)],
)
def test_an_authority_with_a_key_that_is_not_admitted_leads_nowhere(above: Any, below: Any, found: bool) -> None:  # noqa: ANN401, FBT001 - curves; a column
    top, key, own = (ec.generate_private_key(curve()) for curve in (above, below, ec.SECP256R1))
    names, until = [name_of(one) for one in ("CA gốc", "CA dưới", "Người ký")], NOW + DAY
    root = certificate(names[0], top.public_key(), names[0], top, LONG_AGO, until, AUTHORITY)
    lower = certificate(names[1], key.public_key(), names[0], top, LONG_AGO, until, AUTHORITY)
    signer = certificate(names[2], own.public_key(), names[1], key, LONG_AGO, until, (usage(),))
    ders = [one.public_bytes(Encoding.DER) for one in (root, lower, signer)]
    assert (Paths([anchor(ders[0])], [ders[1]]).find((ders[2],), Use.DOCUMENT) is not None) is found


def test_a_name_may_be_written_in_another_string_type() -> None:
    key, own = certification.p256_key(), certification.p256_key()
    printable = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA", _ASN1Type.PrintableString)])
    root = certificate(printable, key.public_key(), printable, key, LONG_AGO, NOW + DAY, AUTHORITY)
    signer = certificate(name_of("N"), own.public_key(), name_of("CA"), key, LONG_AGO, NOW + DAY, (usage(),))
    assert signer.issuer.public_bytes() != root.subject.public_bytes()
    paths = Paths([anchor(root.public_bytes(Encoding.DER))], [])
    assert paths.find((signer.public_bytes(Encoding.DER),), Use.DOCUMENT) is not None


@cache
def namesakes(count: int) -> tuple[bytes, ...]:
    """Authorities of the issuing authority's name, each with a key of its own."""
    made = []
    for _ in range(count):
        key = certification.p256_key()
        extensions = ((x509.BasicConstraints(ca=True, path_length=0), True), usage(sign=False, ca=True))
        one = certificate(
            CA.certificate.subject, key.public_key(), CA.root.subject, key, LONG_AGO, NOW + DAY, extensions
        )
        made.append(one.public_bytes(Encoding.DER))
    return tuple(made)


def test_only_so_many_anchors_are_tried() -> None:
    bare = certificate(
        cast().principal.certificate.subject,
        cast().principal.key.public_key(),
        CA.certificate.subject,
        CA.key,
        LONG_AGO,
        NOW + DAY,
    ).public_bytes(Encoding.DER)
    few = [anchor(der) for der in namesakes(16)]
    assert Paths([*few[1:], anchor(ISSUING)], []).find((bare,), Use.DOCUMENT) is not None
    assert Paths([*few, anchor(ISSUING)], []).find((bare,), Use.DOCUMENT) is None


def test_only_so_many_authorities_are_tried() -> None:
    bare = certificate(
        cast().principal.certificate.subject,
        cast().principal.key.public_key(),
        CA.certificate.subject,
        CA.key,
        LONG_AGO,
        NOW + DAY,
    ).public_bytes(Encoding.DER)
    assert Paths([anchor(ROOT)], [ISSUING]).find((bare,), Use.DOCUMENT) is not None
    assert Paths([anchor(ROOT)], [ISSUING, *namesakes(79)]).find((bare,), Use.DOCUMENT) is not None
    assert Paths([anchor(ROOT)], [ISSUING, *namesakes(80)]).find((bare,), Use.DOCUMENT) is None


def test_a_critical_extension_that_is_none_of_a_signers_leads_nowhere() -> None:
    for critical in (False, True):
        extensions = (usage(), (x509.InhibitAnyPolicy(0), critical))
        name, key = name_of("Người ký"), certification.p256_key().public_key()
        made = certificate(name, key, CA.certificate.subject, CA.key, LONG_AGO, NOW + DAY, extensions)
        found = Paths([anchor(ISSUING)], []).find((made.public_bytes(Encoding.DER),), Use.DOCUMENT)
        assert (found is None) is critical


@cache
def hierarchy() -> tuple[certification.Authority, certification.Authority, kit.Signer]:
    """A root, an authority under it, and a signer under that: whatever may be asked of each other."""

    def identified(key: Any) -> tuple[tuple[x509.ExtensionType, bool], ...]:  # noqa: ANN401 - a private key
        held = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return (x509.BasicConstraints(ca=True, path_length=None), True), usage(sign=False, ca=True), (held, False)

    top, middle, own = (certification.p256_key() for _ in range(3))
    names = [name_of(one) for one in ("CA gốc", "CA giữa", "Người ký")]
    root = certificate(names[0], top.public_key(), names[0], top, LONG_AGO, NOW + 9 * DAY, identified(top))
    under = certificate(names[1], middle.public_key(), names[0], top, LONG_AGO, NOW + 9 * DAY, identified(middle))
    signer = certificate(names[2], own.public_key(), names[1], middle, LONG_AGO, NOW + 9 * DAY, (usage(),))
    above = replace(CA, certificate=root, key=top, root=root)
    return above, replace(CA, certificate=under, key=middle, root=root), kit.Signer(signer, own)


def path_in(*more: x509.Certificate) -> Path:
    """The path of the signer, with certificates more at hand."""
    root, issuing, signer = hierarchy()
    helpers = [one.public_bytes(Encoding.DER) for one in (issuing.certificate, *more)]
    anchors = [anchor(root.certificate.public_bytes(Encoding.DER))]
    found = Paths(anchors, helpers).find((world.der(signer),), Use.DOCUMENT)
    assert found is not None
    return found


def status(*crls: bytes, path: Path | None = None) -> Status:
    """What lists in a file tell of the signer's certificate, beside a good list of the root's."""
    good = crl(hierarchy()[0], NOW - DAY, NOW + DAY)
    return StatusData(TrustSnapshot(1, ""), (good, *crls)).of(path or path_in(), 0, None, NOW)


def on_list(reason: x509.ReasonFlags | None = None) -> Entry:
    return Entry(hierarchy()[2].certificate, SIGNED, reason)


def numbered(number: int) -> tuple[x509.ExtensionType, bool]:
    return x509.CRLNumber(number), False


def freshest() -> tuple[x509.ExtensionType, bool]:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://mau.example/delta")], None, None, None)
    return x509.FreshestCRL([point]), False


def test_a_hold_in_the_file_is_lifted_by_a_later_list_alone() -> None:
    _, issuing, _ = hierarchy()
    held, lifted = on_list(x509.ReasonFlags.certificate_hold), on_list(x509.ReasonFlags.remove_from_crl)
    base = crl(issuing, NOW - DAY, NOW + DAY, held, extensions=(numbered(1), freshest()))
    later = crl(issuing, NOW - SECOND, NOW + DAY, lifted, extensions=(numbered(2), delta(1)))
    assert status(base).held == SIGNED
    assert status(base, later).held is None


@pytest.mark.parametrize(
    ("this", "held"), [(NOW - DAY, SIGNED), (NOW - DAY + SECOND, None), (NOW, None), (NOW + SECOND, SIGNED)]
)
def test_a_hold_is_lifted_by_what_was_said_after_it_and_not_after_now(this: datetime, held: datetime | None) -> None:
    issuing = hierarchy()[1]
    first = crl(issuing, NOW - DAY, NOW + DAY, on_list(x509.ReasonFlags.certificate_hold))
    assert status(first, crl(issuing, this, NOW + 2 * DAY)).held == held


def rolled() -> certification.Authority:
    """The issuing authority with a new key for its lists, which the root certified under the same name."""
    root, issuing, _ = hierarchy()
    key = certification.p256_key()
    held = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = certificate(
        issuing.certificate.subject,
        key.public_key(),
        root.certificate.subject,
        root.key,
        LONG_AGO,
        NOW + 9 * DAY,
        (usage(sign=False, ca=True), (held, False)),
    )
    return replace(issuing, certificate=made, key=key)


def test_a_list_by_another_key_of_the_authority_counts() -> None:
    other = rolled()
    path = path_in(other.certificate)
    good, bad = crl(other, NOW - DAY, NOW + DAY), crl(other, NOW - DAY, NOW + DAY, on_list())
    assert status(path=path) == Status()
    assert status(good, path=path) == Status(fresh=True)
    assert status(bad, path=path) == Status(revoked=SIGNED)


def below() -> tuple[Path, list[certification.Authority]]:
    """A path by two authorities below the anchor, and all three, the anchor first."""
    root, issuing, _ = hierarchy()
    key, own = certification.p256_key(), certification.p256_key()
    name, above = name_of("CA dưới"), issuing.certificate.subject
    extensions = ((x509.BasicConstraints(ca=True, path_length=None), True), usage(sign=False, ca=True))
    lower = certificate(name, key.public_key(), above, issuing.key, LONG_AGO, NOW + 9 * DAY, extensions)
    signer = certificate(name_of("Người ký"), own.public_key(), name, key, LONG_AGO, NOW + 9 * DAY, (usage(),))
    helpers = [one.public_bytes(Encoding.DER) for one in (issuing.certificate, lower)]
    paths = Paths([anchor(root.certificate.public_bytes(Encoding.DER))], helpers)
    path = paths.find((signer.public_bytes(Encoding.DER),), Use.DOCUMENT)
    assert path is not None
    return path, [root, issuing, replace(issuing, certificate=lower, key=key)]


def test_a_list_is_of_the_next_authority_on_the_path() -> None:
    path, authorities = below()
    said = StatusData(TrustSnapshot(1, ""), (crl(authorities[-1], NOW - DAY, NOW + DAY),))
    assert [said.of(path, index, None, NOW).fresh for index in range(3)] == [True, False, False]


def test_the_lists_of_all_authorities_vouch_for_a_path_and_those_of_some_do_not() -> None:
    path, authorities = below()
    lists = [crl(one, NOW - DAY, NOW + DAY) for one in authorities]
    assert vouched(path, NOW, lists, []) is True
    assert [vouched(path, NOW, [one for one in lists if one is not other], []) for other in lists] == [False] * 3


def test_what_vouches_for_nothing() -> None:
    root, issuing, _ = hierarchy()
    good = [crl(root, NOW - DAY, NOW + DAY), crl(issuing, NOW - DAY, NOW + DAY)]
    assert vouched(path_in(), NOW, good, []) is True
    assert vouched(path_in(), NOW, good[:1], []) is False
    assert vouched(path_in(), NOW, [], []) is False


def test_a_list_by_another_key_of_the_anchor_vouches_for_nothing() -> None:
    key = certification.p256_key()
    extensions = (usage(sign=False, ca=True),)
    name = CA.certificate.subject
    made = certificate(name, key.public_key(), name, CA.key, LONG_AGO, NOW + DAY, extensions)
    path = Paths([anchor(ISSUING)], [made.public_bytes(Encoding.DER)]).find((PRINCIPAL,), Use.DOCUMENT)
    assert path is not None
    lists = [crl(replace(CA, certificate=made, key=key), NOW - DAY, NOW + DAY)]
    assert vouched(path, NOW, lists, []) is False


def test_no_address_in_a_certificate_is_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    place = [x509.UniformResourceIdentifier("http://mau.example/ca.crl")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])
    name, key = name_of("Người ký"), certification.p256_key().public_key()
    extensions = (usage(), (points, False))
    made = certificate(name, key, CA.certificate.subject, CA.key, LONG_AGO, NOW + DAY, extensions)
    asked: list[object] = []

    def resolved(*told: object, **_: object) -> list[object]:
        asked.append(told)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    path = Paths([anchor(ISSUING)], []).find((made.public_bytes(Encoding.DER),), Use.DOCUMENT)
    assert path is not None
    assert vouched(path, NOW, [], []) is False
    assert asked == []


# Cross-references in streams.


def streamed(content: bytes) -> bytes:
    """The file as newer writers write it: objects and cross-references in streams."""
    with pikepdf.open(BytesIO(content)) as opened:
        return sheet.written(opened, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def test_a_file_of_streams_is_as_good_as_another() -> None:
    pdf = sheet.sign(sheet.sign(streamed(sheet.sheet()), cast().principal, "principal"), cast().seal, "school_seal")
    assert PdfFileReader(BytesIO(pdf)).xrefs.total_revisions == 3
    evidence = open_pdf(pdf)
    assert evidence.faults == ()
    assert [one.unclear for one in evidence.revisions] == ["", "", ""]
    trust = world.Trust(versions=(world.registration(),)).snapshot()
    assert judge(evidence, trust, HB_1, NOW).verdict is Verdict.VALID


# Ranges.

RANGE_CMS = b"\x30\x00"
RANGE = b"%PDF-1.7\n<3000>\nstartxref\n0\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "numbers", "fault"),
    [
        (RANGE, (0, 9, 15, len(RANGE) - 15), ""),
        (RANGE[:-7] + b"%%EOX\n", (0, 9, 15, len(RANGE) - 16), "byte range does not end with a revision"),
        (RANGE, (0, 9, 15, len(RANGE) - 20), "byte range does not end with a revision"),
        (RANGE, (0, 9, 15, len(RANGE) - 14), "byte range"),
        (RANGE, (0, 9, 14, len(RANGE) - 14), "gap of the byte range"),
        (RANGE.replace(b"<3000>", b"<30 0>"), (0, 9, 15, len(RANGE) - 15), "gap of the byte range"),
        (RANGE.replace(b"<3000>", b"<3100>"), (0, 9, 15, len(RANGE) - 15), "gap of the byte range"),
        (RANGE, (0, 9, 15), "byte range"),
    ],
)
def test_a_range_by_itself(content: bytes, numbers: tuple[int, ...], fault: str) -> None:
    assert signed_range(numbers, RANGE_CMS, content)[0] == fault


def test_a_revoked_signer_of_a_list_vouches_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library tells it as a revocation found beside the path: it is no answer about the path itself."""

    async def beside(_: object, path: ValidationPath) -> None:
        state = ValProcState(cert_path_stack=ConsList.sing(path), is_side_validation=True)
        raise RevokedError.format(asn1_crl.CRLReason("key_compromise"), NOW, "CRL", state)

    path = path_in()
    monkeypatch.setattr("verify.path.async_validate_path", beside)
    assert vouched(path, NOW, [], []) is False
