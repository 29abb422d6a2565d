"""Certificates with any dates and extensions, and the chains that cases need."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from issuers import certification, kit


def name_of(common_name: str) -> x509.Name:
    """A name with a common name alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(
    subject: x509.Name,
    key: Any,  # noqa: ANN401 - any public key
    issuer: x509.Name,
    issuer_key: kit.PrivateKey,
    since: datetime,
    until: datetime,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    algorithm: Any = None,  # noqa: ANN401 - a hash function
) -> x509.Certificate:
    """A certificate over a public key, with just these extensions."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, algorithm or hashes.SHA256())


def usage(*, sign: bool = True, ca: bool = False) -> tuple[x509.ExtensionType, bool]:
    """A critical key usage: signatures, or certificates and CRLs."""
    made = x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=not sign and not ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return made, True


@cache
def renewed(
    signer: kit.Signer,
    authority: certification.Authority,
    since: datetime,
    until: datetime,
    *more: tuple[x509.ExtensionType, bool],
) -> kit.Signer:
    """The same key under another certificate."""
    made = certificate(
        signer.certificate.subject,
        signer.key.public_key(),
        authority.certificate.subject,
        authority.key,
        since,
        until,
        (*more, usage()) if not any(isinstance(one, x509.KeyUsage) for one, _ in more) else more,
    )
    return replace(signer, certificate=made)
