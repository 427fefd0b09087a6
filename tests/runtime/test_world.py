"""Several ranks do what one process does: the same batches, the same figures up to rounding, the same on every rank."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import nasc
from nasc.dsl.diagnostic import fail
from nasc.runtime import checkpoint, search_job, train_job, world
from nasc.runtime.data.augment import evaluation_transform
from nasc.runtime.job import Job
from nasc.runtime.randomness import seed_step
from nasc.runtime.search.algorithms import ALGORITHMS
from nasc.runtime.search_job import search
from nasc.runtime.sync_norm import synchronise
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from nasc.runtime.world import ALONE, World, here
from tests.runtime.ranks import both, ranks
from tests.runtime.tiny import EPOCHS, GENOTYPE, SPACE, job, leaves

WITHOUT_CHANCE = {"cutout": "0", "drop_path": "0"}
"""Of a rank's own."""
SEARCHES: dict[str, dict[str, str]] = {
    "darts": {"order": "2"},
    "fairdarts": {},
    "ddarts": {"ablation": "gradient"},
    "gdas": {},
    "ednas": {"samples": "3", "score_batches": "1", "policy_batch": "9"},
    "pcdarts": {"weights_alone": "1"},
    "pdarts": {"weights_alone": "1", "dropout": "(0, 0, 0)"},
    "random": {"samples": "3", "score_batches": "2"},
    "evolution": {"samples": "3", "score_batches": "2", "population": "2", "tournament": "2"},
}


@pytest.fixture
def unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures as they are: ranks draw for their own shares what one process draws for all."""
    for module in (search_job, train_job):
        monkeypatch.setattr(module, "training_transform", lambda data_set, *_, **__: evaluation_transform(data_set))


def searching(out: Path, algorithm: str, **given: Any) -> Job:
    """A search by an algorithm whose batches two ranks cannot share evenly, with batch-norm over all of them."""
    text = SPACE.replace("search darts {", f"search {algorithm} {{").replace("batch: 8", "batch: 7")
    return job(
        out, text, **{"sync_bn": True, "settings": {"epochs": "2", "cutout": "0", **SEARCHES[algorithm]}, **given}
    )


def rows(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def alike(a: Path, b: Path, epochs: int | None = None) -> None:
    """The figures of two runs are the same up to rounding, in the first epochs."""
    for left, right in zip(rows(a)[:epochs], rows(b)[:epochs], strict=True):
        assert left.keys() == right.keys()
        for name in left:
            assert left[name] == pytest.approx(right[name], rel=2e-3, abs=2e-4), name


def same_on_both(folder: Path) -> None:
    """All that is learned is the same on both ranks to the last bit; what batch-norm gathers alone is not."""
    first, second = (dict(leaves(torch.load(folder / f"{rank}.pt", weights_only=True))) for rank in (0, 1))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name] and "running" not in name] == []


# ---------------------------------------------------------------- as one process


def test_a_training_of_two_ranks(unchanged: None, tmp_path: Path) -> None:
    """Batches of 7 in parts of 4 and 3: the mean is over examples, not over ranks."""
    given: dict[str, Any] = {"sync_bn": True, "settings": {"batch": "7", "epochs": "2", **WITHOUT_CHANCE}}
    train(job(tmp_path / "one", GENOTYPE, **given))
    ranks(2, both(train, job(tmp_path / "two", GENOTYPE, **given), tmp_path))
    alike(tmp_path / "one", tmp_path / "two")
    same_on_both(tmp_path)
    one, two = (checkpoint.load(tmp_path / out / "checkpoint.pt")["task"]["model"] for out in ("one", "two"))
    for name, tensor in one.items():
        assert two[name].numpy() == pytest.approx(tensor.numpy(), rel=2e-3, abs=2e-5), name  # sums in another order


@pytest.mark.slow
def test_all_that_a_training_has_besides(unchanged: None, tmp_path: Path) -> None:
    """Batches in parts, averages and held-out data: every rank measures all of it, with the same statistics."""
    given: dict[str, Any] = {
        "sync_bn": True,
        "settings": {"batch": "9", "epochs": "2", "accumulate": "2", "ema": "0.5", "valid": "100", **WITHOUT_CHANCE},
    }
    train(job(tmp_path / "one", GENOTYPE, **given))
    ranks(2, both(train, job(tmp_path / "two", GENOTYPE, **given), tmp_path))
    alike(tmp_path / "one", tmp_path / "two")
    same_on_both(tmp_path)
    files = [sorted(file.name for file in (tmp_path / out).iterdir()) for out in ("one", "two")]
    assert files[0] == files[1]
    assert "best.safetensors" in files[0]


def test_every_algorithm_is_tried() -> None:
    assert SEARCHES.keys() == ALGORITHMS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", SEARCHES)
def test_a_search_of_two_ranks(algorithm: str, unchanged: None, tmp_path: Path) -> None:
    search(searching(tmp_path / "one", algorithm))
    ranks(2, both(search, searching(tmp_path / "two", algorithm), tmp_path))
    # six epochs, with the deeper networks of later stages, make much of the last bits
    alike(tmp_path / "one", tmp_path / "two", 3 if algorithm == "pdarts" else None)
    same_on_both(tmp_path)
    texts = [(tmp_path / out / "epochs/0002.nas").read_text().splitlines()[1:] for out in ("one", "two")]
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_three_ranks_with_statistics_of_their_own(tmp_path: Path) -> None:
    """The last batch has fewer examples than there are ranks; figures are of what rank 0's checkpoint holds."""
    given: dict[str, Any] = {"settings": {"epochs": "2", "order": "1", "batch": "359"}, "limit": 3}
    ranks(3, both(search, job(tmp_path / "run", **given), tmp_path))
    same_on_both(tmp_path)
    assert len(rows(tmp_path / "run")) == 2


