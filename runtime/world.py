"""The processes (ranks) that work on one run together, each on its share of every batch.

`torchrun` starts them and says in the environment who they are. All ranks go through the same steps with the same
weights; what they compute on their shares is averaged, so that they stay the same to the last bit. Rank 0 alone writes.
One process alone is a world of one, in which all of this costs nothing and changes no bit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from nasc.dsl.diagnostic import NasError, fail
from nasc.runtime.randomness import next_apart

PATIENCE = timedelta(minutes=5)
"""So long a rank waits for the others before it gives them up."""
LAST_WORDS = 3.0
"""Seconds that a rank gives the others to say how they have ended."""
BUCKET = 2**24
"""Numbers that are averaged in one message."""


@dataclass(eq=False)
class World:
    """Who this process is among `size`. `store` is where ranks leave words for each other, whatever has happened."""

    rank: int = 0
    size: int = 1
    store: Any = None
    firsts: int = 0
    """How often others have waited for the first rank."""

    @property
    def main(self) -> bool:
        """Whether this is the rank that writes, and shows progress."""
        return self.rank == 0

    def share(self, chosen: Tensor) -> Tensor:
        """This rank's part of the examples of a batch: as many as the others' or one more; all where there are fewer
        than ranks, since a network takes no empty batch.
        """
        if self.size == 1 or len(chosen) < self.size:
            return chosen
        return chosen.tensor_split(self.size)[self.rank]

    def pooled(self, loss: Tensor, count: int) -> Tensor:
        """The mean of a loss over the examples of all ranks, of a loss that is the mean over `count` examples here.

        Its gradients are such that their mean over the ranks (`mean`) is the gradient of the mean.
        """
        if self.size == 1:
            return loss
        both = torch.stack([loss.detach().double() * count, torch.tensor(count, dtype=torch.float64).to(loss.device)])
        self.say(lambda: dist.all_reduce(both))
        factor = float(count * self.size / both[1])
        pooled: Tensor = _Pooled.apply(loss, (both[0] / both[1]).to(loss.dtype), factor)
        return pooled

    @torch.no_grad()
    def mean(self, tensors: Sequence[Tensor | None]) -> None:
        """Average tensors over the ranks, in place; what is None is so on every rank."""
        if self.size == 1:
            return
        for bucket in _buckets([tensor for tensor in tensors if tensor is not None]):
            flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
            self.say(lambda flat=flat: dist.all_reduce(flat))  # type: ignore[misc]
            flat /= self.size
            for tensor, part in zip(bucket, torch.split(flat, [t.numel() for t in bucket]), strict=True):
                tensor.copy_(part.view(tensor.shape))

    @torch.no_grad()
    def same(self, tensors: Sequence[Tensor]) -> None:
        """Give every rank the values that rank 0 has, in place."""
        if self.size == 1:
            return
        for bucket in _buckets(tensors):
            flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
            self.say(lambda flat=flat: dist.broadcast(flat, 0))  # type: ignore[misc]
            for tensor, part in zip(bucket, torch.split(flat, [t.numel() for t in bucket]), strict=True):
                tensor.copy_(part.view(tensor.shape))

    def total(self, *numbers: float) -> list[float]:
        """Sums over the ranks."""
        if self.size == 1:
            return list(numbers)
        sums = torch.tensor(numbers, dtype=torch.float64)
        self.say(lambda: dist.all_reduce(sums))
        return [float(value) for value in sums]

    def figures(self, figures: Mapping[str, float], count: int, asked: bool) -> tuple[dict[str, float], int, bool]:
        """Figures as means over the examples of all ranks, their number, and whether any rank was asked to stop."""
        if self.size == 1:
            return dict(figures), count, asked
        *sums, whole, stop = self.total(*(value * count for value in figures.values()), count, float(asked))
        return dict(zip(figures, (value / whole for value in sums), strict=True)), int(whole), stop > 0

    def from_main(self, data: Callable[[], bytes]) -> bytes:
        """Bytes that rank 0 has."""
        if self.size == 1:
            return data()
        # one byte more, since no message is empty
        own = torch.frombuffer(bytearray(data() + b"."), dtype=torch.uint8) if self.main else torch.empty(0)
        length = torch.tensor(len(own))
        self.say(lambda: dist.broadcast(length, 0))
        if not self.main:
            own = torch.empty(int(length), dtype=torch.uint8)
        self.say(lambda: dist.broadcast(own, 0))
        return own.numpy().tobytes()[:-1]

    def first(self, work: Callable[[], object]) -> None:
        """Do some work on rank 0 alone; the others wait for it, however long it takes, as a message would not let them.

        Raises `NasError` (E512) on the others where rank 0 has ended, or is gone, before it was done.
        """
        self.firsts += 1
        done = f"first/{self.firsts}"
        if self.main:
            work()
        if self.size == 1:
            return
        try:
            if self.main:
                self.store.set(done, "yes")
            while not self.store.check([done]):
                if self.store.check(["ended/0"]):
                    said = self.store.get("ended/0").decode()
                    raise fail("E512", f"of {self.size} ranks, rank 0 has ended: {said}", help=GO_ON)
                time.sleep(0.05)
        except RuntimeError as error:  # the store has gone with rank 0, which held it
            raise self.lost(error) from None

    def wait(self) -> None:
        """Until all ranks have come to this place."""
        self.total(0.0)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Chance of this rank's own within; what is drawn behind it is again what all ranks draw.

        A function of the last `seed_step`, the rank and how often it was called since, as all chance of a run is.
        """
        if self.size == 1:
            yield
            return
        seed = next_apart(self.rank)
        gpus = [torch.cuda.current_device()] if torch.cuda.is_available() else []
        with torch.random.fork_rng(devices=gpus):
            torch.manual_seed(seed)
            yield

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        return self  # a copied network works in the same world

    def say(self, message: Callable[[], object]) -> None:
        """Do what takes all ranks. Raises `NasError` (E512) where one of them has gone."""
        try:
            message()
        except RuntimeError as error:
            raise self.lost(error) from None

    def speak(self, error: NasError) -> bool:
        """Leave the words of an error for the others; whether it is still to be shown: rank 0 has not said the same."""
        said = error.diagnostics[0].message
        if self.size == 1 or self.store is None:
            return True
        with suppress(RuntimeError):
            self.store.set(f"ended/{self.rank}", said)
            until = time.monotonic() + LAST_WORDS
            while not self.main and time.monotonic() < until:
                if self.store.check(["ended/0"]):
                    return self.store.get("ended/0").decode() not in said
                time.sleep(0.05)
        return True

    def lost(self, error: RuntimeError) -> NasError:
        """What to say where others no longer answer: who has gone, and with what words."""
        ended, gone = self._others()
        if not ended and not gone:
            said = " ".join(str(error).split())[:200]
            return fail("E512", f"rank {self.rank} of {self.size} cannot reach the others: {said}", help=GO_ON)
        words = [f"rank {rank} has ended: {said}" for rank, said in ended.items()]
        words += [f"rank {rank} has died without a word" for rank in gone]
        return fail("E512", f"of {self.size} ranks, {'; '.join(words)}", help=GO_ON)

    def _others(self) -> tuple[dict[int, str], list[int]]:
        """The ranks that have ended, with what they had to say, and those that are gone."""
        others = [rank for rank in range(self.size) if rank != self.rank]
        ended: dict[int, str] = {}
        try:
            self.store.set(f"here/{self.rank}", "yes")
            until = time.monotonic() + LAST_WORDS
            while others and time.monotonic() < until:
                for rank in list(others):
                    if self.store.check([f"ended/{rank}"]):
                        ended[rank] = self.store.get(f"ended/{rank}").decode()
                    if rank in ended or self.store.check([f"here/{rank}"]):
                        others.remove(rank)
                time.sleep(0.05)
        except RuntimeError:  # the store has gone with rank 0, which held it
            return {}, [0]
        return ended, others


