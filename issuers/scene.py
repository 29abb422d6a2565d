"""The shape of a sample transcript: what is made, what HB-1 says of it, and why in one line.

What is expected was read out of HB-1, never out of the engine. A scene shows only what differs from the ordinary: the
record of a whole level, signed by principal and school seal with time-stamps, and registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from issuers.desk import Desk, Transcript

Play = Callable[[Desk], Transcript]


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample file, what HB-1 says of it, and how it is made; `reasons` in the order of the law's table."""

    name: str
    verdict: str
    reasons: tuple[str, ...]
    why: str
    play: Play


def entering(scenes: list[Scene]) -> Callable[..., Callable[[Play], Play]]:
    """A decorator that enters functions into a list: the name is the file's and begins with the verdict.

    It is called with the reasons; the docstring's first line says why.
    """

    def scene(*reasons: str) -> Callable[[Play], Play]:
        def enter(play: Play) -> Play:
            name = play.__name__.replace("_", "-")
            why = (play.__doc__ or "").partition("\n")[0]
            scenes.append(Scene(name, name.partition("-")[0], reasons, why, play))
            return play

        return enter

    return scene
