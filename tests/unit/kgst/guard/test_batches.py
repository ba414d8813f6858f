"""The CSV files of `ape run guard`; what all CSV files share is tested with the payout's."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgst.csvfile import CsvFileError
from kgst.guard.batches import read_blocklist, read_freezes
from kgst.units import SOM

ONE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TWO = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
TOKEN = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text)
    return path


def test_blocklist__reasons__are_for_people(tmp_path: Path) -> None:
    plain = read_blocklist(written(tmp_path, f"address\n{ONE}\n{TWO}\n"), TOKEN)
    reasons = read_blocklist(written(tmp_path, f"reason,address\nUN,{ONE}\n,{TWO}\n"), TOKEN)
    assert list(plain.accounts) == [ONE, TWO]
    assert plain.key == reasons.key


def test_freezes__zero__unfreezes(tmp_path: Path) -> None:
    file = read_freezes(written(tmp_path, f"address,amount_som\n{ONE},0\n{TWO},2.50\n"), TOKEN)
    assert file.accounts == {ONE: 0, TWO: 5 * SOM // 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"address\n{ONE}\n{ONE}\n", "line 3: .* stands already on line 2"),
        (f"address\n{TOKEN}\n", "line 2: .* is the token itself"),
        (f"address\n0x{40 * '0'}\n", "line 2: the zero address"),
        (f"address,amount_som\n{ONE},5\n", "line 1: nothing reads the column 'amount_som'"),
        ("address\n", "no rows after the header"),
    ],
)
def test_blocklist__wrong__names_the_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CsvFileError, match=said):
        read_blocklist(written(tmp_path, text), TOKEN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"address\n{ONE}\n", "line 1: there is no column amount_som or amount_tyiyn"),
        (f"address,amount_som\n{ONE},1.234\n", "line 2: .* 3 decimal"),
        (f"address,amount_som\n{ONE},-1\n", "line 2: .* has a sign"),
    ],
)
def test_freezes__wrong__names_the_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CsvFileError, match=said):
        read_freezes(written(tmp_path, text), TOKEN)
