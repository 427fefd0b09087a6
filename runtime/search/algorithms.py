"""The algorithms that can be run: one file each, one line here; their settings stand in `runtime.settings`."""

from __future__ import annotations

from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search.loop import SearchTask

ALGORITHMS: dict[str, type[SearchTask]] = {"darts": DartsTask}
