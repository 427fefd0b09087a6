"""The network that a file of weights belongs to, from what the file says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nasc.compiler.build import Network, decided
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.dsl.diagnostic import fail
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime import weights_file


def rebuild(about: Mapping[str, Any], name: str) -> tuple[Network, str]:
    """The network that the file `name` of weights says it belongs to, and the data that it was trained on."""
    try:
        options = json.loads(about["options"])
        options["input"] = tuple(options["input"]) if options["input"] else None
        document = read(Source(about["name"], about["text"]), about["dialect"]).document
        model = decided(plan(document, about["network"], Options(**options)), bool(about["auxiliary"]))
        return model, str(about["data"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"what {name} says of its network cannot be read: {type(error).__name__}: {error}"
        raise fail("E503", message, help="is it of another version of nasc? " + weights_file.ANEW) from None
