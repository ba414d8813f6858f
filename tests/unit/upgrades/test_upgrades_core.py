"""OpenZeppelin's own `upgrades-core validate`, as its users run it, without a waiver on the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOGIC = "contracts/KGSTLogic.sol:KGSTLogic"


@pytest.fixture(scope="module")
def build_info(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build-info")
    script = ROOT / "tests/support/build_info.cjs"
    subprocess.run(["node", script, ROOT, folder / "build.json"], check=True)
    return folder


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    tool = ROOT / "node_modules/.bin/openzeppelin-upgrades-core"
    return subprocess.run(
        [tool, "validate", folder, "--contract", LOGIC],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_validate__the_implementation__is_upgrade_safe(build_info: Path) -> None:
    done = validate(build_info)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def test_validate__without_the_annotations__complains(build_info: Path, tmp_path: Path) -> None:
    """It is what the sources say that lets it pass: the same build without that does not."""
    text = (build_info / "build.json").read_text()
    (tmp_path / "build.json").write_text(text.replace("oz-upgrades-unsafe-allow", "oz-upgrades-us"))
    done = validate(tmp_path)
    assert done.returncode != 0
    assert "has a constructor" in done.stdout + done.stderr
