"""Validation data that validates nothing: a security store may be added by anybody, and proves only what it can."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import sheet
import world
from hostile import stream
from lists import Entry, Responder, answer, crl
from world import DAY, NOW, SIGNED, cast

from corpus import EITHER, MODIFIED, forgery, signing, told
from corpus.genuine import CATALOG, CONTENT, TEXT, genuine, half, sealed, unsigned
from corpus.update import grown
from issuers import certification, kit

STALE = told("STALE_DATA")
CRL: dict[str, Any] = {"revocation": "crl"}
CA = cast().authority


def stored(**kinds: Any) -> bytes:  # noqa: ANN401 - lists of DER
    """The genuine file with a security store."""
    return sheet.stored(genuine(), **kinds)


@cache
def above() -> bytes:
    """The root's list: nothing on it."""
    return crl(CA.above, NOW - DAY, NOW + DAY)


@cache
def fresh() -> bytes:
    """The genuine file with good lists of both authorities."""
    return stored(CRLs=[crl(CA, NOW - DAY, NOW + DAY), above()])


@cache
def namesake() -> certification.Authority:
    """A stranger's authority under the name of the true one."""
    made = certification.authority("CA thử", certification.p256_key(), NOW)
    return replace(made, certificate=CA.certificate)


def dated(signer: kit.Signer) -> bytes:
    """What a responder of the forger's says: good."""
    return answer(
        signer, CA, NOW - DAY, NOW + DAY, responder=Responder(cast().stranger, (cast().stranger.certificate,))
    )


@signing(STALE, of=fresh, trust=CRL)
def list_of_an_authority_of_the_same_name() -> bytes:
    """A list in the true authority's name, signed by another key: a list is its signature's."""
    return stored(CRLs=[crl(namesake(), NOW - DAY, NOW + DAY), above()])


@signing(STALE, of=fresh, trust=CRL)
def list_of_the_authority_above() -> bytes:
    """Two lists of the root: it speaks for what it has issued, and for nobody below that."""
    return stored(CRLs=[above(), crl(CA.above, NOW - DAY, NOW + 2 * DAY)])


@signing(STALE, of=fresh, trust=CRL)
def list_of_last_year() -> bytes:
    """A true list, from before the theft: it has been overtaken."""
    return stored(CRLs=[crl(CA, SIGNED - DAY, SIGNED), above()])


@signing(STALE, of=fresh, trust=CRL)
def list_of_tomorrow() -> bytes:
    """A list that will be issued tomorrow: nobody can know it today."""
    return stored(CRLs=[crl(CA, NOW + DAY, NOW + 2 * DAY), above()])


@signing(STALE, of=fresh, trust=CRL)
def list_that_was_changed() -> bytes:
    """A true list with a byte turned: its signature does not hold."""
    made = crl(CA, NOW - DAY, NOW + DAY)
    return stored(CRLs=[made[:-4] + bytes([made[-4] ^ 1]) + made[-3:], above()])


@signing(STALE, of=fresh, trust=CRL)
def answers_of_a_strangers_responder() -> bytes:
    """A stranger answers that every certificate is good: nobody has asked him to."""
    return stored(CRLs=[above()], OCSPs=[dated(cast().principal), dated(cast().seal)])


@signing(STALE, of=fresh, trust=CRL)
def answers_about_somebody_else() -> bytes:
    """True answers, and good ones: about the teacher's certificate."""
    return stored(CRLs=[above()], OCSPs=[answer(cast().teacher, CA, NOW - DAY, NOW + DAY)])


@signing(told("KEY_REVOKED", perhaps=("STALE_DATA",)), of=fresh, trust=CRL)
def true_list_and_an_older_one() -> bytes:
    """The list with the revocation, and an older, clean one behind it: a clean list takes nothing back."""
    found = Entry(cast().principal.certificate, SIGNED - DAY)
    clean = crl(CA, NOW - 2 * DAY, NOW + 3 * DAY)
    return stored(CRLs=[crl(CA, NOW - DAY, NOW + DAY, found), clean, above()])


