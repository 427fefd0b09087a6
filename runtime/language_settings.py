"""The settings of trainings and searches of language models: names, types, meanings and limits, declared once.

Their published values stand in `genotypes/recipes/*.nas`. No torch is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass

from nasc.runtime.setting import Recipe, setting


@dataclass(frozen=True, kw_only=True)
class LanguageRecipe(Recipe):
    """What every recipe of a language model says. In brackets the names of the originals."""

    bptt: int = setting("words of a segment, after which the gradient is cut; lengths are drawn around it", least=1)
    dropout_output: float = setting("dropout behind the recurrent cells (dropout)", least=0, below=1)
    dropout_hidden: float = setting("dropout of the states where they are multiplied (dropouth)", least=0, below=1)
    dropout_x: float = setting("dropout of the word where it is multiplied (dropoutx)", least=0, below=1)
    dropout_input: float = setting("dropout behind the embedding (dropouti)", least=0, below=1)
    dropout_embedding: float = setting("dropout of whole words of the embedding (dropoute)", least=0, below=1)
    ar: float = setting("weight of the squares of the outputs, dropout included (alpha)", least=0)
    tar: float = setting("weight of the squares of how outputs change from word to word (beta)", least=0)
    eval_batch: int = setting("columns that the validation text is measured in", least=1)

    @property
    def dropouts(self) -> dict[str, float]:
        """As `LanguageModel.set_dropouts` takes them."""
        names = ("output", "hidden", "x", "input", "embedding")
        return {name: getattr(self, f"dropout_{name}") for name in names}


@dataclass(frozen=True, kw_only=True)
class LanguageTraining(LanguageRecipe):
    """`train`: a language model from scratch."""

    recipe: str | None = setting("the published recipe whose values are the defaults")
    averaging: str = setting(
        "when SGD is averaged from the next epoch on: once the validation loss is above all but the last losses before "
        "it, above all of them, or never",
        choices=("recent", "all", "off"),
    )
    patience: int = setting("validation losses that come before the first one that is looked at (nonmono)", least=0)


@dataclass(frozen=True, kw_only=True)
class LanguageSearch(LanguageRecipe):
    """What every search of a recurrent cell says: the training text moves the weights, the validation text the rest."""

    strength_lr: float = setting("learning rate of Adam for the strengths", least=0)
    strength_betas: tuple[float, float] = setting("betas of Adam for the strengths", least=0, below=1)
    strength_weight_decay: float = setting("weight decay of the strengths", least=0)


@dataclass(frozen=True, kw_only=True)
class DartsLanguageSearch(LanguageSearch):
    """`search darts` of a recurrent cell, first or second order (DARTS, section 2.3)."""

    order: int = setting("1: strengths by the gradient alone; 2: through one step of the weights", choices=(1, 2))


@dataclass(frozen=True, kw_only=True)
class GdasLanguageSearch(LanguageSearch):
    """`search gdas` of a recurrent cell: mixtures by a softmax under noise (GDAS, section 3.2)."""

    tau: tuple[float, float] = setting("temperature of sampling in the first and in the last epoch", least=1e-3)
    strengths_first: bool = setting("whether a step moves the strengths before the weights")


@dataclass(frozen=True, kw_only=True)
class EdnasLanguageSearch(LanguageSearch):
    """`search ednas` of a recurrent cell: a policy over sources and activations (EDNAS)."""

    hold: int = setting("steps of the weights that one sample is kept for", least=1)
    reward: float = setting("what is divided by a sample's perplexity to reward it", least=0)
    baseline_decay: float = setting("share of the moving baseline that a reward leaves as it is", least=0, below=1)
    softmax_twice: bool = setting("whether log-probabilities are those of the softmax of the softmax, as published")
    samples: int = setting("genotypes that the last one is chosen from; 0 takes the most probable one", least=0)
    score_batches: int = setting("segments that each of these is measured on, the same for all", least=1)


LANGUAGE_SEARCHES: dict[str, type[LanguageSearch]] = {
    "darts": DartsLanguageSearch,
    "gdas": GdasLanguageSearch,
    "ednas": EdnasLanguageSearch,
}
"""The algorithms that search recurrent cells, each with its settings."""
