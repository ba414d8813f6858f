"""Commands of the day read the interfaces of the package: what lies in `.build` has no say, nor need it be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ape.managers.project import LocalProject
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.commands import looking
from support.tools import tool

from kgst.abi import NAMES, path_of
from kgst.build import refreshing


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as deployed:
        yield deployed


@pytest.fixture
def _no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: Any, **__: Any) -> Any:
        raise AssertionError("the build was asked for")

    refreshing.renewed.cache_clear()
    monkeypatch.setattr(refreshing, "refresh", absent)
    monkeypatch.setattr(LocalProject, "get_contract", absent)


DAILY = {
    "status": (("status",), None),
    "limits": (("supply", "limits"), None),
    "proposals": (("supply", "proposals"), None),
    "destinations": (("supply", "destinations"), None),
    "safes": (("safe", "list"), None),
    "show": (("guard", "show", "compliance"), None),
    "pause": (("guard", "pause", "minting"), "pauser"),
    "unpause": (("guard", "unpause", "minting"), "unpauser"),
    "matrix": (("govern", "matrix"), None),
    "plan": (("govern", "plan"), None),
    "pending": (("govern", "pending"), None),
    "auditors": (("auditors", "show"), None),
    "reserves": (("reserves", "show"), None),
    "index": (("index", "sync"), None),
    "redemptions": (("redemptions", "list"), None),
    "page": (("page",), None),
    "watch": (("watch", "--once"), None),
}
NOT_HERE = {
    "auditors draft": "not every day",
    "demo": "deploys",
    "deploy publish": "compiles",
    "deploy verify": "compiles",
    "doctor": "compares the code on chain with the build",
    "drill": "not every day; on a fork",
    "guard send": "needs a file that is signed beforehand",
    "publish listing": "writes files, of what `page` reads",
    "reconcile": "needs statements",
    "redemptions pay": "needs what is locked and a register",
    "redemptions show": "needs a request",
    "reserves draft": "needs statements",
    "reserves order": "needs redemptions that are open",
    "upgrade check": "compiles",
}


def test_commands__that_look__need_no_build_or_say_why() -> None:
    here = {
        " ".join(word for word in words[:2] if not word.startswith("-"))
        for words, account in DAILY.values()
        if account is None
    }
    assert here | NOT_HERE.keys() == looking()
    assert not here & NOT_HERE.keys()


@pytest.mark.usefixtures("_no_build")
@pytest.mark.parametrize("name", list(DAILY))
def test_command_of_the_day__no_build__goes_on(deployed: Deployed, name: str) -> None:
    words, account = DAILY[name]
    done = deployed.run(*words, account=account)
    # 3: nothing is attested yet, which the watch tells.
    assert done.code in ((3,) if name == "watch" else (0, 5)), done.stdout + done.stderr


@pytest.mark.usefixtures("_no_build")
def test_verify__no_build__says_that_it_needs_one(deployed: Deployed) -> None:
    done = deployed.run("deploy", "verify")
    assert done.code == 1
    assert "the build was asked for" in done.stdout


def test_interfaces__of_the_package__are_those_of_the_sources() -> None:
    for name in NAMES:
        assert path_of(name).read_text() == tool("abi").rendered(name)
