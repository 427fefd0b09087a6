"""Data sets that are held in memory."""

from pathlib import Path

from nasc.runtime.data.images import Images
from nasc.runtime.data.places import Part
from nasc.runtime.data.registry import load as load_any


def load(name: str, data_dir: Path | None, part: Part) -> Images:
    """One part of a data set that is not read file by file."""
    images = load_any(name, data_dir, part)
    assert isinstance(images, Images)
    return images