def test_one_process_is_a_world_of_its_own() -> None:
    loss, given = torch.tensor(2.0), torch.arange(5)
    assert here() is ALONE
    assert ALONE.pooled(loss, 3) is loss
    assert ALONE.share(given) is given
    before = torch.random.get_rng_state()
    with ALONE.apart():
        torch.rand(3)
    assert not torch.equal(before, torch.random.get_rng_state())


# ---------------------------------------------------------------- its pieces


def pieces(world: World) -> None:
    """What ranks say to each other; run in each of two."""
    parts = [chosen.tolist() for chosen in (world.share(torch.arange(5)), world.share(torch.arange(1)))]
    assert parts == [[[0, 1, 2], [0]], [[3, 4], [0]]][world.rank]
    assert world.total(1.0, world.rank) == [2.0, 1.0]
    assert world.figures({"a": float(world.rank)}, 1 + world.rank, world.rank == 1) == ({"a": 2 / 3}, 3, True)
    assert world.from_main(lambda: b"words") == b"words"
    assert world.from_main(lambda: b"") == b""
    given = [torch.full((2, 3), float(world.rank)), None, torch.tensor([world.rank], dtype=torch.float64)]
    world.mean(given)
    assert [None if one is None else one.flatten().tolist() for one in given] == [[0.5] * 6, None, [0.5]]
    kept = [torch.tensor([world.rank + 1]), torch.full((2,), float(world.rank))]
    world.same(kept)
    assert [one.tolist() for one in kept] == [[1], [0.0, 0.0]]


def losses(world: World) -> None:
    """Gradients of a mean over uneven shares, once and twice, against those of the whole."""
    torch.manual_seed(0)
    x, w = torch.randn(5, 3, dtype=torch.float64), torch.randn(3, dtype=torch.float64, requires_grad=True)

    def loss(examples: Tensor) -> Tensor:
        return (examples @ w).pow(3).mean()

    whole = torch.autograd.grad(loss(x), w, create_graph=True)[0]
    twice = torch.autograd.grad(whole.sum(), w)[0]
    own = world.share(x)
    pooled = world.pooled(loss(own), len(own))
    torch.testing.assert_close(pooled, loss(x))
    slope = torch.autograd.grad(pooled, w, create_graph=True)[0]
    second = torch.autograd.grad(slope.sum(), w)[0]
    found = [slope.detach().clone(), second]
    world.mean(found)
    torch.testing.assert_close(found, [whole.detach(), twice])


def chance(world: World) -> None:
    """What ranks draw apart differs and repeats; what they draw together does not."""
    drawn = []
    for _ in range(2):
        seed_step(5)
        first = torch.rand(2)
        with world.apart():
            own = torch.rand(2)
        with world.apart():
            other = torch.rand(2)
        drawn.append(torch.cat([own, other]))
        second = torch.rand(2)
        seed_step(5)
        assert torch.equal(torch.cat([first, second]), torch.rand(4))
    assert torch.equal(*drawn)
    assert not torch.equal(own, other)
    average = [drawn[0].clone()]
    world.mean(average)
    assert not torch.equal(average[0], drawn[0])


