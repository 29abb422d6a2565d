"""Our reader beside pyHanko's: what ours clears pyHanko clears too, and what both read is the same.

Files at hand, and files grown by a small grammar of updates: what signing tools write, bent in places. Where ours
refuses and pyHanko does not is counted, by our reason; `docs/conformance.md` has the table of a long run. MUTATIONS is
how many files are grown: 60 by default, always the same ones.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import corpus
import pikepdf
import pyhanko_reader
import pytest
import sheet
import world
from cases import changes
from corpus.genuine import (
    BACK,
    BETTER,
    CATALOG,
    CONTENT,
    MARK,
    PAGE,
    PAGES,
    SIZE,
    genuine,
    half,
    objects,
    signed_by,
    stamped,
    unsigned,
)
from corpus.update import packed, streamed, update
from envelopes import signed_data
from placed import waiting
from suites import suite
from test_attacks import ATTACKS, normal, signed
from world import cast

from verify import pdf as ours
from verify.cms import parse, parse_token
from verify.der import Malformed
from verify.document import Document, View
from verify.evidence import Revision, Unreadable
from verify.fields import byte_range, contents, read_form, signature_of
from verify.references import same
from verify.syntax import Damaged, Ref, Stream

MUTATIONS = int(os.environ.get("MUTATIONS", "60"))
LONG = MUTATIONS > 60

ARGUED = {
    "new objects, or old ones as they were": "what the signed revision refers to is what it was; the rule"
    " asks where new objects hang (at fields, their signatures, the security store), and no further",
    "pyHanko stumbles after a refusal": "an earlier update was refused, and with it the file",
    "Duplicate field name": "a name twice: the whole file cannot be judged, and no later update may take a field away",
    "Names must be strings": "a field without a name that is one: the second reader sees none, and the file is refused",
    "used in multiple contexts": "the appearances that others use as well are not written: the field is given others",
    "AP entry should point to a dictionary": "a field that is just filled has no appearance, and shows none",
    "/Metadata should be an indirect reference": "metadata that were no stream become one: nobody draws either",
    "not found in the current context": "a reference to nothing is null (7.3.10); an update that fills it is refused",
    "Unable to find 'endstream' marker": "nobody reads the stream to compare, and the file as a whole cannot be judged",
    "Dict keys differ": "an entry that is null is none (7.3.9)",
    "Key /VRI was deleted": "what is in a security store proves nothing by having been there; its data are still read",
    "/Extensions was deleted": "it says which extensions are used, and nothing is drawn by it",
}
"""Updates that ours clears and pyHanko does not, by the kind of edit: why that harms nobody."""
REFERENCE = re.compile(r"Reference\(idnum=(\d+), generation=0\)")


# The comparison.


@dataclass(slots=True)
class Compared:
    """What came of some files: `lenient` must be empty but for what is argued, `different` always."""

    files: int = 0
    updates: int = 0
    agreed: int = 0
    lenient: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    stricter: Counter[str] = field(default_factory=Counter)

    def ask(self, name: str, content: bytes) -> None:
        """Compare one file."""
        try:
            begun = ours._beginnings(content)
            reading = ours._read(content, {end: one.hexdigest() for end, one in begun.items()}, begun)
        except (Damaged, Unreadable, ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as why:
            self._unread(content, f"file: {why}")
            return
        try:
            theirs = pyhanko_reader.read(content)
        except pyhanko_reader.Unfollowed:
            return
        self.files += 1
        last = Document(content).last
        mine = {
            pyhanko_reader.Signature(
                one.name,
                contents(found),
                byte_range(last, found),
                reading.revisions[ours._revision(one, last.document)].end,
            )
            for one, found in ((one, signature_of(last, one)) for one in reading.fields if one.value)
        }
        # pyHanko passes over fields without a name.
        if {one for one in mine if one.field} != {one for one in theirs.signatures if one.field}:
            self.different.append(f"{name}: signatures")
        if [one.end for one in reading.revisions] != [one.end for one in theirs.updates if one.end]:
            self.different.append(f"{name}: ends of revisions")
        stored = {"/Certs": reading.certificates, "/CRLs": reading.crls, "/OCSPs": reading.ocsps}
        if {kind: frozenset(held) for kind, held in stored.items()} != theirs.stores:
            self.different.append(f"{name}: security store")
        self._compare(name, last.document, reading.revisions, {one.end: one for one in theirs.updates})

    def _compare(
        self, name: str, document: Document, revisions: Sequence[Revision], theirs: Mapping[int, pyhanko_reader.Update]
    ) -> None:
        old, spoiled = None, False
        for view, one in zip(document.views, revisions, strict=True):
            other = theirs.get(one.end)
            if other is not None and one.attachment.content != other.record and not one.attachment.fault:
                self.different.append(f"{name}: record")
            if other is not None and old is not None and any(held.value for held in read_form(old).fields):
                self.updates += 1
                why = one.unclear or one.refused
                self.agreed += bool(why) == bool(other.refused)
                if why and not other.refused:
                    self.stricter[why] += 1
                if other.refused and not why:
                    self.lenient.append(f"{name}: {kind(other.refused, old, view, spoiled=spoiled)}")
                spoiled = spoiled or bool(why)
            old = view

    def _unread(self, content: bytes, why: str) -> None:
        try:
            theirs = pyhanko_reader.read(content)
        except pyhanko_reader.Unfollowed:
            return
        if not any(one.refused for one in theirs.updates):
            self.stricter[why] += 1


def kind(refusal: str, old: View, new: View, *, spoiled: bool) -> str:
    """What it is that pyHanko refuses, as far as can be told."""
    numbers = [*map(int, REFERENCE.findall(refusal.partition("\n")[0]))]
    if numbers and all(one not in old.given or same(old.get(Ref(one, 0)), new.get(Ref(one, 0))) for one in numbers):
        return "new objects, or old ones as they were"
    return "pyHanko stumbles after a refusal" if spoiled and "Error: " in refusal else refusal


# The grammar.


@dataclass(slots=True)
class Data:
    """A stream with its bytes."""

    dictionary: dict[str, Any]
    content: bytes


def told(held: Any) -> bytes:  # noqa: ANN401 - a PDF object
    """An object as bytes."""
    return next(write(held) for kind, write in SPELT if isinstance(held, kind))


def name(held: str) -> bytes:
    """A name; whatever is no letter and no digit is escaped."""
    signs = held[1:].encode("latin-1")
    return b"/" + b"".join(bytes([one]) if chr(one).isalnum() else b"#%02x" % one for one in signs)


def stream(held: Data) -> bytes:
    """A stream; its length is what it is."""
    whole = told(held.dictionary | {"/Length": len(held.content)})
    return whole + b"\nstream\n" + held.content + b"\nendstream"


SPELT: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (type(None), lambda _: b"null"),
    (bool, lambda held: b"true" if held else b"false"),
    (Ref, lambda held: b"%d %d R" % held),
    (str, name),
    (bytes, lambda held: b"<%s>" % held.hex().encode()),
    (list, lambda held: b"[ %s ]" % b" ".join(map(told, held))),
    (dict, lambda held: b"<< %s >>" % b" ".join(told(key) + b" " + told(one) for key, one in held.items())),
    (Data, stream),
    (object, lambda held: str(held).encode()),
)


class Update:
    """One update as it is written: what it changes, and by which edits."""

    def __init__(self, content: bytes, random: Random) -> None:
        self.content, self.random = content, random
        self.view = Document(content).last
        self.objects: dict[int, Any] = {}
        self.edits: list[str] = []
        self.trailer: dict[str, Any] = {"/Root": self.view.trailer["/Root"]}
        if self.view.information is not None:
            self.trailer["/Info"] = self.view.information

    def get(self, held: Any) -> Any:  # noqa: ANN401 - a PDF object
        """An object as it stands by now."""
        if not isinstance(held, Ref):
            return held
        if held.number in self.objects:
            return self.objects[held.number]
        found = self.view.get(held)
        return Data(found.dictionary, self.view.encoded(found)) if isinstance(found, Stream) else found

    def write(self, held: Ref) -> Any:  # noqa: ANN401 - a PDF object
        """An object that was there, to be changed."""
        return self.objects.setdefault(held.number, deepcopy(self.get(held)))

    def add(self, held: Any) -> Ref:  # noqa: ANN401 - a PDF object
        """A new object."""
        number = max([*self.view.given, *self.objects]) + 1
        self.objects[number] = held
        return Ref(number, 0)

    def inside(self, holder: Any, key: str, made: Any) -> Any:  # noqa: ANN401 - PDF objects
        """What a dictionary that is being written holds under a key, to be changed as well; `made` if it has none."""
        held = holder.setdefault(key, made)
        return self.write(held) if isinstance(held, Ref) else held

    @property
    def root(self) -> Any:  # noqa: ANN401 - a PDF object
        """The catalog, to be changed."""
        return self.write(self.trailer["/Root"])

    def held(self, made: Any) -> Any:  # noqa: ANN401 - a PDF object
        """A value as it is, or as an object of its own."""
        return self.add(made) if self.random.random() < 0.5 else made

    def written(self) -> bytes:
        """The file with the update: a table, a stream, or a stream and an object stream."""
        form = self.random.choice(("table", "table", "stream", "packed"))
        bodies = {number: told(held) for number, held in self.objects.items()}
        self.edits.append(form)
        entries = b" ".join(told(key) + b" " + told(one) for key, one in self.trailer.items())
        if form == "table":
            return update(self.content, bodies, trailer=entries)
        entries = b" ".join(told(key) + b" " + told(one) for key, one in self.trailer.items() if key != "/Root")
        if form == "stream":
            return streamed(self.content, bodies, entries=entries)
        inner = {number: body for number, body in bodies.items() if not isinstance(self.objects[number], Data)}
        outer = {number: body for number, body in bodies.items() if number not in inner}
        own = max([*self.view.given, *bodies]) + 1
        inside = {number: (own, nth) for nth, number in enumerate(inner)}
        return streamed(self.content, outer | {own: packed(inner)}, inside=inside, entries=entries)


Part = Callable[[Update], None]


def information(made: Update) -> None:
    """Document information, in place or anew."""
    if isinstance(made.trailer.get("/Info"), Ref) and made.random.random() < 0.5:
        made.write(made.trailer["/Info"])["/Title"] = b"Khac"
    else:
        made.trailer["/Info"] = made.add({"/Title": b"Khac", "/Trapped": "/True"})


def metadata(made: Update) -> None:
    """XMP, in place or anew."""
    held = made.root.get("/Metadata")
    if not isinstance(held, Ref) or made.random.random() < 0.5:
        held = made.root["/Metadata"] = made.add(None)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    made.objects[held.number] = Data({"/Type": "/Metadata", "/Subtype": "/XML"}, xmp)


def store(made: Update) -> None:
    """Validation data, with or without a record for each signature."""
    if "/DSS" not in made.root:
        made.root["/DSS"] = made.held({})
    held = made.inside(made.root, "/DSS", {})
    der = made.add(Data({}, world.der(cast().principal)))
    name = made.random.choice(("/Certs", "/CRLs", "/OCSPs"))
    made.inside(held, name, made.held([])).append(der)
    if made.random.random() < 0.5:
        record = made.held({"/Cert": made.held([der]), "/TU": b"D:20260601000000Z"})
        made.inside(held, "/VRI", made.held({}))["/" + made.random.randbytes(20).hex().upper()] = record


def new_field(made: Update) -> None:
    """A signature field more, on the first page; with its widget in one, or apart."""
    page = first_page(made.view)
    widget: dict[str, Any] = {"/Type": "/Annot", "/Subtype": "/Widget", "/F": 132, "/Rect": [0, 0, 0, 0], "/P": page}
    if made.random.random() < 0.5:
        look = Data({"/Type": "/XObject", "/Subtype": "/Form", "/BBox": [0, 0, 9, 9]}, b"")
        widget |= {"/Rect": [60, 300, 90, 330], "/AP": {"/N": made.add(look)}}
    said = {"/FT": "/Sig", "/T": b"more%d" % len(made.objects)}
    if made.random.random() < 0.7:
        number = shown = made.add(widget | said)
    else:
        number = made.add(said)
        shown = made.add(widget | {"/Parent": number})
        made.objects[number.number]["/Kids"] = [shown]
    made.inside(made.inside(made.root, "/AcroForm", {}), "/Fields", []).append(number)
    if made.random.random() < 0.9:
        made.inside(made.write(page), "/Annots", []).append(shown)
    if made.random.random() < 0.5:
        made.objects[number.number]["/V"] = signature(made)


def fill(made: Update) -> None:
    """A signature in an empty field, if there is one."""
    for one in read_form(made.view).fields:
        if one.value is None and one.number.number not in made.objects:
            held = made.write(one.number)
            held["/V"] = signature(made)
            if made.random.random() < 0.5:
                held["/AP"] = {"/N": made.add(Data({"/Subtype": "/Form", "/BBox": [0, 0, 9, 9]}, b""))}
            return


def signature(made: Update) -> Ref:
    """A signature dictionary, whose value is none."""
    held = {"/Type": "/Sig", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.CAdES.detached"}
    return made.add(held | {"/ByteRange": [0, 9, 99, 9], "/Contents": bytes(9)})


def extensions(made: Update) -> None:
    """Extensions of the format."""
    made.root["/Extensions"] = made.held({"/ESIC": {"/BaseVersion": "/1.7", "/ExtensionLevel": 5}})


def flags(made: Update) -> None:
    """The form's flags."""
    made.inside(made.root, "/AcroForm", {})["/SigFlags"] = 3


