"""Sample transcripts that nobody has tampered with: valid ones, and those that a newer version replaced."""

from __future__ import annotations

from dataclasses import replace

from issuers import certification, kit
from issuers.cast import ANH_DUONG, DOI_SIM, SONG_MAY, SUOI_MO
from issuers.desk import Desk, Transcript
from issuers.edits import FREE, archived, corrected
from issuers.scene import Scene, entering
from verify.trust import Level

SCENES: list[Scene] = []
_scene = entering(SCENES)


@_scene()
def valid(desk: Desk) -> Transcript:
    """Signed by principal and school seal with time-stamps, and registered: nothing is wanting."""
    return desk.register(desk.issue(SONG_MAY, 40), 40)


@_scene()
def valid_without_time_stamp(desk: Desk) -> Transcript:
    """Signed without time-stamps; its entry in the register proves since when the signatures exist."""
    return desk.register(desk.issue(SONG_MAY, 38, stamped=False), 38)


@_scene("UNREGISTERED")
def valid_unregistered(desk: Desk) -> Transcript:
    """Signed with time-stamps by a school that need not register; a replacement or withdrawal could not be known."""
    return desk.issue(DOI_SIM, 36)


@_scene()
def valid_signed_by_the_teacher_first(desk: Desk) -> Transcript:
    """A homeroom teacher signed too, visibly, before principal and seal: reported, and no harm."""
    hands = [desk.hand(slug) for slug in ("doi-sim-homeroom", "doi-sim-principal", "doi-sim-seal")]
    return desk.register(desk.issue(DOI_SIM, 34, by=hands), 34)


@_scene()
def valid_primary_of_a_private_school(desk: Desk) -> Transcript:
    """A private school, certified by a public CA, for one of the levels that it teaches."""
    record = desk.record(ANH_DUONG, 33, Level.PRIMARY)
    return desk.register(desk.issue(ANH_DUONG, 33, record=record), 33)


@_scene()
def valid_vice_principal_on_behalf(desk: Desk) -> Transcript:
    """A vice-principal signed for the principal (KT.), by time-stamp before that key was suspended."""
    hands = [desk.hand("anh-duong-vice-principal"), desk.hand("anh-duong-seal")]
    return desk.register(desk.issue(ANH_DUONG, 30, by=hands), 30)


@_scene()
def valid_principal_who_left_since(desk: Desk) -> Transcript:
    """The principal has left since; the time-stamp proves a signature while in office."""
    hands = [desk.hand("song-may-principal-former"), desk.hand("song-may-seal")]
    return desk.register(desk.issue(SONG_MAY, 200, by=hands), 200)


@_scene("UNREGISTERED")
def valid_principal_before_the_registry(desk: Desk) -> Transcript:
    """Signed before the registry began, by a principal entered as historical: the time-stamp lies in that term."""
    hands = [desk.hand("song-may-principal-before"), desk.hand("song-may-seal")]
    return desk.issue(SONG_MAY, 700, by=hands)


@_scene()
def valid_seal_revoked_since(desk: Desk) -> Transcript:
    """The seal's key was revoked later: by its time-stamp it signed before that."""
    hands = [desk.hand("doi-sim-principal"), desk.hand("doi-sim-seal-revoked")]
    return desk.register(desk.issue(DOI_SIM, 90, by=hands), 90)


@_scene("UNREGISTERED")
def valid_time_stamp_of_another_authority(desk: Desk) -> Transcript:
    """Time-stamps of an authority that the registry does not know: no proof and no fault, and all keys are in force."""
    cast, key = desk.cast, certification.p256_key()
    name = "Dấu thời gian nước ngoài (mẫu)"
    issuing = certification.authority(name, certification.p256_key(), cast.now)
    certificate = certification.certify(issuing, name, name, key, cast.now, time_stamps=True)
    clock = certification.TimeStampAuthority(kit.Signer(certificate, key, issuing.chain))
    return desk.issue(SONG_MAY, 28, clock=clock.dated(cast.day(28)))