@signing(told("KEY_REVOKED", perhaps=("STALE_DATA",)), of=fresh, trust=CRL)
def true_list_and_a_good_answer() -> bytes:
    """The list says revoked, an answer says good: what a file carries may add a revocation and never remove one."""
    found = Entry(cast().principal.certificate, SIGNED - DAY)
    good = answer(cast().principal, CA, NOW, NOW + DAY)
    return stored(CRLs=[crl(CA, NOW - DAY, NOW + DAY, found), above()], OCSPs=[good])


@signing(told("UNKNOWN_KEY", "ROLE_MISSING"))
def strangers_chain_in_the_store() -> bytes:
    """The store holds the stranger's whole chain with its root: a root in a file is no anchor."""
    chain = [world.der(replace(cast().stranger, certificate=one)) for one in cast().stranger.chain]
    pdf = sealed(sheet.sign(unsigned(), cast().stranger, "principal"))
    return sheet.stored(pdf, Certs=[world.der(cast().stranger), *chain])


# A store that is more than a store.

OVER = stream(b"", b"BT /F1 12 Tf 60 640 Td (TOAN 10) Tj ET")


@forgery(MODIFIED)
def store_beside_another_page(pdf: bytes) -> bytes:
    """A store is added, and the page is written anew in the same breath: the one does not excuse the other."""
    new = stream(b"", TEXT.replace(b"5.0", b"10."))
    return grown(pdf, CATALOG, b"/DSS << /Type /DSS /Certs [ ] >>", {CONTENT: new})


@forgery(EITHER)
def store_with_an_entry_of_its_own(pdf: bytes) -> bytes:
    """The store holds a page under a name of the forger's: validation data are certificates, lists and answers."""
    page = b"<< /Type /Page /MediaBox [0 0 595 842] /Resources 10 0 R /Contents 201 0 R >>"
    return grown(pdf, CATALOG, b"/DSS << /Type /DSS /Kids [ 200 0 R ] >>", {200: page, 201: OVER})


@forgery(EITHER)
def store_with_a_record_of_another_kind(pdf: bytes) -> bytes:
    """A record of validation holds something that is none: room for what shall come to light later."""
    entry = b"/DSS << /Type /DSS /VRI << /%s << /Cert [ ] /Parent 200 0 R >> >> >>" % (b"AB" * 20)
    return grown(pdf, CATALOG, entry, {200: OVER})


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("UNKNOWN_KEY", "CANNOT_BE_JUDGED")))
def store_that_lists_the_page(pdf: bytes) -> bytes:
    """The store's certificates are the page's content and its font, written anew: they are what they were."""
    entry = b"/DSS << /Type /DSS /Certs [ 11 0 R 12 0 R ] >>"
    return grown(pdf, CATALOG, entry, {CONTENT: stream(b"", TEXT.replace(b"5.0", b"10."))})


@forgery(EITHER)
def store_with_a_signature_inside(pdf: bytes) -> bytes:
    """The store holds what looks like a signature of the ministry: it is in no form."""
    signature = b"<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [ 0 1 2 3 ] /Contents <00> >>"
    return grown(pdf, CATALOG, b"/DSS << /Type /DSS /Certs [ ] /VRI << /A << /Sig 200 0 R >> >> >>", {200: signature})


@signing(EITHER)
def store_between_the_signatures_with_more_in_it() -> bytes:
    """A store comes between the signatures, and an annotation with it."""
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [60 676 260 692] /F 4 /Contents (10) /DA (/F1 12 Tf) >>"
    listed = sheet.text_of(half(), 31).replace(b"]", b" 200 0 R ]")
    pdf = grown(half(), CATALOG, b"/DSS << /Type /DSS /Certs [ ] >>", {31: listed, 200: note})
    return sealed(pdf)