def again(made: Update) -> None:
    """An object once more as it was."""
    number = made.random.choice(sorted(made.view.places))
    made.write(Ref(number, 0))


PARTS: tuple[Part, ...] = (information, metadata, store, new_field, fill, extensions, flags, again)


def first_page(view: View) -> Ref:
    """Where the first page is."""
    kids = view.entries(view.value(view.root["/Pages"], "/Kids"))
    if not isinstance(kids[0], Ref):
        raise LookupError("a page that has no number")  # noqa: TRY004 - as of what is not there
    return kids[0]


KEYS = [
    "/AA", "/A", "/OpenAction", "/Perms", "/Legal", "/Names", "/AF", "/Pages", "/AcroForm", "/DSS", "/Metadata",
    "/Lang", "/Extensions", "/MarkInfo", "/Version", "/PageLabels", "/OCProperties", "/ViewerPreferences",
    "/StructTreeRoot", "/Annots", "/Contents", "/Resources", "/Rotate", "/MediaBox", "/CropBox", "/Parent", "/Kids",
    "/Count", "/Tabs", "/Fields", "/SigFlags", "/NeedAppearances", "/DR", "/DA", "/Q", "/XFA", "/CO", "/FT", "/T",
    "/TU", "/TM", "/Ff", "/V", "/DV", "/F", "/Rect", "/P", "/AP", "/AS", "/MK", "/BS", "/Border", "/H", "/Lock",
    "/SV", "/StructParent", "/Type", "/Subtype", "/Filter", "/SubFilter", "/ByteRange", "/Reference", "/M", "/Name",
    "/Reason", "/Cert", "/Prop_Build", "/Certs", "/CRLs", "/OCSPs", "/VRI", "/CRL", "/OCSP", "/TS", "/Title",
    "/Length", "/N", "/D", "/BBox", "/NM",
]  # fmt: skip


