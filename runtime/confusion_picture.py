"""The confusion matrix drawn: SVG, or PNG by Pillow. One list of rectangles and words serves both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from nasc.dsl.diagnostic import fail
from nasc.runtime.confusion import Confusion
from nasc.runtime.text_file import write_atomically

INK, FAINT, RIGHT, WRONG = "#1f2933", "#6b7785", (47, 111, 159), (217, 95, 2)
SIDE = 900
"""Pixels that the matrix takes at most, where its cells need no more."""
NUMBERED, NAMED = 26, 7
"""Sides of a cell, in pixels, from which on it has its percentage in it, and its row and column their names."""


@dataclass(frozen=True)
class Box:
    """A filled rectangle; `about` is shown when a mouse rests on it."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    about: str = ""


@dataclass(frozen=True)
class Word:
    """A text that ends (`end`), begins (`start`) or has its middle at (x, y), which is its middle from above; `turned`
    is read upwards."""

    x: float
    y: float
    text: str
    size: float
    anchor: str = "start"
    fill: str = INK
    turned: bool = False


@dataclass(frozen=True)
class Picture:
    """What is drawn, in pixels."""

    width: int
    height: int
    boxes: Sequence[Box]
    words: Sequence[Word]


def refuse_suffix(file: Path) -> None:
    """Raise `NasError` (E802) for a file that ends neither in .svg nor in .png."""
    if file.suffix not in (".svg", ".png"):
        message = f"a matrix is drawn as .svg or .png, not as `{file.suffix or file.name}`"
        raise fail("E802", message, help=f"such as `{file.with_suffix('.svg')}`")


def draw(found: Confusion, title: str, file: Path) -> None:
    """Write the matrix to a file that ends with .svg or .png. Raises `NasError` (E802: another ending, E502)."""
    refuse_suffix(file)
    picture = lay_out(found, title)
    content = svg(picture).encode() if file.suffix == ".svg" else png(picture)
    write_atomically(file, lambda out: out.write(content))


def lay_out(found: Confusion, title: str) -> Picture:
    """Rows are classes, columns what they were taken for. Colour grows like a root of a cell's share of its row, so
    that rare mistakes are seen: blue where it is right, orange where it is not."""
    classes = len(found.counts)
    cell = min(48.0, SIDE / classes)
    cell = max(cell, 9.0) if classes <= 200 else cell
    named, size = cell >= NAMED, min(13.0, cell * 0.85)
    room = (max(map(len, found.names)) * size * 0.62 + 14) if named else 24
    left, top, side = room + 24, 64 + room, cell * classes
    boxes = [Box(left, top, side, side, "#f3f5f7")]
    words = [
        Word(left, 24, title, 16),
        Word(left + side / 2, 52, "taken for", 13, "middle", FAINT),
        Word(14, top + side / 2, "is", 13, "middle", FAINT, turned=True),
    ]
    sums = found.counts.sum(dim=1).tolist()
    for row, counts in enumerate(found.counts.tolist()):
        for column, count in enumerate(counts):
            if not count:
                continue
            share, x, y = count / sums[row], left + column * cell, top + row * cell
            about = f"{found.names[row]} taken for {found.names[column]}: {count:,} of {sums[row]:,}"
            boxes.append(Box(x, y, cell, cell, _colour(share, row == column), about))
            if cell >= NUMBERED:
                shown = f"{share:.0%}" if share >= 0.005 else "<1%"
                ink = "#ffffff" if share > 0.3 else INK
                words.append(Word(x + cell / 2, y + cell / 2, shown, cell * 0.3, "middle", ink))
    for place, name in enumerate(found.names if named else ()):
        middle = (place + 0.5) * cell
        words.append(Word(left - 6, top + middle, name, size, "end"))
        words.append(Word(left + middle, top - 6, name, size, turned=True))
    return Picture(round(max(left + side + 16, left + len(title) * 9)), round(top + side + 16), boxes, words)


def svg(picture: Picture) -> str:
    """A picture that stands alone."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" '
        f'width="{picture.width}" height="{picture.height}" font-family="Helvetica, Arial, sans-serif">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for box in picture.boxes:
        about = f"<title>{escape(box.about)}</title>" if box.about else ""
        place = f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'
        lines.append(f'<rect {place} fill="{box.fill}">{about}</rect>')
    for word in picture.words:
        turn = f' transform="rotate(-90 {word.x:.2f} {word.y:.2f})"' if word.turned else ""
        lines.append(
            f'<text x="{word.x:.2f}" y="{word.y:.2f}" dy="0.35em" font-size="{word.size:.1f}" '
            f'text-anchor="{word.anchor}" fill="{word.fill}"{turn}>{escape(word.text)}</text>'
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def png(picture: Picture, scale: int = 2) -> bytes:
    """The same in pixels, `scale` of them for one."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (picture.width * scale, picture.height * scale), "white")
    canvas = ImageDraw.Draw(image)
    for box in picture.boxes:
        corners = (box.x, box.y, box.x + box.width, box.y + box.height)
        x, y, right, below = (round(corner * scale) for corner in corners)
        canvas.rectangle((x, y, max(x, right - 1), max(y, below - 1)), fill=box.fill)
    for word in picture.words:
        font = ImageFont.load_default(word.size * scale)
        anchor = {"start": "lm", "middle": "mm", "end": "rm"}[word.anchor]
        x, y = round(word.x * scale), round(word.y * scale)
        if not word.turned:
            canvas.text((x, y), word.text, word.fill, font, anchor=anchor)
            continue
        wide, tall = round(font.getlength(word.text)) + 2, round(word.size * scale * 1.5)
        strip = Image.new("L", (wide, tall))
        ImageDraw.Draw(strip).text((0, tall // 2), word.text, 255, font, anchor="lm")
        turned = strip.rotate(90, expand=True)
        below = {"start": y, "middle": y + wide // 2, "end": y + wide}[word.anchor]
        image.paste(word.fill, (x - tall // 2, below - wide), turned)
    content = BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()


def _colour(share: float, right: bool) -> str:
    full = RIGHT if right else WRONG
    depth = share**0.5 if right else share**0.4
    return "#" + "".join(f"{round(255 + (one - 255) * depth):02x}" for one in full)
