"""The sample transcripts: one function each, whose docstring says why it is judged as it is.

What is expected was read out of HB-1, never out of the engine. A scene shows only what differs from the ordinary: the
record of a whole level, signed by principal and school seal with time-stamps, and registered.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from issuers import certification, kit, pupils
from issuers.cast import ANH_DUONG, DOI_SIM, SONG_MAY
from issuers.desk import Desk, Transcript
from verify.trust import Level

Play = Callable[[Desk], Transcript]


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample file, what HB-1 says of it, and how it is made; `reasons` in the order of the law's table."""

    name: str
    verdict: str
    reasons: tuple[str, ...]
    why: str
    play: Play


SCENES: list[Scene] = []
"""In this order, for some take up what an earlier one made."""


def _scene(*reasons: str) -> Callable[[Play], Play]:
    def enter(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        why = (play.__doc__ or "").partition("\n")[0]
        SCENES.append(Scene(name, name.partition("-")[0], reasons, why, play))
        return play

    return enter


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
    record = _corrected(desk, desk.made["superseded"].record, 25)
    return desk.register(desk.issue(SONG_MAY, 25, record=record), 25)


@_scene("NOT_REGISTERED")
def indeterminate_second_version_not_registered(desk: Desk) -> Transcript:
    """A version 2 of a transcript of which only version 1 is registered."""
    first = desk.register(desk.issue(SONG_MAY, 48), 48)
    return desk.issue(SONG_MAY, 24, record=_corrected(desk, first.record, 24))


@_scene("NOT_REGISTERED")
def indeterminate_school_that_registers_all(desk: Desk) -> Transcript:
    """Well signed, but this school registers all that it issues, and this it has not."""
    return desk.issue(ANH_DUONG, 22)


@_scene("ROLE_MISSING", "UNREGISTERED")
def indeterminate_without_seal(desk: Desk) -> Transcript:
    """The principal signed; the school's seal is missing."""
    return desk.issue(SONG_MAY, 21, by=[desk.hand("song-may-principal")])


@_scene("UNKNOWN_KEY", "ROLE_MISSING", "UNREGISTERED")
def indeterminate_stranger_of_the_same_name(desk: Desk) -> Transcript:
    """Signed with a genuine certificate in the principal's name, whose key the registry does not know."""
    hand = desk.hand("song-may-principal")
    stranger = replace(hand, signer=desk.cast.stranger("song-may-principal"))
    return desk.issue(SONG_MAY, 20, by=[stranger, desk.hand("song-may-seal")])


@_scene("NO_PROOF_OF_EXISTENCE", "UNREGISTERED")
def indeterminate_signed_after_leaving(desk: Desk) -> Transcript:
    """The former principal signed when no longer in office: nothing proves an earlier signature."""
    hands = [desk.hand("song-may-principal-former"), desk.hand("song-may-seal")]
    return desk.issue(SONG_MAY, 100, by=hands)


@_scene("KEY_REVOKED", "UNREGISTERED")
def indeterminate_revoked_seal(desk: Desk) -> Transcript:
    """The seal's key is revoked, and without time-stamp or register nothing proves that it signed before that.

    The seal signs first: a signature by a revoked key fills no role, so that its appearance after the principal's would
    be a forbidden change.
    """
    hands = [desk.hand("doi-sim-seal-revoked"), desk.hand("doi-sim-principal")]
    return desk.issue(DOI_SIM, 65, by=hands, stamped=False)


@_scene("KEY_SUSPENDED", "NOT_REGISTERED")
def indeterminate_suspended_key(desk: Desk) -> Transcript:
    """The vice-principal's key is suspended, and by its time-stamp it signed after that."""
    hands = [desk.hand("anh-duong-vice-principal"), desk.hand("anh-duong-seal")]
    return desk.issue(ANH_DUONG, 5, by=hands)


@_scene("NO_SIGNATURE")
def invalid_without_signature(desk: Desk) -> Transcript:
    """It looks like a transcript; nobody has signed it."""
    record = desk.record(SONG_MAY, 19)
    return Transcript(record, None, desk.compose(record, ()))


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
    return replace(sound, unsigned=None, pdf=_with_record(sound.pdf, _better(sound.record)))


@_scene("MODIFIED_AFTER_SIGNING", "RECORD_INCONSISTENT", "UNREGISTERED")
def invalid_record_replaced_between(desk: Desk) -> Transcript:
    """The record was replaced between the signatures: principal and seal signed different grades."""
    sound = desk.issue(SONG_MAY, 17, by=[desk.hand("song-may-principal")])
    record = _better(sound.record)
    pdf = desk.sign(_with_record(sound.pdf, record), desk.hand("song-may-seal"), desk.cast.day(17, 9, 10))
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
    return desk.issue(SONG_MAY, 14, record=_better(registered.record))


@_scene("RECORD_INCONSISTENT", "UNREGISTERED")
def invalid_name_of_the_school(desk: Desk) -> Transcript:
    """The record calls the school by a name that the registry does not know it by."""
    record = desk.record(SONG_MAY, 13)
    record["issuer"]["name"] = "Trường THPT chuyên Sông Mây (mẫu)"
    return desk.issue(SONG_MAY, 13, record=record)


def _corrected(desk: Desk, first: Mapping[str, Any], ago: int) -> dict[str, Any]:
    """Version 2 of a record: half a point less in one semester, and what follows for the year."""
    record, reason = copy.deepcopy(dict(first)), "Nhập nhầm điểm học kì II (mẫu)"
    day = desk.cast.day(ago).date().isoformat()
    year = record["years"][-1]
    subject = next(one for one in year["subjects"] if one["assessed_by"] == "score")
    first_term, second_term = (round(subject[term] * 10) for term in ("semester_1", "semester_2"))
    new = {"semester_2": second_term - 5, "year": pupils.year_average(first_term, second_term - 5)}
    for field, mark in new.items():
        change = {"subject": subject["code"], "field": field, "old": subject[field], "new": mark / 10}
        year["corrections"].append({**change, "on": day, "reason": reason})
        subject[field] = mark / 10
    year["learning_result"] = pupils.learning_result(pupils.averages(year["subjects"]))
    record["version"], record["issued_on"] = 2, day
    record["supersedes"] = {
        "number": record["number"],
        "version": 1,
        "record_digest": kit.digests(first, b"").record_digest,
    }
    record["amendment"] = {
        "reason_code": "entry_error",
        "reason": reason,
        "requested_by": "Giáo viên chủ nhiệm (mẫu)",
        "confirmed_by": "Hiệu trưởng (mẫu)",
        "reported_to": record["issuer"]["department_code"],
        "decision_no": "31/QĐ (mẫu)",
        "on": day,
    }
    return record


def _better(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same record with tens wherever marks are numbers: sums that add up, and still not what was signed."""
    better = copy.deepcopy(dict(record))
    for year in better["years"]:
        for subject in year["subjects"]:
            if subject["assessed_by"] == "score":
                subject.update(semester_1=10, semester_2=10, year=10)
    return better


def _with_record(pdf: bytes, record: Mapping[str, Any]) -> bytes:
    """The PDF with another record embedded, by an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    named = {generic.pdf_name("/Type"): generic.pdf_name("/EmbeddedFile")}
    files = writer.root["/AF"][0]["/EF"]
    files["/F"] = files["/UF"] = writer.add_object(generic.StreamObject(named, stream_data=kit.canonical(record)))
    writer.update_container(files)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()
