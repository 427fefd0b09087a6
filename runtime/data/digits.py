"""The digits in the package: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998.

CC BY 4.0, https://doi.org/10.24432/C50P49; the copy is scikit-learn's, in its order. See DIGITS.md.
"""

from pathlib import Path

import numpy
import torch

from nasc.runtime.data.images import Images, check_labels
from nasc.runtime.data.places import Part, damaged, reading

FILE = Path(__file__).with_name("digits.npz")
COUNT = 1797
TRAINED = 1437
"""The first 1437 pictures (four of five) are for training, the other 360 for testing."""
BRIGHTEST = 16
"""The file counts the inked pixels of a 4 x 4 block: 0..16."""


def read(data_dir: Path | None, part: Part, _: list[str] | None = None) -> Images:
    """1437 (train) or 360 (test) pictures of 1 x 8 x 8. `data_dir` is not needed: the package has them.

    Raises E602 where the installed file is damaged.
    """
    with reading(FILE), numpy.load(FILE, allow_pickle=False) as archive:
        pixels, labels = archive["images"], archive["labels"]
    if pixels.shape != (COUNT, 8, 8) or labels.shape != (COUNT,) or pixels.dtype != "u1" or labels.dtype != "u1":
        raise damaged(FILE, f"wrong shapes {pixels.shape}, {labels.shape}", help="install nasc again")
    own = slice(None, TRAINED) if part == "train" else slice(TRAINED, None)
    if pixels.max() > BRIGHTEST:
        raise damaged(FILE, f"a pixel above {BRIGHTEST}", help="install nasc again")
    # To 0..255, as every data set here; rounded, so that 16 becomes 255.
    scaled = (pixels[own, None].astype("u2") * 255 + BRIGHTEST // 2) // BRIGHTEST
    numbers = torch.from_numpy(labels[own].astype("i8"))
    check_labels(FILE, numbers, 10)
    return Images(torch.from_numpy(scaled.astype("u1")), numbers)