def norms(world: World) -> None:
    """Batch-norm over uneven shares in float64: outputs, gradients and statistics of the whole batch."""
    for affine in (True, False):
        torch.manual_seed(1)
        x, goal = torch.randn(5, 3, 2, 2, dtype=torch.float64) * 3 + 7, torch.randn(5, 3, 2, 2, dtype=torch.float64)
        plain = nn.Sequential(nn.BatchNorm2d(3, affine=affine), nn.Tanh(), nn.BatchNorm2d(3, affine=affine)).double()
        for parameter in plain.parameters():
            nn.init.normal_(parameter)
        shared = nn.Sequential(*(type(m)(3, affine=affine) if isinstance(m, nn.BatchNorm2d) else m for m in plain))
        shared.double().load_state_dict(plain.state_dict())
        synchronise(shared)
        assert shared.state_dict().keys() == plain.state_dict().keys()
        whole = x.clone().requires_grad_()
        torch.autograd.backward(F.mse_loss(plain(whole), goal))
        own = world.share(x).clone().requires_grad_()
        loss = world.pooled(F.mse_loss(shared(own), world.share(goal)), len(own))
        torch.autograd.backward(loss)
        assert whole.grad is not None
        assert own.grad is not None
        torch.testing.assert_close(own.grad / world.size, world.share(whole.grad))
        found = [parameter.grad for parameter in shared.parameters()]
        world.mean(found)
        torch.testing.assert_close(found, [parameter.grad for parameter in plain.parameters()])
        torch.testing.assert_close(shared.state_dict(), plain.state_dict())
        torch.testing.assert_close(shared.eval()(x), plain.eval()(x))


def test_what_ranks_say_to_each_other() -> None:
    def work(world: World) -> None:
        for piece in (pieces, losses, chance, norms):
            piece(world)

    ranks(2, work)


# ---------------------------------------------------------------- ends


def test_a_rank_that_dies(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The other one says which, and the run goes on from its checkpoint in one process."""

    def dying(world: World) -> None:
        step = TrainTask.step

        def killed(self: TrainTask, epoch: int, number: int) -> Any:
            if (world.rank, epoch, number) == (1, 1, 1):
                os.kill(os.getpid(), signal.SIGKILL)
            return step(self, epoch, number)

        TrainTask.step = killed  # type: ignore[method-assign, assignment]
        with pytest.raises(nasc.NasError) as caught:
            train(job(tmp_path / "run", GENOTYPE, settings={"batch": "8"}))
        assert [found.code for found in caught.value.diagnostics] == ["E512"]
        assert "rank 1 has died without a word" in str(caught.value)
        os._exit(7)

    ranks(2, dying, codes=(7, -signal.SIGKILL))
    assert checkpoint.load(tmp_path / "run" / "checkpoint.pt")["epoch"] == 1
    train(job(tmp_path / "run", GENOTYPE, settings={"batch": "8"}, resume=True))
    assert "warning[W502]: the run was of 2 ranks and goes on with one rank" in capfd.readouterr().err
    asked = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (asked["ranks"], asked["ranks_before"]) == (1, [2])
    assert len(rows(tmp_path / "run")) == EPOCHS


def test_what_all_ranks_have_to_say_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rank says it; the others what it does not, such as that theirs has too little memory."""

    class Store(dict[str, str]):
        def set(self, key: str, value: str) -> None:
            self[key] = value

        def check(self, keys: list[str]) -> bool:
            return all(key in self for key in keys)

        def __getitem__(self, key: str) -> Any:
            return super().__getitem__(key).encode()

        def get(self, key: str) -> Any:  # type: ignore[override]
            return self[key]

    monkeypatch.setattr(world, "LAST_WORDS", 0.1)
    store = Store()
    assert World(1, 2, store).speak(fail("E510", "memory does not suffice"))
    assert World(0, 2, store).speak(fail("E310", "nothing is open"))
    assert not World(1, 2, store).speak(fail("E310", "nothing is open"))
    assert not World(1, 2, store).speak(fail("E512", "rank 0 has ended: nothing is open"))
    assert World(1, 2, store).speak(fail("E510", "memory does not suffice"))
    assert store["ended/1"] == b"memory does not suffice"


@pytest.mark.slow
def test_gone_on_with_by_two_ranks(tmp_path: Path) -> None:
    """A run of two ranks that is interrupted and gone on with has the bits of one that is not."""
    given: dict[str, Any] = {"settings": {"batch": "8"}}
    ranks(2, both(train, job(tmp_path / "whole", GENOTYPE, **given), tmp_path))
    whole = (tmp_path / "0.pt").read_bytes()

    def stopped(world: World) -> None:
        step = TrainTask.step

        def asked(self: TrainTask, epoch: int, number: int) -> Any:
            if (world.rank, epoch, number) == (1, 1, 0):
                os.kill(os.getpid(), signal.SIGTERM)
            return step(self, epoch, number)

        TrainTask.step = asked  # type: ignore[method-assign, assignment]
        try:
            train(job(tmp_path / "run", GENOTYPE, **given))
        except nasc.runtime.run.Interrupted:
            os._exit(130)

    ranks(2, stopped, codes=(130, 130))
    state = checkpoint.load(tmp_path / "run" / "checkpoint.pt")
    assert (state["epoch"], state["step"]) == (1, 1)
    ranks(2, both(train, job(tmp_path / "run", GENOTYPE, resume=True, **given), tmp_path))
    assert (tmp_path / "0.pt").read_bytes() == whole
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == (tmp_path / "whole" / "metrics.jsonl").read_bytes()
