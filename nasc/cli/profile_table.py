"""The table that `nasc compile --profile` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from nasc.compiler.layer_rules import show
from nasc.compiler.profile import Cost, Profile
from nasc.dsl.diagnostic import many


def show_profile(found: Profile) -> None:
    """Print the costs of the network, of each cell and of each operation."""
    title = f"batch {found.batch}, {many(found.threads, 'thread')}, {found.device}; medians"
    table = Table(title=title, title_justify="left")
    for name in ("cells", "part", "shape"):
        table.add_column(name)
    for name in ("forward ms", "backward ms", "kept MB"):
        table.add_column(name, justify="right")
    table.add_row("", "network", "", *_numbers(found.network), style="bold")
    for cell in found.cells:
        form = "/2" if cell.stride == 2 else ""
        table.add_section()
        table.add_row(_spans(cell.indexes), f"{cell.name}{form}", show(cell.shape), *_numbers(cell.cost), style="bold")
        for operation in cell.operations:
            table.add_row("", f"  {operation.state} = {operation.text}", "", *_numbers(operation.cost))
            for choice in operation.choices:
                table.add_row("", f"    {choice.text}", "", *_numbers(choice.cost), style="dim")
    console = Console()
    Console(width=max(console.width, 100) if console.is_terminal else 120).print(table)


def _numbers(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.forward * 1e3:,.2f}", f"{cost.backward * 1e3:,.2f}", f"{cost.kept / 1e6:,.2f}"


def _spans(indexes: tuple[int, ...]) -> str:
    """Indexes as people write them.

    >>> _spans((0, 2, 3, 4))
    '0, 2-4'
    """
    runs: list[list[int]] = []
    for index in indexes:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