GO_ON = "`--resume` goes on from the last checkpoint, with as many ranks or with another number of them"
ALONE = World()
_world = ALONE


def here() -> World:
    """The world of this process; a world of one unless it was `joined`."""
    return _world


def alone(what: str) -> None:
    """Raise `NasError` (E513) where several ranks were started for what they cannot share."""
    if _world.size > 1:
        raise fail("E513", f"{what} cannot be shared between ranks", help="start it without `torchrun`")


def asked_for() -> bool:
    """Whether this process was started as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "RANK" in os.environ and "MASTER_ADDR" in os.environ


@contextmanager
def joined() -> Iterator[World]:
    """The world that the environment speaks of (`torchrun`), until the block ends; a world of one where it does not.

    Messages of tensors on CPU go through gloo, of those on GPU through NCCL. At a good end all ranks wait for each
    other. Raises `NasError` (E512) where the others cannot be reached.
    """
    global _world
    if not asked_for() or _world is not ALONE:
        yield _world
        return
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    try:
        store, rank, size = next(rendezvous("env://", timeout=PATIENCE))
        words = PrefixStore("nasc", store)
        dist.init_process_group(
            backend, store=PrefixStore("group", store), rank=rank, world_size=size, timeout=PATIENCE
        )
    except (RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise fail("E512", f"the ranks cannot reach each other: {said}", help="see how `torchrun` was called") from None
    _world = World(rank, size, words)
    try:
        yield _world
        _world.wait()
    finally:
        _world = ALONE
        dist.destroy_process_group()


class _Pooled(torch.autograd.Function):
    """`apply(loss, mean, factor)`: the value of `mean`, the gradient of `loss` times `factor`; twice if need be."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, mean: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return mean.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return gradients[0] * ctx.factor, None, None


def _buckets(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Tensors of one type and device together, up to some size, in an order that all ranks have."""
    kinds: dict[tuple[torch.dtype, torch.device], list[Tensor]] = {}
    for tensor in tensors:
        kinds.setdefault((tensor.dtype, tensor.device), []).append(tensor)
    for alike in kinds.values():
        bucket: list[Tensor] = []
        for tensor in alike:
            if bucket and sum(t.numel() for t in bucket) + tensor.numel() > BUCKET:
                yield bucket
                bucket = []
            bucket.append(tensor)
        yield bucket
