"""A PDF as it stood after each of its revisions: objects by number, references followed.

A revision is what one `startxref` and `%%EOF` close: one cross-reference section, or two where a file was linearized.
All that is read of a file goes through the `View` of one revision, so that nothing of a later one stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from verify.encryption import Encryption, read_encryption
from verify.syntax import WHITE, Damaged, Excessive, Ref, Stream, read, read_object
from verify.xref import ELSEWHERE, ENDSTREAM, LAST, Packed, Section, Standing, decoded, near, read_sections

END = re.compile(LAST.pattern + rb"(\r\n|\n|\r)?")
PAIRS = re.compile(rb"(?:" + WHITE + rb"|\d)*+")
MAX_PACKED = 2000
"""Objects in one object stream: tools write 100 or 200."""
MAX_PLACES = 1_000_000
"""Places that all views keep together: a transcript's ten have a few thousand, and each place takes 100 octets."""
MAX_TEXT = 2 << 20
"""Octets of all objects without the data of streams: a transcript has a tenth of a megabyte, one whose every cell is
tagged a whole one."""
BLANKS = b"\x00\t\n\x0c\r "
MAX_DIGITS = 10
"""Of a number or an offset in the header of an object stream."""

ENCODING = ELSEWHERE | {"/Filter", "/DecodeParms"}
"""Keys that say how the data of a stream are to be read."""

Place = Standing | Packed


class Document:
    """A file, its views oldest first, and what was read of it so far; deciphered, if an empty password opens it.

    Raises Damaged: it cannot be read without guessing.
    """

    def __init__(self, content: bytes) -> None:
        if not content.startswith(b"%PDF-"):  # some readers count from the header, others from the first octet
            raise Damaged("a header that is not the beginning")
        self.content = content
        self.views: list[View] = []
        self.standing: dict[int, tuple[Ref, Any, int]] = {}
        """What stands at an offset: number, object, end."""
        self.packed: dict[int, list[Any]] = {}
        """What the object stream at an offset holds."""
        self.owners: dict[int, Ref] = {}
        """Of an encrypted file: whose the stream is whose bytes begin at an offset."""
        self._text = 0
        ends = {near(content, int(match[1])): match.end() for match in END.finditer(content)}
        places: dict[int, Place] = {}
        given: frozenset[int] = frozenset()
        open_sections: list[Section] = []
        kept = 0
        for section in reversed(read_sections(content)):
            open_sections.append(section)
            places = {number: place for number, place in places.items() if number not in section.freed}
            places |= section.places
            given |= section.places.keys()
            if section.start in ends:
                kept += len(places)
                if kept > MAX_PLACES:
                    raise Excessive("too many objects", "objects")
                self.views.append(View(self, ends[section.start], tuple(open_sections), places, given))
                open_sections = []
        self.encryption = self._encryption()

    @property
    def last(self) -> View:
        """The file as it stands."""
        return self.views[-1]

    def read(self, offset: int) -> tuple[Ref, Any, int]:
        """What stands at an offset: its number, the object, and where that ends. Raises Damaged."""
        begin = near(self.content, offset)
        number, held, end = self._object(begin)
        self.count(end - begin)
        if self.encryption is not None:
            held = self.encryption.plain(number, held)
            if isinstance(held, Stream):
                self.owners[held.begin] = number
        return number, held, end

    def count(self, octets: int) -> None:
        """Note what was read. Raises Excessive."""
        self._text += octets
        if self._text > MAX_TEXT:
            raise Excessive("too much to read", "objects")

    def _object(self, begin: int) -> tuple[Ref, Any, int]:
        """The object that begins at an offset; what of it lies beyond MAX_TEXT is not looked at."""
        content, most = self.content, begin + MAX_TEXT
        if len(content) <= most:
            return read_object(content, begin)
        try:
            return read_object(memoryview(content)[:most], begin)
        except Damaged:
            if content.find(b"endobj", begin, most) < 0 and content.find(b"stream", begin, most) < 0:
                raise Excessive("too much to read", "objects") from None
            raise

    def _encryption(self) -> Encryption | None:
        """How the file is encrypted, from its first section to its last in the same way. Raises Damaged."""
        trailers = [section.trailer for view in self.views for section in view.sections]
        newest = [view.trailer for view in self.views]
        said = [one.get("/Encrypt") for one in newest]
        if not any("/Encrypt" in one for one in trailers):
            return None
        # A linearized file has two trailers in a revision, of which the older may say less.
        if not all(one.get("/Encrypt", said[0]) == said[0] for one in trailers) or said != said[:1] * len(said):
            raise Damaged("encryption that begins or changes later")
        identifiers = [one.get("/ID") for one in newest]
        first = [one[0] if isinstance(one, list) and one else b"" for one in identifiers]
        if not isinstance(first[0], bytes) or first != first[:1] * len(first):
            raise Damaged("an identifier that changes")
        entry = said[0]
        if isinstance(entry, Ref):
            places = {view.places.get(entry.number) for view in self.views}
            (place, *others) = places
            if others or not isinstance(place, Standing):
                raise Damaged("encryption that begins or changes later")
            self.standing[place.offset] = found = read_object(self.content, place.offset)
            if found[0] != entry:
                raise Damaged("an object that is another")
            entry = found[1]
        return read_encryption(entry, first[0])