def value(made: Update) -> Any:  # noqa: ANN401 - a PDF object
    """Anything."""
    plain: tuple[Any, ...] = (
        None,
        0,
        1,
        2,
        132,
        True,
        b"x",
        "/Sig",
        "/Tx",
        "/Annot",
        "/Widget",
        [],
        {},
        [0, 0, 9, 9],
        {"/S": "/URI"},
    )
    kind = made.random.randrange(5)
    if kind == 0:
        return Ref(made.random.choice(sorted({*made.view.places} | {*made.objects})), 0)
    if kind == 1:
        return made.add(deepcopy(made.random.choice(plain)))
    if kind == 2:
        return made.add(Data({"/Type": "/XObject", "/Subtype": "/Form", "/BBox": [0, 0, 9, 9]}, b"q Q"))
    return deepcopy(made.random.choice(plain))


def bend(made: Update) -> None:
    """One thing of an object otherwise: of those that are written already, or of any that was there."""
    random = made.random
    if made.objects and random.random() < 0.6:
        number = random.choice(sorted(made.objects))
    else:
        number = random.choice(sorted(made.view.places))
    held = made.write(Ref(number, 0))
    what = held.get("/Type", held.get("/S", "")) if isinstance(held, dict) else type(held).__name__
    if isinstance(held, Data):
        what = held.dictionary.get("/Type", "stream")
        if random.random() < 0.3:
            held.content += b" "
            made.edits.append(f"longer {what}")
            return
        held = held.dictionary
    while random.random() < 0.4 and (below := [one for one in parts(held) if isinstance(one, (dict, list))]):
        held = random.choice(below)
    made.edits.append(f"{bent(made, held, number)} in {what}")


