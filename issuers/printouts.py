"""Sample papers: photographs, scans and single QR codes, judged by the code alone, and codes that contradict a file.

HB-1 section 5 gives what is expected. A picture of a code alone stands for a photograph that shows nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from issuers import camera, symbol
from issuers.cast import ANH_DUONG, DOI_SIM, SONG_MAY
from issuers.certification import ed25519_key
from issuers.desk import PUBLIC_URL, Desk, Transcript
from issuers.edits import better, forged
from issuers.scene import Scene, entering
from verify.claims import GRADES

SCENES: list[Scene] = []
_scene = entering(SCENES)

ELSEWHERE = "https://hocba.example"
"""A gateway of another province."""


@_scene("QR_ONLY")
def valid_photo(desk: Desk) -> Transcript:
    """A photograph of a registered transcript's last page: its QR code is genuine, and the register confirms it."""
    sound = desk.made["valid"]
    return Transcript(sound.record, None, camera.photo(sound.pdf))


@_scene("QR_ONLY")
def valid_scan(desk: Desk) -> Transcript:
    """A registered transcript printed and scanned: pages are pictures, no signature survives, the QR code does."""
    sound = desk.made["valid-without-time-stamp"]
    return Transcript(sound.record, None, camera.scan(sound.pdf))


@_scene("QR_ONLY")
def valid_code_of_a_primary_school(desk: Desk) -> Transcript:
    """The QR code alone of a private school's transcript: levels of attainment instead of scores."""
    record = desk.made["valid-primary-of-a-private-school"].record
    return Transcript(record, None, symbol.picture(desk.code(record)))


@_scene("QR_ONLY")
def valid_code_of_a_key_revoked_since(desk: Desk) -> Transcript:
    """The QR key was revoked later: by the register the code existed before that."""
    record = desk.record(DOI_SIM, 80)
    code = desk.code(record, "doi-sim-qr-revoked")
    desk.enter(record, 80, code=code)
    return Transcript(record, None, symbol.picture(code))


@_scene("QR_ONLY", "QR_FOREIGN_HOST")
def valid_code_of_another_gateway(desk: Desk) -> Transcript:
    """The code's address is another gateway's; its claims are in this register, and nobody asks the other."""
    record = desk.record(SONG_MAY, 35)
    code = symbol.make(record, desk.cast.qr_holders["song-may-qr"].key, ELSEWHERE)
    desk.enter(record, 35, code=code)
    return Transcript(record, None, symbol.picture(code))


@_scene("TRANSCRIPT_SUPERSEDED", "QR_ONLY")
def superseded_photo(desk: Desk) -> Transcript:
    """A photograph of version 1, and a corrected version 2 is registered."""
    first = desk.made["superseded"]
    return Transcript(first.record, None, camera.photo(first.pdf))


@_scene("NOT_REGISTERED", "QR_ONLY")
def indeterminate_code_not_registered(desk: Desk) -> Transcript:
    """The transcript is registered and its code is not: the code's second witness is missing."""
    record = desk.record(SONG_MAY, 15)
    desk.enter(record, 15)
    return Transcript(record, None, symbol.picture(desk.code(record)))


@_scene("NOT_REGISTERED", "KEY_REVOKED", "QR_ONLY")
def indeterminate_code_of_a_revoked_key(desk: Desk) -> Transcript:
    """The QR key is revoked, and no entry in the register proves that it signed before that."""
    record = desk.record(DOI_SIM, 75)
    return Transcript(record, None, symbol.picture(desk.code(record, "doi-sim-qr-revoked")))


@_scene("KEY_REVOKED", "QR_ONLY")
def indeterminate_code_registered_after_the_revocation(desk: Desk) -> Transcript:
    """The QR key is revoked, and the code was registered only after that."""
    record = desk.record(DOI_SIM, 78)
    code = desk.code(record, "doi-sim-qr-revoked")
    desk.enter(record, 78)
    desk.enter(record, 12, code=code)
    return Transcript(record, None, symbol.picture(code))


@_scene("UNKNOWN_KEY", "ROLE_MISSING", "NOT_REGISTERED", "QR_ONLY")
def indeterminate_code_of_a_stranger(desk: Desk) -> Transcript:
    """A sound code in the school's name, under a key that the registry does not know."""
    record = desk.record(SONG_MAY, 10)
    return Transcript(record, None, symbol.picture(symbol.make(record, ed25519_key(), PUBLIC_URL)))


@_scene("QR_INCOMPLETE", "QR_ONLY")
def indeterminate_code_without_grades(desk: Desk) -> Transcript:
    """A registered code that carries no grades: there is nothing to compare with the paper."""
    record = desk.record(ANH_DUONG, 9)
    code = desk.code(record, leave_out=GRADES)
    desk.enter(record, 9, code=code)
    return Transcript(record, None, symbol.picture(code))


@_scene("ROLE_MISSING", "QR_ONLY")
def indeterminate_code_on_an_unsigned_pdf(desk: Desk) -> Transcript:
    """A registered transcript before anybody signed it: its code is genuine, and stands for no text around it."""
    sound = desk.made["valid-certified"]
    return Transcript(sound.record, None, sound.unsigned or b"")


@_scene("NO_QR_FOUND")
def indeterminate_photo_of_nothing(desk: Desk) -> Transcript:
    """A photograph without a QR code: take a sharper one."""
    return Transcript(desk.made["valid"].record, None, camera.nothing())


@_scene("ISSUER_MISMATCH", "ROLE_MISSING", "NOT_REGISTERED", "QR_ONLY")
def invalid_code_by_another_school(desk: Desk) -> Transcript:
    """A code in the name of one school, signed with the QR key of another."""
    record = desk.record(SONG_MAY, 8)
    return Transcript(record, None, symbol.picture(desk.code(record, "doi-sim-qr")))


@_scene("TRANSCRIPT_WITHDRAWN", "QR_ONLY")
def invalid_photo_of_a_withdrawn_transcript(desk: Desk) -> Transcript:
    """A photograph of a transcript that the school has withdrawn."""
    withdrawn = desk.made["invalid-withdrawn"]
    return Transcript(withdrawn.record, None, camera.photo(withdrawn.pdf))


@_scene("SIGNATURE_BROKEN", "QR_MISMATCH", "QR_ONLY")
def invalid_code_with_better_grades(desk: Desk) -> Transcript:
    """Better grades were put into a registered code: its signature fails, and the register knows other claims."""
    record = desk.made["valid"].record
    return Transcript(record, None, symbol.picture(forged(desk.code(record), PUBLIC_URL)))


@_scene("QR_MISMATCH")
def invalid_code_of_another_transcript(desk: Desk) -> Transcript:
    """Well signed and registered, but the code on the page is another pupil's."""
    record, other = desk.record(SONG_MAY, 7), desk.made["valid"].record
    paper = symbol.stamp(desk.compose(record, (), coded=False), desk.code(other))
    transcript = desk.issue(SONG_MAY, 7, record=record, paper=paper)
    return replace(desk.register(transcript, 7), unsigned=None)


@_scene("QR_MISMATCH", "QR_ONLY")
def invalid_scan_of_two_codes(desk: Desk) -> Transcript:
    """A scan on which a second code of the same number says other grades, under the school's own key."""
    record = desk.record(SONG_MAY, 6)
    desk.enter(record, 6, code=desk.code(record))
    paper = symbol.stamp(desk.compose(record, ()), desk.code(better(record)))
    return Transcript(record, None, camera.scan(paper))
