"""What a mistyped word may have meant."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from kgst.command import KgstGroup
from kgst.spelling import did_you_mean


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("mnt", " Did you mean mint?"),
        (" Mint ", " Did you mean mint?"),
        ("brun", " Did you mean burn?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_did_you_mean__near_word__is_named(word: str, said: str) -> None:
    assert did_you_mean(word, ["burn", "mint", "payout"]) == said


def test_group__mistyped_command__names_the_near_one() -> None:
    @click.group(cls=KgstGroup)
    def supply() -> None: ...

    @supply.command()
    def mint() -> None: ...

    near = CliRunner().invoke(supply, ["mnt"])
    assert near.exit_code == 2
    assert "No such command 'mnt'. Did you mean mint?" in near.output
    assert "Did you mean" not in CliRunner().invoke(supply, ["payout"]).output
