"""Sample transcripts that are wrong: unsigned, tampered with, withdrawn, or in a name not their own."""

from __future__ import annotations

from dataclasses import replace

from issuers.cast import SONG_MAY, SUOI_MO
from issuers.desk import Desk, Transcript
from issuers.edits import better, with_record, with_second_record
from issuers.scene import Scene, entering

SCENES: list[Scene] = []
_scene = entering(SCENES)


@_scene("NO_SIGNATURE")
def invalid_without_signature(desk: Desk) -> Transcript:
    """It looks like a transcript; nobody has signed it."""
    record = desk.record(SONG_MAY, 19)
    return Transcript(record, None, desk.compose(record, (), coded=False))


@_scene("SIGNATURE_BROKEN")
def invalid_byte_changed(desk: Desk) -> Transcript:
    """One byte of a registered transcript was changed after signing, so both signatures fail."""
    sound = desk.made["valid"]
    height = b"841.8898"  # of a page: a change that no viewer shows
    if height not in sound.pdf:
        raise LookupError("the page's height is written otherwise")
    return replace(sound, unsigned=None, pdf=sound.pdf.replace(height, b"841.8899", 1))


@_scene("MODIFIED_AFTER_SIGNING")
def invalid_record_replaced(desk: Desk) -> Transcript:
    """Better grades were put in place of the record after both signatures, by an incremental update."""
    sound = desk.register(desk.issue(SONG_MAY, 18), 18)
    return replace(sound, unsigned=None, pdf=with_record(sound.pdf, better(sound.record)))


@_scene("MODIFIED_AFTER_SIGNING", "RECORD_INCONSISTENT", "UNREGISTERED")
def invalid_record_replaced_between(desk: Desk) -> Transcript:
    """The record was replaced between the signatures: principal and seal signed different grades."""
    first = desk.record(SONG_MAY, 17)
    paper = desk.compose(first, (), coded=False)
    sound = desk.issue(SONG_MAY, 17, by=[desk.hand("song-may-principal")], record=first, paper=paper)
    record = better(first)
    pdf = desk.sign(with_record(sound.pdf, record), desk.hand("song-may-seal"), desk.cast.day(17, 9, 10))
    return Transcript(record, None, pdf)


@_scene("ISSUER_MISMATCH", "ROLE_MISSING", "UNREGISTERED")
def invalid_principal_of_another_school(desk: Desk) -> Transcript:
    """The principal who signed is principal of another school."""
    return desk.issue(SONG_MAY, 16, by=[desk.hand(slug) for slug in ("doi-sim-principal", "song-may-seal")])


@_scene("TRANSCRIPT_WITHDRAWN")
def invalid_withdrawn(desk: Desk) -> Transcript:
    """Well signed and registered, then withdrawn by the school."""
    transcript = desk.register(desk.issue(SONG_MAY, 45), 45)
    desk.withdraw(transcript, 15)
    return transcript


@_scene("REGISTER_MISMATCH")
def invalid_other_than_registered(desk: Desk) -> Transcript:
    """Well signed, but the register knows another record under this number and version."""
    registered = desk.register(desk.issue(SONG_MAY, 14), 14)
    return desk.issue(SONG_MAY, 14, record=better(registered.record))


@_scene("RECORD_INCONSISTENT", "UNREGISTERED")
def invalid_name_of_the_school(desk: Desk) -> Transcript:
    """The record calls the school by a name that the registry does not know it by."""
    record = desk.record(SONG_MAY, 13)
    record["issuer"]["name"] = "Trường THPT chuyên Sông Mây (mẫu)"
    return desk.issue(SONG_MAY, 13, record=record)


@_scene("RECORD_INCONSISTENT")
def invalid_two_records(desk: Desk) -> Transcript:
    """Two records were embedded before both signatures: nobody can say which of them was signed for."""
    record = desk.record(SONG_MAY, 12)
    paper = with_second_record(desk.compose(record, (), coded=False), better(record))
    return replace(desk.register(desk.issue(SONG_MAY, 12, record=record, paper=paper), 12), unsigned=None)


@_scene("RECORD_INCONSISTENT", "NO_PROOF_OF_EXISTENCE", "UNREGISTERED")
def invalid_school_no_more(desk: Desk) -> Transcript:
    """In the name of a school that had been merged into another one before that day."""
    return desk.issue(SUOI_MO, 60)
