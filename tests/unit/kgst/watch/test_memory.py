"""The file that a watch remembers in: one process, one deployment, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgst.errors import InputError, RefusedError
from kgst.watch.memory import Memory, Remembered

TOKEN, OTHER = "0x" + 40 * "0", "0x" + 40 * "1"


def test_memory__kept__is_there_again(tmp_path: Path) -> None:
    with Memory(tmp_path / "watch", 97, TOKEN) as memory:
        assert memory.content == Remembered(chain_id=97, token=TOKEN)
        memory.keep(memory.content.model_copy(update={"cursor": 7}))
    with Memory(tmp_path / "watch", 97, TOKEN) as memory:
        assert memory.content.cursor == 7


def test_memory__of_a_process_that_runs__is_refused_to_another(tmp_path: Path) -> None:
    with Memory(tmp_path, 97, TOKEN), pytest.raises(RefusedError, match="another process watches"):
        Memory(tmp_path, 97, TOKEN)
    Memory(tmp_path, 97, TOKEN).__exit__()


@pytest.mark.parametrize(
    "content", ["", "{", '{"format": "kgst-watch/1"}', '{"chain_id": 97, "chain_id": 98}']
)
def test_memory__damaged__is_refused_and_stays(tmp_path: Path, content: str) -> None:
    (tmp_path / "watch.json").write_text(content)
    for _ in range(2):  # the lock is not kept by whom it was refused
        with pytest.raises(
            InputError, match=r"watch\.json: .*restore it from a copy, or remove it"
        ):
            Memory(tmp_path, 97, TOKEN)
    assert (tmp_path / "watch.json").read_text() == content


@pytest.mark.parametrize(("chain", "token"), [(56, TOKEN), (97, OTHER)])
def test_memory__of_another_deployment__is_refused(tmp_path: Path, chain: int, token: str) -> None:
    with Memory(tmp_path, 97, TOKEN) as memory:
        memory.keep(memory.content.model_copy(update={"cursor": 7}))
    with pytest.raises(InputError, match=f"it is of the token {TOKEN} on chain 97"):
        Memory(tmp_path, chain, token)
