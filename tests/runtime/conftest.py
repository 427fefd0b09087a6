"""Runs that several tests look at; each is made once."""

from pathlib import Path

import pytest
import torch

from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, job


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny search that nothing has interrupted. Not to be written to."""
    path = tmp_path_factory.mktemp("searched") / "run"
    search(job(path))
    return path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny training that nothing has interrupted. Not to be written to."""
    path = tmp_path_factory.mktemp("trained") / "run"
    train(job(path, GENOTYPE))
    return path
