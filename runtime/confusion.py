"""What each class was taken for: counts by class, and a table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class ClassScore:
    """One class: its examples, the shares of them (0..1) whose label was best or among the best five, and the class
    that it was most often taken for by mistake, with how often; `taken_for` is empty where it never was."""

    name: str
    examples: int
    top1: float
    top5: float
    taken_for: str
    times: int


@dataclass(frozen=True, eq=False)
class Confusion:
    """`counts` int64 (classes, classes): how often a class (row) was taken for another (column); `top5` int64
    (classes,): how often the label was among the best five; `names` those of the classes."""

    counts: Tensor
    top5: Tensor
    names: Sequence[str]

    def by_class(self) -> list[ClassScore]:
        """The figures of every class that has examples, in the order of the labels."""
        wrong = self.counts.clone()
        wrong.fill_diagonal_(0)
        times, others = wrong.max(dim=1)
        rows = []
        for label, examples in enumerate(self.counts.sum(dim=1).tolist()):
            if examples:
                right, five, mistakes = int(self.counts[label, label]), int(self.top5[label]), int(times[label])
                other = self.names[int(others[label])] if mistakes else ""
                rows.append(ClassScore(self.names[label], examples, right / examples, five / examples, other, mistakes))
        return rows


def counted(logits: Tensor, labels: Tensor, counts: Tensor, top5: Tensor) -> None:
    """Add a batch to the counts: logits (N, classes) and labels (N,); the first of equal logits is the best."""
    classes = len(counts)
    best = logits.argmax(dim=1).cpu()
    places = labels.cpu() * classes + best
    counts += torch.bincount(places, minlength=classes * classes).reshape(classes, classes)
    five = (logits.topk(min(5, classes), dim=1).indices == labels[:, None]).any(dim=1).cpu()
    top5 += torch.bincount(labels.cpu()[five], minlength=classes)


def class_names(names: Sequence[str], classes: int) -> Sequence[str]:
    """The names of classes; their numbers where they have none."""
    return names or tuple(map(str, range(classes)))


def table(rows: Sequence[ClassScore]) -> str:
    """Lines of a class each."""
    wide = max([len("class"), *(len(row.name) for row in rows)])
    lines = [f"  {'class':{wide}}  examples    top-1    top-5  most often taken for"]
    for row in rows:
        other = f"{row.taken_for} ({row.times:,})" if row.times else ""
        line = f"  {row.name:{wide}}  {row.examples:8,}  {row.top1:7.2%}  {row.top5:7.2%}  {other}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def as_rows(rows: Sequence[ClassScore]) -> list[dict[str, Any]]:
    """For JSON."""
    return [dict(row.__dict__) for row in rows]