def parts(held: Any) -> list[Any]:  # noqa: ANN401 - a PDF object
    """The values of a dictionary or an array."""
    return [*held.values()] if isinstance(held, dict) else held if isinstance(held, list) else []


def bent(made: Update, held: Any, number: int) -> str:  # noqa: ANN401 - a PDF object
    """Change one entry of a dictionary or an array; anything else becomes anything."""
    random = made.random
    if not isinstance(held, (dict, list)):
        made.objects[number] = value(made)
        return "another object"
    places: list[Any] = [*held] if isinstance(held, dict) else [*range(len(held))]
    how = random.choice(("put", "put", "drop", "replace", "copy", "apart", "inline", "swap"))
    if how == "put" or not places:
        if isinstance(held, dict):
            key = random.choice(KEYS)
            held[key] = value(made)
            return f"put {key}"
        held.insert(random.randrange(len(held) + 1), value(made))
        return "put an entry"
    place = random.choice(places)
    one = held[place]
    key = place if isinstance(place, str) else "an entry"
    if how == "drop":
        del held[place]
    elif how == "copy" and isinstance(one, Ref):
        held[place] = made.add(deepcopy(made.get(one)))
    elif how == "inline" and isinstance(one, Ref) and not isinstance(made.get(one), Data):
        held[place] = deepcopy(made.get(one))
    elif how == "apart" and not isinstance(one, Ref):
        held[place] = made.add(one)
    elif how == "swap" and len(places) > 1:
        other = random.choice(places)
        held[place], held[other] = held[other], one
    else:
        how, held[place] = "replace", value(made)
    return f"{how} {key}"


