"""`ape run upgrade` with a Safe as UPGRADER: each step is signed owner by owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, operated, pass_time, policy_file
from support.safe import deploy_safe

from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError
from kgst.files import Files
from kgst.record import Record
from kgst.upgrade import commands

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
SAFE = "governance"


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture
def kgst(
    tmp_path: Path, owners: list[Any], deployer: Any, monkeypatch: pytest.MonkeyPatch
) -> System:
    """The tests' policy, with a Safe of two of three as UPGRADER after five minutes."""
    address = deploy_safe(ape_chain.provider.web3, [o.address for o in owners], 2)
    people = "".join(f'  owner_{i}: "{o.address}"\n' for i, o in enumerate(owners))
    safes = f"\nsafes:\n  {SAFE}: {{owners: [owner_0, owner_1, owner_2], threshold: 2}}\n"
    path = policy_file(
        tmp_path,
        POLICY,
        ("\nauditors:\n", f'  {SAFE}: "{address}"\n{people}\nauditors:\n'),
        ("{member: upgrader, delay: 0 seconds}", f"{{member: {SAFE}, delay: 5 minutes}}"),
        ("\nlimits:\n", f"{safes}\nlimits:\n"),
    )
    system = operated(path, deployer)
    system.record.save(Files(tmp_path).record)
    monkeypatch.setattr("kgst.upgrade.commands.open_system", lambda *_, **__: system)
    return system


def test_upgrade__by_a_safe__is_signed_by_its_owners_twice(
    kgst: System, owners: list[Any], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    with pytest.raises(InputError, match="a Safe deploys no contracts"):
        commands.deploy("KGSTLogicV2Mock", "0x", as_(owners[0], SAFE))
    file = Path(commands.deploy("KGSTLogicV2Mock", "0x", as_(outsider)).document["file"])
    signatures = [
        Path(
            commands.consent(
                file, "KGSTLogicV2Mock", auditor, None, yes=True, force=False, quiet=True
            ).document["signature_file"]
        )
        for auditor in (auditor_a, auditor_b)
    ]
    commands.submit_consent(file, signatures, as_(outsider))

    first = commands.schedule(file, as_(owners[0], SAFE))
    assert first.exit_code is ExitCode.WAITING
    assert first.document["proposal"]["missing"] == 1
    assert first.document["transactions"] == []
    second = commands.schedule(file, as_(owners[1], SAFE))
    assert second.exit_code is ExitCode.WAITING
    assert second.document["waits_until"] is not None

    pass_time(300)
    assert commands.execute(file, as_(owners[2], SAFE)).exit_code is ExitCode.WAITING
    assert Record.load(Files(file.parent.parent).record).upgrades == ()
    done = commands.execute(file, as_(owners[0], SAFE))
    assert done.exit_code is ExitCode.DONE
    [upgrade] = Record.load(Files(file.parent.parent).record).upgrades
    assert upgrade.implementation.address == kgst.token.implementation()
    assert upgrade.transaction.hash == done.document["transactions"][-1]["hash"]
