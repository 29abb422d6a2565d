"""Values out of pyHanko's dictionaries and arrays, references followed.

`DictionaryObject.get` does not follow a reference, so that an indirect value is taken for something else; an attacker
chooses which values are indirect. Everything that reads a PDF object goes through here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError


def value(dictionary: Any, name: str) -> Any:  # noqa: ANN401 - any PDF object
    """The value under a name, or None. Raises PdfReadError for what is no dictionary."""
    held = dictionary.get_object() if isinstance(dictionary, generic.IndirectObject) else dictionary
    if not isinstance(held, generic.DictionaryObject):
        raise PdfReadError("not a dictionary")
    if name not in held:
        return None
    found = held.raw_get(name).get_object()
    # An entry that is null is none at all (ISO 32000-2, 7.3.9).
    return None if isinstance(found, generic.NullObject) else found


def entries(array: Any) -> Iterator[Any]:  # noqa: ANN401 - any PDF object
    """The entries of an array; none for None. Raises PdfReadError for what is no array."""
    if array is None:
        return
    if not isinstance(array, generic.ArrayObject):
        raise PdfReadError("not an array")
    yield from (one.get_object() for one in array)
