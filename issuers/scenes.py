"""All sample transcripts, in the order in which they are made: some take up what an earlier one made."""

from __future__ import annotations

from issuers import doubtful, forged, genuine, printouts
from issuers.scene import Scene

SCENES: list[Scene] = [*genuine.SCENES, *doubtful.SCENES, *forged.SCENES, *printouts.SCENES]
