"""Sample transcripts that nothing proves wrong, and for which something needed is missing."""

from __future__ import annotations

from dataclasses import replace

from issuers.cast import ANH_DUONG, DOI_SIM, SONG_MAY
from issuers.desk import Desk, Transcript
from issuers.edits import corrected, with_script
from issuers.scene import Scene, entering

SCENES: list[Scene] = []
_scene = entering(SCENES)


@_scene("NOT_REGISTERED")
def indeterminate_second_version_not_registered(desk: Desk) -> Transcript:
    """A version 2 of a transcript of which only version 1 is registered."""
    first = desk.register(desk.issue(SONG_MAY, 48), 48)
    return desk.issue(SONG_MAY, 24, record=corrected(first.record, desk.cast.day(24)))


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
    """The seal's key is revoked, and without time-stamp or register nothing proves that it signed before that."""
    hands = [desk.hand("doi-sim-principal"), desk.hand("doi-sim-seal-revoked")]
    return desk.issue(DOI_SIM, 65, by=hands, stamped=False)


@_scene("KEY_SUSPENDED", "NOT_REGISTERED")
def indeterminate_suspended_key(desk: Desk) -> Transcript:
    """The vice-principal's key is suspended, and by its time-stamp it signed after that."""
    hands = [desk.hand("anh-duong-vice-principal"), desk.hand("anh-duong-seal")]
    return desk.issue(ANH_DUONG, 5, by=hands)


@_scene("KEY_REVOKED", "UNREGISTERED")
def indeterminate_certificate_revoked(desk: Desk) -> Transcript:
    """A CRL lists the vice-principal's certificate as revoked, and nothing proves an earlier signature."""
    hands = [desk.hand("song-may-vice-principal-former"), desk.hand("song-may-seal")]
    return desk.issue(SONG_MAY, 56, by=hands, stamped=False)


@_scene("STALE_DATA")
def indeterminate_stale_lists(desk: Desk) -> Transcript:
    """The newest CRLs that the registry holds are overtaken, and older than the signature."""
    hands = [desk.hand("song-may-vice-principal-2"), desk.hand("song-may-seal")]
    return desk.register(desk.issue(SONG_MAY, 30, by=hands), 30)


@_scene("ACTIVE_CONTENT")
def indeterminate_with_a_script(desk: Desk) -> Transcript:
    """Well signed and registered, but a script runs when it is opened: nobody knows what its readers see."""
    record = desk.record(SONG_MAY, 11)
    return desk.register(desk.issue(SONG_MAY, 11, record=record, paper=with_script(desk.compose(record, ()))), 11)
