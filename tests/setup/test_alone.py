"""`tools/run_alone.py`: what a user has in home and environment does not reach the tests, nor the other way round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.isolation import policy_of

ROOT = Path(__file__).parents[2]
HOSTILE = {
    "WEB3_PROVIDER_URI": "http://127.0.0.1:1",
    "KGST_RPC_TIMEOUT": "never",
    "KGST_EXPLORER_KEY": "0123",
    "KGST_ARTIFACTS": "/nowhere",
    "APE_ACCOUNTS_OPS_PASSPHRASE": "secret",
    "APE_FOUNDRY_HOST": "http://127.0.0.1:8545",
    "APE_DATA_FOLDER": "/nowhere",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "PYTHONPATH": "/nowhere",
    "PYTEST_ADDOPTS": "--nothing-of-the-kind",
}
REPORT = """
import json, os, pathlib
home = pathlib.Path.home()
seen = {"environment": dict(os.environ), "home": str(home), "files": [p.name for p in home.iterdir()]}
(home / "left").touch()
print(json.dumps(seen))
"""


def alone(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools/run_alone.py"), *command],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_alone__hostile_environment_and_home__sees_nothing_of_it(tmp_path: Path) -> None:
    keys = tmp_path / ".ape" / "accounts"
    keys.mkdir(parents=True)
    (keys / "ops.json").write_text("{}")
    done = alone(sys.executable, "-c", REPORT, HOME=str(tmp_path), **HOSTILE)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    given = seen["environment"]
    assert given["APE_FOUNDRY_HOST"] == "auto"
    assert given["APE_DATA_FOLDER"] == seen["home"] + "/.ape"
    for name in HOSTILE.keys() - {"APE_FOUNDRY_HOST", "APE_DATA_FOLDER"}:
        assert name not in given
    assert seen["files"] == []
    assert not Path(seen["home"]).exists()
    assert [path.name for path in tmp_path.iterdir()] == [".ape"]


def test_alone__command_fails__so_does_it() -> None:
    assert alone(sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_tests__started_without_make__have_no_settings_of_the_user() -> None:
    """conftest.py has taken them away from this very process."""
    strange = [n for n in os.environ if n.startswith(("WEB3_", "ETHERSCAN_", "BSCSCAN_"))]
    assert strange == []
    assert os.environ["APE_FOUNDRY_HOST"] == "auto"


def test_policy__of_the_rehearsal__has_nothing_beside_it() -> None:
    copy = policy_of("rehearsal")
    assert copy.read_bytes() == (ROOT / "deployments/rehearsal/policy.yaml").read_bytes()
    assert [path.name for path in copy.parent.iterdir()] == ["policy.yaml"]
    assert ROOT not in copy.parents
