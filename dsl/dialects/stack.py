"""The stack of a document's main network, cell by cell, for the formats that hold one."""

from collections.abc import Mapping

from nasc.dsl import nodes as n
from nasc.dsl.dialects.plain import Lost, Plain

MAX_CELLS = 100_000


def main_network(document: n.Document) -> n.Network | None:
    """The network that `train` names, else the first."""
    for recipe in document.recipes("train"):
        setting = recipe.setting("network")
        if setting and isinstance(setting.value, n.Chain) and setting.value.word in document.networks:
            return document.networks[setting.value.word or ""]
        break
    return next(iter(document.networks.values()), None)


def layout(document: n.Document) -> n.Cells | None:
    """The `cells:` of the main network, its own or inherited within the text."""
    bases = {i.name.text: i for i in document.items if isinstance(i, n.Network)}
    network = main_network(document)
    while network is not None:
        for item in network.body:
            if isinstance(item, n.Cells):
                return item
        network = bases.pop(network.base.text, None) if network.base else None
    return None


def stack(document: n.Document, cells: Mapping[str, Plain], lost: Lost) -> list[tuple[str, int]]:
    """Cell and stride of every place of the main network, from input to output."""
    found = layout(document)
    if found is None:
        lost.lose("a network that does not say its `cells:`")
        return []
    places: list[tuple[str, int]] = []
    for placed in found.placed:
        numbers = (None,) if placed.first is None else range(placed.first, (placed.last or placed.first) + 1)
        if placed.repeat == 0:
            lost.lose("a number of cells that `layers` sets", placed.span, "write how many: `normal*6`")
        elif placed.stride not in (1, 2):
            lost.lose("another stride than 2", placed.span)
        elif len(places) + len(numbers) * placed.repeat > MAX_CELLS:
            lost.lose(f"more than {MAX_CELLS:,} cells", placed.span)
        else:
            own = [_placed(placed, number, cells, lost) for number in numbers]
            places += [(name, placed.stride) for name in own if name] * placed.repeat
    return places


def _placed(placed: n.Placed, number: int | None, cells: Mapping[str, Plain], lost: Lost) -> str | None:
    """`normal[3]` is the cell `normal_3` if there is one, else a copy of `normal`."""
    name = placed.cell.text
    for known in (name,) if number is None else (f"{name}_{number}", name):
        if known in cells:
            return known
    lost.lose(f"the cell `{name}`, which this text does not define,", placed.cell.span)
    return None
