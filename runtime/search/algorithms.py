"""The algorithms that can be run: one file each, one line here; their settings stand in `runtime.settings`."""

from __future__ import annotations

from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search.ddarts import DDartsTask
from nasc.runtime.search.ednas import EdnasTask
from nasc.runtime.search.fairdarts import FairDartsTask
from nasc.runtime.search.gdas import GdasTask
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.pcdarts import PcdartsTask
from nasc.runtime.search.pdarts import PdartsTask
from nasc.runtime.search.scored import EvolutionTask, RandomTask

ALGORITHMS: dict[str, type[SearchTask]] = {
    "darts": DartsTask,
    "fairdarts": FairDartsTask,
    "ddarts": DDartsTask,
    "gdas": GdasTask,
    "ednas": EdnasTask,
    "pcdarts": PcdartsTask,
    "pdarts": PdartsTask,
    "random": RandomTask,
    "evolution": EvolutionTask,
}
