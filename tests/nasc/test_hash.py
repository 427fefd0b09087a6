"""`nasc hash` with the unique strings of NAS-Bench-201."""

import json

import pytest
from click.testing import CliRunner

from nasc.cli.hash_command import command
from nasc.dsl.diagnostic import NasError


def test_unique_strings() -> None:
    found = CliRunner().invoke(command, ["nb201_resnet", "nb201_disconnected", "--unique"])
    assert found.output == "((0)@nor_conv_3x3)@nor_conv_3x3+0  nb201_resnet\n#+#+#  nb201_disconnected\n"
    found = CliRunner().invoke(command, ["nb201_resnet", "--unique", "--json"])
    assert json.loads(found.output) == [{"file": "nb201_resnet", "unique_string": "((0)@nor_conv_3x3)@nor_conv_3x3+0"}]


def test_other_cells_have_none() -> None:
    found = CliRunner().invoke(command, ["darts_v2", "--unique"])
    assert isinstance(found.exception, NasError)
    with pytest.raises(NasError, match="cannot be said in the format `nasbench201`"):
        raise found.exception