@_scene()
def valid_countersigned_by_the_receiver(desk: Desk) -> Transcript:
    """The receiving department signed afterwards without an appearance: it does not count, and no harm."""
    transcript = desk.register(desk.issue(SONG_MAY, 27), 27)
    pdf = desk.sign(transcript.pdf, desk.hand("bien-lang-seal"), desk.cast.day(20))
    return replace(transcript, pdf=pdf)


@_scene("TRANSCRIPT_SUPERSEDED")
def superseded(desk: Desk) -> Transcript:
    """Authentic, but a corrected version 2 is registered."""
    return desk.register(desk.issue(SONG_MAY, 50), 50)


@_scene()
def valid_second_version(desk: Desk) -> Transcript:
    """The corrected version 2: it names what it replaces, and who asked, confirmed and was told."""
    record = corrected(desk.made["superseded"].record, desk.cast.day(25))
    return desk.register(desk.issue(SONG_MAY, 25, record=record), 25)


@_scene()
def valid_school_merged_since(desk: Desk) -> Transcript:
    """The school has been merged into another one since: what it signed before stays good."""
    return desk.register(desk.issue(SUOI_MO, 120), 120)


@_scene("TRANSCRIPT_SUPERSEDED")
def superseded_by_the_successor(desk: Desk) -> Transcript:
    """Of a school merged since, whose successor has registered a corrected version 2."""
    return desk.register(desk.issue(SUOI_MO, 130), 130)


@_scene()
def valid_version_of_the_successor(desk: Desk) -> Transcript:
    """The corrected version 2 of a merged school's transcript, under the successor's own code."""
    record = corrected(desk.made["superseded-by-the-successor"].record, desk.cast.day(23))
    record["issuer"] = desk.record(SONG_MAY, 23)["issuer"]
    return desk.register(desk.issue(SONG_MAY, 23, record=record), 23)


@_scene()
def valid_certificate_on_no_list(desk: Desk) -> Transcript:
    """The anchor's CRLs are asked: the registry holds the newest, and they list neither certificate of the path."""
    hands = [desk.hand("song-may-vice-principal"), desk.hand("song-may-seal")]
    return desk.register(desk.issue(SONG_MAY, 29, by=hands), 29)


@_scene()
def valid_certificate_revoked_since(desk: Desk) -> Transcript:
    """A CRL lists the vice-principal's certificate as revoked: by its time-stamp it signed before that."""
    hands = [desk.hand("song-may-vice-principal-former"), desk.hand("song-may-seal")]
    return desk.register(desk.issue(SONG_MAY, 55, by=hands), 55)


@_scene()
def valid_archived(desk: Desk) -> Transcript:
    """Archived (PAdES B-LTA): the file brings the CRLs that the registry lacks, under a time-stamp over all of it."""
    hands = [desk.hand("song-may-vice-principal-2"), desk.hand("song-may-seal")]
    transcript = desk.issue(SONG_MAY, 31, by=hands)
    pdf = archived(transcript.pdf, desk.cast.lists("late", 30, 20), desk.cast.clock.dated(desk.cast.day(30)))
    return desk.register(replace(transcript, pdf=pdf), 30)


@_scene()
def valid_certified(desk: Desk) -> Transcript:
    """The principal certified it, allowing signatures alone, and the seal signed."""
    principal, seal = (desk.hand(slug) for slug in ("song-may-principal", "song-may-seal"))
    record = desk.record(SONG_MAY, 32)
    unsigned = desk.compose(record, ())
    pdf = desk.sign(unsigned, principal, desk.cast.day(32), certify=True)
    return desk.register(Transcript(record, unsigned, desk.sign(pdf, seal, desk.cast.day(32, 9, 10))), 32)


@_scene("APPEARANCE_ADDED")
def valid_seal_where_no_field_was(desk: Desk) -> Transcript:
    """The seal set itself a field after the principal had signed: compare the grades with the record."""
    principal, seal = (desk.hand(slug) for slug in ("song-may-principal", "song-may-seal"))
    record = desk.record(SONG_MAY, 26)
    unsigned = desk.compose(record, (), sealed=False)
    pdf = desk.sign(unsigned, principal, desk.cast.day(26))
    pdf = desk.sign(pdf, seal, desk.cast.day(26, 9, 10), box=FREE)
    return desk.register(Transcript(record, unsigned, pdf), 26)
