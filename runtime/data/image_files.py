"""Pictures in files, each as large as it is, read when they are asked for: what does not fit into memory."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import torch

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data.picture_file import decode
from nasc.runtime.data.unreadable import refused

KEPT = 1 << 30
"""Bytes of decoded pictures that stay in memory, so that small sets are decoded once."""
AHEAD = 4096
"""Pictures that may be under way at once; more are forgotten, since whoever expected them has gone on without."""


class Reader:
    """Decodes pictures by threads, which draw nothing: what comes out is a function of the file alone."""

    def __init__(self, channels: int, keep: int = KEPT) -> None:
        self.channels, self.room = channels, keep
        self.pool = ThreadPoolExecutor(min(os.cpu_count() or 1, 32), "picture")
        self.kept: dict[Path, torch.Tensor] = {}
        self.under_way: dict[Path, Future[torch.Tensor]] = {}

    def expect(self, paths: Sequence[Path]) -> None:
        """Begin to read."""
        if len(self.under_way) + len(paths) > AHEAD:
            for future in self.under_way.values():
                future.cancel()
            self.under_way.clear()
        for path in paths:
            if path not in self.kept and path not in self.under_way:
                self.under_way[path] = self.pool.submit(decode, path, self.channels)

    def take(self, paths: Sequence[Path]) -> list[torch.Tensor]:
        """The pictures, uint8 (channels, height, width) each. Raises E602, naming all that cannot be read."""
        self.expect(paths)
        found: dict[Path, torch.Tensor] = {}
        wrong: dict[str, str] = {}
        for path in dict.fromkeys(paths):
            try:
                found[path] = self.kept[path] if path in self.kept else self.under_way.pop(path).result()
            except NasError as error:
                wrong[str(path)] = error.diagnostics[0].message
        if wrong:
            raise refused(Path(os.path.commonpath([path.parent for path in paths])), wrong, len(paths))
        for path, picture in found.items():
            if path not in self.kept and picture.numel() <= self.room:
                self.kept[path], self.room = picture, self.room - picture.numel()
        return [found[path] for path in paths]


@dataclass(frozen=True, eq=False)
class ImageFiles:
    """`names` are paths below `folder`, `sizes` the bytes of the files, `labels` int64 (N,) the classes, from 0."""

    folder: Path
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    labels: torch.Tensor
    reader: Reader = field(repr=False)

    def __post_init__(self) -> None:
        assert len(self.names) == len(self.sizes) == len(self.labels), (len(self.names), self.labels.shape)
        assert self.labels.dtype == torch.int64, self.labels.dtype

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, indices: torch.Tensor) -> "ImageFiles":
        """The pictures at `indices` (int64, M), in that order; what was decoded stays so."""
        chosen = indices.tolist()
        names, sizes = tuple(self.names[i] for i in chosen), tuple(self.sizes[i] for i in chosen)
        return ImageFiles(self.folder, names, sizes, self.labels[indices], self.reader)

    def take(self, chosen: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        """The pictures at `chosen`, uint8 (channels, height, width) each, and their labels. Raises E602."""
        return self.reader.take(self._paths(chosen)), self.labels[chosen]

    def expect(self, chosen: torch.Tensor) -> None:
        """Read these meanwhile."""
        self.reader.expect(self._paths(chosen))

    def fingerprint(self) -> str:
        """Of the SHA-256 of names, sizes and labels: reading all of ImageNet for it would take hours."""
        digest = hashlib.sha256(b"files")
        for name, size, label in zip(self.names, self.sizes, self.labels.tolist(), strict=True):
            digest.update(f"{name}\0{size}\0{label}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:16]

    def _paths(self, chosen: torch.Tensor) -> list[Path]:
        return [self.folder / self.names[index] for index in chosen.tolist()]