@cache
def with_streams() -> bytes:
    """Signed in a file whose objects stand in object streams."""
    with pikepdf.open(BytesIO(sheet.sheet(fields=("principal", "school_seal", "notary")))) as opened:
        made = sheet.written(opened, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sheet.sign(made, cast().principal, "principal")


@cache
def with_data() -> bytes:
    """Signed, with validation data and a document time-stamp."""
    return sheet.stamp(changes_of_all(genuine()), world.NOW)


def changes_of_all(pdf: bytes) -> bytes:
    """Validation data, information and metadata."""
    return changes.metadata(sheet.updated(sheet.updated(pdf, changes.security_store), changes.information))


BASES: tuple[Callable[[], bytes], ...] = (genuine, half, stamped, waiting, normal, with_streams, with_data, unsigned)


def grown(random: Random) -> tuple[str, bytes]:
    """A file, some updates more, and the names of what they do."""
    base = random.choice(BASES)
    content, edits = base(), [base.__name__]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        try:
            made = Update(content, random)
            for part in random.sample(PARTS, random.choice((1, 1, 2, 3))):
                part(made)
                made.edits.append(part.__name__)
            for _ in range(random.choice((0, 1, 1, 1, 2))):
                bend(made)
            content = made.written()
            edits += made.edits
            if base is unsigned and random.random() < 0.7:
                content = signed_by("principal", pdf=content)
        except (Damaged, LookupError, AttributeError, TypeError, ValueError):
            break  # what was bent before leaves nothing to go on from
    return ", ".join(edits), content


def mutations() -> Iterator[tuple[str, bytes]]:
    """Always the same."""
    for seed in range(MUTATIONS):
        yield grown(Random(seed))  # noqa: S311 - it bends files


# What is compared.


def held(compared: Compared, fewest: int, *argued: str) -> None:
    """Nothing differs, nothing is more lenient than `argued`, and enough was compared."""
    assert compared.different == []
    assert [one for one in compared.lenient if not any(word in one for word in argued)] == []
    assert compared.updates >= fewest


def test_the_suites_are_read_alike() -> None:
    compared = Compared()
    for path in sorted(suite("pdf-malformed").rglob("*.pdf")):
        compared.ask(path.name, path.read_bytes())
    held(compared, 20, *ARGUED)


def test_the_corpus_of_forgeries_is_read_alike() -> None:
    for module in pkgutil.iter_modules(corpus.__path__):
        importlib.import_module(f"corpus.{module.name}")
    compared = Compared()
    for one in corpus.FORGERIES[:: 1 if LONG else 8]:
        compared.ask(one.id, one.forge(one.of()))
    held(compared, 500 if LONG else 50, *ARGUED)


def test_attacks_are_read_alike() -> None:
    compared = Compared()
    for name, attack in ATTACKS.items():
        compared.ask(name, attack(signed()))
    for change in changes.FORBIDDEN.values():
        compared.ask(change.__name__, sheet.updated(normal(), change))
    for name, allowed in changes.ALLOWED.items():
        compared.ask(name, allowed(normal()))
    held(compared, 40)


def test_grown_files_are_read_alike() -> None:
    compared = Compared()
    for edits, content in mutations():
        compared.ask(edits, content)
    held(compared, MUTATIONS, *ARGUED)


# CMS.

HEXADECIMAL = re.compile(rb"/Contents\s*<([0-9A-Fa-f]{200,})>")
HASHED_ELSEWHERE = frozenset({"certificates", "content", "imprint", "imprint_name", "time"})
"""What of an envelope is broken by its own signature or digest, if it is changed."""


def fields_of(der: bytes) -> dict[str, Any] | None:
    """What we read of a token or another envelope, certificates but the first in no order; None if we refuse it."""
    try:
        token = parse_token(der)
    except Malformed:
        token = None
    try:
        read = token.signed if token else parse(der)
    except Malformed:
        return None
    found = {one.name: getattr(read, one.name) for one in fields(read) if one.name != "key_id"}
    if token:
        found |= {"imprint": token.imprint, "imprint_name": token.imprint_name, "time": token.time}
    return found | {"certificates": (read.certificates[0], *sorted(read.certificates[1:]))}


def theirs_of(der: bytes, found: dict[str, Any]) -> dict[str, object]:
    return (pyhanko_reader.read_token if "time" in found else pyhanko_reader.read_cms)(der)


def envelopes_alike(folder: Path) -> int:
    """Compare every envelope in the files of a folder, and the tokens in them; how many we read."""
    queue = [
        bytes.fromhex(match[1].decode().ljust(len(match[1]) + len(match[1]) % 2, "0"))
        for path in sorted(folder.rglob("*.pdf"))
        for match in HEXADECIMAL.finditer(path.read_bytes())
    ]
    compared = 0
    while queue:
        der = queue.pop()
        found = fields_of(der)
        if found is not None:
            assert theirs_of(der, found) == found
            queue += [*found["timestamps"], *found["content_timestamps"]]
            compared += 1
    return compared


def test_every_envelope_of_the_suites_is_read_alike() -> None:
    assert envelopes_alike(suite("pdf-malformed")) > 20


@cache
def envelopes() -> tuple[bytes, bytes]:
    """A small signature, and a small token."""
    (stamp,) = parse(ours._read(stamped(), {}, {}).signatures[0].cms).timestamps
    return signed_data(cast().principal, bytes(32)), stamp


@pytest.mark.parametrize("which", [0, 1], ids=["signature", "token"])
def test_whatever_we_accept_with_one_bit_turned_is_read_alike(which: int) -> None:
    """Where the other reader refuses what nobody signed, we read what we read before."""
    der = envelopes()[which]
    whole = fields_of(der)
    assert whole is not None
    flips = range(8 * len(der))
    if len(flips) > MUTATIONS:
        flips = Random(which).sample(flips, MUTATIONS)  # type: ignore[assignment] # noqa: S311 - it turns bits
    accepted = 0
    for flip in flips:
        bent = bytearray(der)
        bent[flip // 8] ^= 1 << flip % 8
        found = fields_of(bytes(bent))
        if found is None:
            continue
        accepted += 1
        try:
            assert theirs_of(bytes(bent), found) == found
        except pyhanko_reader.Unfollowed:
            assert {key for key in whole if found.get(key) != whole[key]} <= HASHED_ELSEWHERE
    assert accepted > len(flips) // 2


# What was found.


def twice(name: str) -> bytes:
    """A signed file in which the catalog refers to one stream in two places: it is a page's, or an embedded file's."""
    root = objects()[CATALOG].removesuffix(b">>")
    if name == "page":
        root = root.replace(b"/Catalog", b"/Page") + b"/Parent 2 0 R /Contents 11 0 R /Metadata 11 0 R >>"
        return signed_by("principal", pdf=unsigned({CATALOG: root, PAGES: SINGLE, PAGE: b"null", BACK: b"null"}))
    annex = b"(annex) << /Type /Filespec /F (annex) /EF << /F 32 0 R >> >> (transcript.json)"
    root = root.replace(b"(transcript.json)", annex) + b"/Metadata 32 0 R >>"
    return signed_by("principal", pdf=unsigned({CATALOG: root, SIZE: objects()[CONTENT]}))


SINGLE = b"<< /Type /Pages /Kids [ 1 0 R ] /Count 1 /MediaBox [0 0 595 842] /Resources 10 0 R >>"


@pytest.mark.parametrize(("base", "number"), [("page", CONTENT), ("annex", SIZE)])
def test_what_has_two_uses_in_one_dictionary_is_not_written_anew(base: str, number: int) -> None:
    content = sheet.appended(twice(base), {number: objects()[CONTENT].replace(MARK, BETTER)})
    assert ours._read(content, {}, {}).revisions[-1].refused
