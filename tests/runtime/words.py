"""Language models of a second on a small text, and what is compared of them."""

from pathlib import Path
from typing import Any

import torch

import nasc
from nasc.compiler.language_model import LanguageModel, decided_language
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.dsl.source import Source
from nasc.runtime.job import Job

NETWORKS = """
network search: darts_lm_search { channels: 6  vocabulary: 9  cells: rnn }
network ptb: darts_lm { channels: 6  vocabulary: 9  cells: rnn }
"""
SETTINGS = "epochs: 3  batch: 4  bptt: 7  eval_batch: 2"
SPACE = f"""nas 1
use std.darts_rnn
recurrent rnn(x, h) {{
  s0 = gate(x, h)
  s1..s2 = keep 1 of darts_rnn(*)
  return mean(s1..s2)
}}
{NETWORKS}
search darts {{ network: search  {SETTINGS} }}
train {{ network: ptb  {SETTINGS} }}
"""
GENOTYPE = f"""nas 1
use std.darts_rnn
recurrent rnn(x, h) {{
  s0 = gate(x, h)
  s1 = relu(s0)
  s2 = tanh(s1)
  return mean(s1..s2)
}}
{NETWORKS}
train {{ network: ptb  {SETTINGS} }}
"""
VERSE = "the rose is red and the\nviolet is blue so sweet is\nthe rose and so are you\n"


def text(folder: Path) -> Path:
    """A text of a few words, over and over, in a file of its own."""
    path = folder / "verse.txt"
    path.write_text(VERSE * 12)
    return path


def job(out: Path, source: str = GENOTYPE, **given: Any) -> Job:
    """A job on that text, of three epochs of four steps, on one thread."""
    torch.set_num_threads(1)
    out.parent.mkdir(parents=True, exist_ok=True)
    data = f"text:{text(out.parent)}"
    return Job(Source("words.nas", source), data, out, **{"limit": 4, "quiet": True, "seed": 3, **given})


def model(source: str = GENOTYPE, **options: Any) -> LanguageModel:
    """The language model of a text."""
    return decided_language(language_plan(nasc.loads(source), "ptb", Options(**options)))
