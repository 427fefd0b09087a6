"""The settings of searches and trainings: names, types, meanings and limits, declared once.

Their published values stand in `genotypes/recipes/*.nas`. No torch is imported here, so that `nasc check` can
use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from nasc.runtime.language_settings import LanguageTraining
from nasc.runtime.setting import Place, Recipe, setting

AT_RANDOM = "whether the parts of the data are drawn at random; else the first examples train weights"
JITTER = "largest changes of brightness, contrast, saturation and hue; none where nothing is said"


@dataclass(frozen=True, kw_only=True)
class PictureRecipe(Recipe):
    """What every recipe of a network of pictures says."""

    lr_min: float = setting("learning rate that the cosine ends at", least=0)
    momentum: float = setting("momentum of SGD", least=0, below=1)
    cutout: int = setting("side of the square cut out of every picture; 0 is none", least=0)


def wrong_jitter(jitter: tuple[float, ...]) -> str:
    """What is wrong with the changes of colours that a recipe says."""
    if len(jitter) not in (0, 4) or (jitter and jitter[3] > 0.5):
        return "`jitter` is (brightness, contrast, saturation, hue), the last at most 0.5"
    return ""


@dataclass(frozen=True, kw_only=True)
class Split(PictureRecipe):
    """What every search says: one part of the data trains the weights, the rest says what to choose."""

    split: float = setting("share of the training data that trains the weights", least=0.01, below=1)
    jitter: tuple[float, ...] = setting(JITTER, least=0, default=())

    def wrong(self) -> str:
        return wrong_jitter(self.jitter)


@dataclass(frozen=True, kw_only=True)
class Search(Split):
    """What every search by strengths says: Adam moves them on the part of the data that does not train the weights."""

    strength_lr: float = setting("learning rate of Adam for the strengths", least=0)
    strength_betas: tuple[float, float] = setting("betas of Adam for the strengths", least=0, below=1)
    strength_weight_decay: float = setting("weight decay of the strengths", least=0)


@dataclass(frozen=True, kw_only=True)
class DartsSearch(Search):
    """`search darts`: differentiable search, first or second order (DARTS, section 2.3)."""

    order: int = setting("1: strengths by the gradient alone; 2: through one step of the weights", choices=(1, 2))
    hessian: str = setting(
        "with `order: 2`: its product by a finite difference, as published, or by differentiating twice",
        choices=("difference", "exact"),
    )


@dataclass(frozen=True, kw_only=True)
class WarmSearch(Search):
    """Searches of first order whose strengths are trained behind epochs of the weights alone."""

    weights_alone: int = setting("first epochs, which train the weights alone", least=0)
    strength_clip: float = setting("largest norm of the gradient of the strengths; 0 does not clip", least=0)


@dataclass(frozen=True, kw_only=True)
class PcdartsSearch(WarmSearch):
    """`search pcdarts`: strengths of operations and of edges (PC-DARTS, section 3)."""

    strength_split: float = setting(
        "share of the training data that trains the strengths; 0 is all that `split` leaves", least=0, below=1
    )
    by_class: bool = setting("whether both shares are drawn of each class; else they are the first examples")
    lr_warm_up: int = setting("first epochs, in which the learning rate of the weights grows", least=0)

    def wrong(self) -> str:
        if self.split + self.strength_split > 1:
            return "`split` and `strength_split` are more than all data"
        return super().wrong()


@dataclass(frozen=True, kw_only=True)
class PdartsSearch(WarmSearch):
    """`search pdarts`: stages, each in a deeper network and with fewer operations (P-DARTS, section 3)."""

    epochs: int = setting("passes over the training data in each stage", least=1)
    weights_alone: int = setting("first epochs of each stage, which train the weights alone", least=0)
    add_layers: tuple[int, ...] = setting("for each stage: cells more than the network has", least=0)
    drop: tuple[int, ...] = setting("for each stage but the last: operations taken from every edge behind it", least=0)
    dropout: tuple[float, ...] = setting(
        "for each stage: rate of the dropout called `skip` at its start", least=0, below=1
    )
    dropout_decay: float = setting("how fast that rate falls once strengths are trained: by e^-decay an epoch", least=0)

    def wrong(self) -> str:
        stages = len(self.add_layers)
        if len(self.dropout) != stages:
            return f"`add_layers` says {stages} stages, `dropout` {len(self.dropout)}"
        if len(self.drop) != stages - 1:
            return f"`add_layers` says {stages} stages, so `drop` takes {stages - 1} numbers, not {len(self.drop)}"
        return super().wrong()


@dataclass(frozen=True, kw_only=True)
class GdasSearch(Search):
    """`search gdas`: one sampled operation an edge, gradients through the sample (GDAS, section 3.2)."""

    tau: tuple[float, float] = setting("temperature of sampling in the first and in the last epoch", least=1e-3)
    per_cell: bool = setting("whether every cell draws its own sample; else all cells of a name share one")
    strengths_first: bool = setting("whether a step moves the strengths before the weights")
    leak: bool = setting("whether what is not drawn moves its strengths too, as in the code of NAS-Bench-201")
    nesterov: bool = setting("whether the momentum of SGD is Nesterov's")
    at_random: bool = setting(AT_RANDOM)


@dataclass(frozen=True, kw_only=True)
class FairDartsSearch(Search):
    """`search fairdarts`: independent sigmoids, pushed to 0 or 1 by a loss (FairDARTS)."""

    zero_one: float = setting("weight of the zero-one loss", least=0)
    zero_one_norm: int = setting("1: distance of an operation's weight from a half; 2: its square", choices=(1, 2))
    threshold: float = setting("what an operation counts for, at least, that stays", least=0)
    rule: str | None = setting(
        "how a genotype is derived; else `edge` where the space keeps operations of an edge, and `sparse`",
        choices=("sparse", "edge", "complete", "darts"),
    )


@dataclass(frozen=True, kw_only=True)
class DDartsSearch(FairDartsSearch):
    """`search ddarts`: strengths of each cell by a loss of its own (D-DARTS), from a given network (DARTOpti)."""

    strength_lr_min: float = setting("learning rate of the strengths that their cosine ends at", least=0)
    ablation: str = setting(
        "the ablation loss as a number, with its gradient, or left out", choices=("constant", "gradient", "off")
    )
    ablation_weight: float = setting("weight of the ablation loss", least=0)
    start: Place | None = setting("the network that the search starts from: of the text, shipped, or a file")
    start_strength: float = setting("strength of the operations of `start`; all others begin with 0")
    pretrain: int = setting("first epochs, beyond `epochs`, that train the weights alone; with `start`", least=0)
    stop_from: int = setting("epochs of search before the distance from `start` is looked at", least=0)
    stop_after: int = setting("distances that a new one may not differ from, to stop; 0 never stops", least=0)
    stop_within: float = setting("largest difference of distances that are the same", least=0)


@dataclass(frozen=True, kw_only=True)
class ScoredSearch(Split):
    """`search random`: genotypes drawn uniformly, each scored on the same validation batches."""

    score: str = setting(
        "what a genotype is scored with: weights that all share, or a short training", choices=("shared", "training")
    )
    samples: int = setting("genotypes that are looked at", least=1)
    score_batches: int = setting("validation batches that each is scored on", least=1)
    train_epochs: int = setting("epochs of the short training", least=1)
    column: str | None = setting("with `--table`: the column that says what a genotype is worth")


@dataclass(frozen=True, kw_only=True)
class EvolutionSearch(ScoredSearch):
    """`search evolution`: regularised evolution (Real et al., AAAI 2019), scored as `random` does."""

    population: int = setting("genotypes alive; the oldest makes room for the youngest", least=1)
    tournament: int = setting("of how many, drawn from the population, the best has a child", least=1)


@dataclass(frozen=True, kw_only=True)
class EdnasSearch(Search):
    """`search ednas`: a policy over structure and operations; its logits are the strengths (EDNAS)."""

    policy_batch: int = setting("examples that say what a sample is worth", least=1)
    hold: int = setting("steps of the weights that one sample is kept for", least=1)
    at_random: bool = setting(
        "whether the parts of the data are drawn at random; else the first examples train weights"
    )
    schedule: str = setting("how the learning rate of the weights falls, epoch by epoch", choices=("cosine", "steps"))
    milestones: tuple[int, ...] = setting("with `steps`: the epochs, from 0, that begin with another rate", least=1)
    factors: tuple[float, ...] = setting(
        "with `steps`: for each of them, what `lr` is multiplied by from there", least=0
    )
    warm_up: int = setting("first epochs, in which the learning rate grows from step to step", least=0)
    warm_up_from: float = setting("share of it at the first step", least=0)
    nesterov: bool = setting("whether the momentum of SGD is Nesterov's")
    baseline_decay: float = setting("share of the moving baseline that a reward leaves as it is", least=0, below=1)
    softmax_twice: bool = setting("whether log-probabilities are those of the softmax of the softmax, as published")
    samples: int = setting("genotypes that the last one is chosen from; 0 takes the most probable one", least=0)
    score_batches: int = setting("batches that each of these is measured on, the same for all", least=1)

    def wrong(self) -> str:
        if self.schedule == "steps" and not self.milestones:
            return "`schedule: steps` needs `milestones`"
        if list(self.milestones) != sorted(set(self.milestones)):
            return "`milestones` are epochs in their order"
        if len(self.milestones) != len(self.factors):
            return f"`milestones` are {len(self.milestones)}, so `factors` are as many, not {len(self.factors)}"
        return super().wrong()


@dataclass(frozen=True, kw_only=True)
class Training(PictureRecipe):
    """`train`: a network from scratch. `schedules` holds the formulas of its rates."""

    recipe: str | None = setting("the published recipe whose values are the defaults")
    schedule: str = setting(
        "how the learning rate falls, epoch by epoch",
        choices=("cosine", "exponential", "steps", "linear"),
        default="cosine",
    )
    lr_min: float = setting("learning rate that the cosine ends at", least=0, default=0.0)
    gamma: float = setting(
        "with `exponential` and `steps`: what the learning rate is multiplied by", least=0, default=0.1
    )
    period: int = setting("with `exponential`: epochs from one fall to the next", least=1, default=1)
    milestones: tuple[int, ...] = setting(
        "with `steps`: the epochs, from 0, that begin with a fall", least=1, default=()
    )
    tail: int = setting(
        "with `linear`: last epochs, which share the last fall; at most all but one", least=0, default=0
    )
    warm_up: int = setting("first epochs, in which the learning rate grows", least=0, default=0)
    warm_up_by: str = setting(
        "what grows: `lr` itself, what the schedule says of it, or that from step to step",
        choices=("lr", "schedule", "step"),
        default="schedule",
    )
    warm_up_from: float = setting("with `warm_up_by: step`: share of it at the first step", least=0, default=0.0)
    nesterov: bool = setting("whether the momentum of SGD is Nesterov's", default=False)
    accumulate: int = setting("parts that a batch is computed in, one after the other", least=1, default=1)
    auxiliary: float = setting("weight of the auxiliary head's loss; 0 trains without the head", least=0)
    drop_path: float = setting("probability of dropping a path in the last epoch, growing from 0", least=0, below=1)
    drop_path_grows: bool = setting("whether it grows with the epochs; else it is the same in all", default=True)
    label_smoothing: float = setting("probability spread over all classes", least=0, below=1)
    crop: str = setting(
        "what is cut out: as the data set has it, a shift of the padded picture, or a part of any size, resized",
        choices=("data", "padded", "resized"),
        default="data",
    )
    jitter: tuple[float, ...] = setting(JITTER, least=0, default=())
    autoaugment: str = setting(
        "whose policy of AutoAugment changes the pictures", choices=("off", "cifar10", "imagenet"), default="off"
    )
    ema: float = setting("decay of the moving average of the weights; 0 keeps none", least=0, below=1, default=0.0)
    valid: float = setting(
        "training examples held out to choose the best epoch: a share below 1, or how many", least=0, default=0.0
    )

    def wrong(self) -> str:
        if self.schedule == "steps" and not self.milestones:
            return "`schedule: steps` needs `milestones`"
        if list(self.milestones) != sorted(set(self.milestones)):
            return "`milestones` are epochs in their order"
        if wrong := wrong_jitter(self.jitter):
            return wrong
        if self.nesterov and not self.momentum:
            return "`nesterov` needs `momentum`"
        if self.accumulate > self.batch:
            return f"`accumulate` cannot split {self.batch} examples into {self.accumulate} parts"
        share = self.valid < 1 or (self.valid > 1 and self.valid == int(self.valid))
        return "" if share else "`valid` is a share below 1, or how many: a whole number above 1"


TRAININGS: tuple[type[Recipe], ...] = (Training, LanguageTraining)
"""What `train` can be: a published recipe is of the first kind that has all of its settings."""

SEARCHES: dict[str, type[Recipe]] = {
    "darts": DartsSearch,
    "fairdarts": FairDartsSearch,
    "ddarts": DDartsSearch,
    "gdas": GdasSearch,
    "ednas": EdnasSearch,
    "pcdarts": PcdartsSearch,
    "pdarts": PdartsSearch,
    "random": ScoredSearch,
    "evolution": EvolutionSearch,
}
"""The algorithms that can be run, each with its settings."""