def generation(place: Place) -> int:
    """The generation of an object that stands in a place; in an object stream there is but one (7.5.7)."""
    return 0 if isinstance(place, Packed) else place.generation


class View:
    """The file after one revision.

    `end` is where the revision ends, `sections` are its own cross-references, `places` where every object stood then,
    `given` the numbers that were ever given out, freed ones too.
    """

    def __init__(
        self,
        document: Document,
        end: int,
        sections: tuple[Section, ...],
        places: Mapping[int, Place],
        given: frozenset[int],
    ) -> None:
        self.document = document
        self.end = end
        self.sections = sections
        self.places = places
        self.given = given

    def writes(self, number: int | None) -> bool:
        """Whether the revision itself lists an object."""
        return any(number in section.places for section in self.sections)

    def history(self) -> Iterator[Section]:
        """Every section up to this revision, oldest first."""
        views = self.document.views
        for view in views[: views.index(self) + 1]:
            yield from view.sections

    @property
    def trailer(self) -> Mapping[str, Any]:
        """The newest trailer."""
        return self.sections[-1].trailer

    @property
    def information(self) -> Any:  # noqa: ANN401 - a reference, or anything
        """Where the document information is, by the newest trailer that says so."""
        return next((one.trailer["/Info"] for one in reversed([*self.history()]) if "/Info" in one.trailer), None)

    @property
    def root(self) -> dict[str, Any]:
        """The catalog. Raises Damaged."""
        return self.dictionary(self.trailer.get("/Root"))

    def get(self, held: Any) -> Any:  # noqa: ANN401 - any PDF object
        """An object, its reference followed; a reference to nothing is null (7.3.10). Raises Damaged."""
        if not isinstance(held, Ref):
            return held
        place = self.places.get(held.number)
        if place is None:
            return None
        found, value = self._packed(place, held) if isinstance(place, Packed) else self.standing(place.offset)[:2]
        # Of another generation it would be null, but to readers that go by the number alone.
        if found != held or isinstance(value, Ref):
            raise Damaged("an object that is another")
        return value

    def standing(self, offset: int) -> tuple[Ref, Any, int]:
        """What stands at an offset: its number, the object, and where that ends. Raises Damaged."""
        known = self.document.standing
        if offset not in known:
            known[offset] = self.document.read(offset)
        return known[offset]

    def value(self, held: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
        """What a dictionary holds under a key, None without. Raises Damaged for what is no dictionary."""
        return self.get(self.dictionary(held).get(key))

    def dictionary(self, held: Any) -> dict[str, Any]:  # noqa: ANN401 - any PDF object
        """A dictionary. Raises Damaged for anything else, streams too."""
        found = self.get(held)
        if not isinstance(found, dict):
            raise Damaged("not a dictionary")
        return found

    def entries(self, held: Any) -> list[Any]:  # noqa: ANN401 - any PDF object
        """The entries of an array, references not followed; none for None. Raises Damaged for what is no array."""
        found = self.get(held)
        if found is not None and not isinstance(found, list):
            raise Damaged("not an array")
        return found or []

    def end_of(self, stream: Stream) -> int:
        """Where the bytes of a stream end, by what it says and by what stands there alike. Raises Damaged."""
        length, content = self.value(stream.dictionary, "/Length"), self.document.content
        end = stream.begin + length if type(length) is int and length >= 0 else len(content)
        if not ENDSTREAM.match(content, end):
            raise Damaged("the length of a stream")
        return end

    def encoded(self, stream: Stream) -> bytes:
        """The bytes of a stream as they stand, deciphered. Raises Damaged."""
        held, encryption = self.document.content[stream.begin : self.end_of(stream)], self.document.encryption
        if encryption is None:
            return held
        return encryption.stream(self.document.owners[stream.begin], stream.dictionary, held)

    def decoded(self, stream: Stream) -> bytes:
        """The bytes of a stream, decoded (`xref.decoded`). Raises Damaged."""
        plain = {key: self.get(held) for key, held in stream.dictionary.items() if key in ENCODING}
        return decoded(plain, self.encoded(stream))

    def containers(self) -> Iterator[int]:
        """The offsets of the object streams that the objects of this view stand in. Raises Damaged."""
        numbers = {place.stream for place in self.places.values() if isinstance(place, Packed)}
        yield from (self._container(number)[0] for number in numbers)

    def all_packed(self, offset: int) -> list[Any]:
        """(number, object) of everything in the object stream at an offset. Raises Damaged."""
        known = self.document.packed
        if offset not in known:
            _, stream, _ = self.standing(offset)
            known[offset] = list(self._unpacked(stream))
        return known[offset]

    def _container(self, number: int) -> tuple[int, Any]:
        place = self.places.get(number)
        if not isinstance(place, Standing):
            raise Damaged("an object stream")
        found, stream, _ = self.standing(place.offset)
        if found != (number, place.generation) or not isinstance(stream, Stream):
            raise Damaged("an object stream")
        return place.offset, stream

    def _packed(self, place: Packed, held: Ref) -> tuple[Ref, Any]:
        offset, _ = self._container(place.stream)
        held_there = self.all_packed(offset)
        if place.nth >= len(held_there) or held_there[place.nth][0] != held.number:
            raise Damaged("an object stream")
        return Ref(held.number, 0), held_there[place.nth][1]

    def _is_packed(self, held: Ref) -> bool:
        return isinstance(self.places.get(held.number), Packed)

    def _unpacked(self, stream: Stream) -> Iterator[tuple[int, Any]]:
        """Number and object of each entry of an object stream (7.5.7)."""
        said = [one for one in stream.dictionary.values() if isinstance(one, Ref)]
        if stream.dictionary.get("/Type") != "/ObjStm" or any(self._is_packed(one) for one in said):
            raise Damaged("an object stream")  # its own length, say, must not stand in one
        count, first = self.value(stream.dictionary, "/N"), self.value(stream.dictionary, "/First")
        content = self.decoded(stream)
        self.document.count(len(content))
        if type(count) is not int or count < 0:
            raise Damaged("an object stream")
        if count > MAX_PACKED:
            raise Excessive("an object stream", "objects")
        if type(first) is not int or not 0 <= first <= len(content) or not PAIRS.fullmatch(content[:first]):
            raise Damaged("an object stream")
        header = content[:first].replace(b"\0", b" ").split()
        if len(header) != 2 * count or any(len(one) > MAX_DIGITS for one in header):
            raise Damaged("an object stream")
        numbers, offsets = [*map(int, header[::2])], [*map(int, header[1::2])]
        if len(set(numbers)) != count:
            raise Damaged("an object number twice in an object stream")  # readers take the first, or the last
        if count and offsets[0]:
            raise Damaged("an object stream")  # one reader looks for the first object some octets before its place
        for number, (offset, following) in zip(numbers, pairwise([*offsets, len(content)]), strict=True):
            held, end = read(content, first + offset)
            if end > first + following or content[end : first + following].strip(BLANKS):
                raise Damaged("an object stream")  # it would be read out of the next one, or something stands between
            yield number, held
