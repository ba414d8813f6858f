"""A build that came with a commit, and a compiler that only says that it is one, are refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ethpm_types import ContractType
from support.forged import flipped, renamed

from kgst.abi import interface, path_of
from kgst.build import compiler, refresh, require_from_sources, sources
from kgst.build.compiler import ask_compiler
from kgst.errors import InputError, KgstError, RefusedError

ROOT = Path(__file__).parents[4]
_BUILD = ".build/__local__.json"


@pytest.fixture(autouse=True)
def _looked_at_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_seen", set())


def test_require_from_sources__own_build__passes() -> None:
    require_from_sources("KGSTLogic")


@pytest.mark.parametrize(
    ("contract", "change", "what"),
    [("KGST", flipped, "creation code"), ("KGSTAccessManager", renamed, "interface")],
)
def test_require_from_sources__build_that_was_changed__is_refused_by_name(
    contract: str, change: Any, what: str
) -> None:
    with change(contract):
        assert refresh() is False, "the stamp fits, and the build is taken as it is"
        with pytest.raises(
            RefusedError, match=f"{contract}: .* has another {what} than contracts/"
        ):
            require_from_sources()
    require_from_sources()


def test_require_from_sources__interface_of_the_package_that_was_changed__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands of the day read it, so that a pause would call something else."""
    file = tmp_path / "IKGST.json"
    text = path_of("IKGST").read_text()
    assert text.count('"name": "pause"') == 1
    file.write_text(text.replace('"name": "pause"', '"name": "pauze"'))
    other = ContractType.model_validate_json(file.read_bytes())
    monkeypatch.setattr(
        sources, "interface", lambda name: other if name == "IKGST" else interface(name)
    )
    with pytest.raises(RefusedError, match=r"IKGST\.json in kgst/abi is not the interface that"):
        require_from_sources()


def test_require_from_sources__build_in_version_control__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (["init", "-q"], ["add", "-f", _BUILD]):
        (tmp_path / ".build").mkdir(exist_ok=True)
        (tmp_path / _BUILD).write_text("{}")
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    with pytest.raises(RefusedError, match=r"\.build/__local__\.json is in version control"):
        sources._require_untracked(tmp_path)


def test_require_from_sources__contract_of_two_files__is_refused(tmp_path: Path) -> None:
    (tmp_path / "contracts/mocks").mkdir(parents=True)
    (tmp_path / "contracts/KGST.sol").write_text("contract KGST {}\n")
    assert sources._only_source(tmp_path, "KGST") == "contracts/KGST.sol"
    (tmp_path / "contracts/mocks/KGST.sol").write_text("  abstract contract KGST is Other {}\n")
    with pytest.raises(InputError, match="one file below contracts/ has to define it, found "):
        sources._only_source(tmp_path, "KGST")


def test_ask_compiler__changed_in_one_byte__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "node_modules/solc"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "node_modules/solc/soljson.js", folder)
    with (folder / "soljson.js").open("ab") as file:
        file.write(b"\n")
    monkeypatch.setattr(compiler, "_project", lambda: tmp_path)
    with pytest.raises(RefusedError, match="not known by its hash"):
        ask_compiler({}, "this")
    (folder / "soljson.js").unlink()
    with pytest.raises(RefusedError, match="is not there"):
        ask_compiler({}, "this")


def test_ask_compiler__source_that_was_not_given__is_not_found_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "There.sol").write_text("contract There {}")
    monkeypatch.chdir(tmp_path)
    question = {
        "language": "Solidity",
        "sources": {"Here.sol": {"content": 'import "There.sol"; contract Here is There {}'}},
        "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
    }
    with pytest.raises(KgstError, match="does not compile"):
        ask_compiler(question, "this")


def test_kept__folder_within_the_checkout__keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert sources._kept("00") == tmp_path / "kgst/builds/00.json"
    (tmp_path / "kgst/builds").chmod(0o777)
    assert sources._kept("00") is None
    (tmp_path / "kgst/builds").chmod(0o700)
    (tmp_path / "within").symlink_to(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "within/cache"))
    assert sources._kept("00") is None
    assert not (ROOT / "cache").exists()
