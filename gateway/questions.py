"""Bodies of calls: strict JSON into typed questions; what is wrong is named by its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from gateway import problems
from issuers.refusals import Refused, Why

T = TypeVar("T", bound=msgspec.Struct)

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9.-]{1,20}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Pem = Annotated[str, msgspec.Meta(max_length=120_000)]
"""A certificate with its chain; `issuers/admission.py` says how long each may be."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Nobody was appointed before, nobody will be after; and in between an instant has a name in every time zone."""

PLACE = re.compile(r" - at `\$\.?(.*)`$")
FIELD = re.compile(r"(?:(unknown)|missing required) field `([A-Za-z0-9_]{1,40})`")


def decode(content: bytes, form: type[T]) -> T:
    """A body as one of our forms; an empty one says nothing.

    Raises problems' Refused for what is no JSON, issuers' Refused (MALFORMED, UNKNOWN_FIELD) for the rest.
    """
    try:
        asked = msgspec.json.decode(content or b"{}", type=form)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problems.Refused("not-json") from None
    _years(asked, "")
    return asked


def _refusal(text: str) -> Refused:
    """The field at fault. msgspec tells it in its message alone; what was sent in it is not repeated."""
    place = PLACE.search(text)
    field = FIELD.search(text)
    parts = [place.group(1) if place else "", field.group(2) if field else ""]
    why = Why.UNKNOWN_FIELD if field and field.group(1) else Why.MALFORMED
    return Refused(why, ".".join(part for part in parts if part))


def _years(value: Any, place: str) -> None:  # noqa: ANN401 (whatever a form holds)
    if isinstance(value, date):
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise Refused(Why.MALFORMED, place)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _years(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, Mapping):
        for one in value.values():
            _years(one, place)
    elif isinstance(value, list | tuple):
        for row, one in enumerate(value):
            _years(one, f"{place}[{row}]")
