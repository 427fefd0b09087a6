"""The algorithms that search recurrent cells: one file each, one line here; settings in `runtime.language_settings`."""

from __future__ import annotations

from nasc.runtime.search.language import LanguageSearchTask
from nasc.runtime.search.language_darts import DartsLanguageTask
from nasc.runtime.search.language_ednas import EdnasLanguageTask
from nasc.runtime.search.language_gdas import GdasLanguageTask

LANGUAGE_ALGORITHMS: dict[str, type[LanguageSearchTask]] = {
    "darts": DartsLanguageTask,
    "gdas": GdasLanguageTask,
    "ednas": EdnasLanguageTask,
}
