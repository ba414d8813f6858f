"""The whole life of the token, typed by its operators: every command of docs/runbooks/, on a node like the testnet's.

.venv/bin/python tests/rehearsal/run.py [PAGE]… [--keep] [--flaky SHARE]

The node is the double of docs/node.md. Key files in a keystore of their own, a Safe 1.4.1 with 2 of 3 owners as ADMIN.
Each command is a process of its own and must end with the exit code that its runbook tells. With --flaky that share of
the node's answers fails: HTTP 429, a page, or none; a command may then also end with 6, and is given again until it
ends as told. `build/rehearse.json` has each one's time, and the node.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from jsonschema import Draft202012Validator  # noqa: E402
from rehearsal.asked import require_history  # noqa: E402
from rehearsal.month import require_figures  # noqa: E402
from rehearsal.people import NAMES, write_keystore  # noqa: E402
from rehearsal.runbook import Command, Event, RehearsalError, read_runbook  # noqa: E402
from rehearsal.world import PENSION, World  # noqa: E402
from support.bsc import BscNode, faults, running_bsc  # noqa: E402
from support.safe import deploy_safe  # noqa: E402

REPORT = ROOT / "build" / "rehearse.json"
RUNBOOKS = ROOT / "docs" / "runbooks"
SCHEMAS = ROOT / "docs" / "schemas"
PAGES = (
    "launch-day", "daily-attestation", "emergency-pause", "freeze-order", "hard-hours", "lost-key", "drift", "upgrade",
    "banking-days", "redemption", "month-end", "deficit", "somebody-asks",
)  # fmt: skip
TIMEOUT = 300  # seconds for one command
TRIES = 12
UNCONFIRMED = 6
PAUSE_SECONDS = 60
"""However bad the node is, the emergency pause is through by then."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "pages",
        nargs="*",
        choices=[[], *PAGES],
        metavar="PAGE",
        help="only these, after launch-day",
    )
    parser.add_argument("--keep", action="store_true", help="keep the files of the rehearsal")
    parser.add_argument(
        "--flaky", type=float, default=0.0, metavar="SHARE", help="of answers that fail, like 0.5"
    )
    parser.add_argument("--seed", type=int, default=1, help="which answers fail")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kgst-rehearsal-"))
    began = time.monotonic()
    done: list[dict[str, Any]] = []
    failure, about = None, {}
    try:
        with running_bsc() as node:
            about = _about(node, options.flaky, options.seed)
            print(_told(about), flush=True)
            world = _prepare(node, folder)
            if options.flaky:
                bad = (faults.http(429), faults.drops, faults.page())
                node.faults["any"] = faults.sometimes(options.flaky, options.seed, *bad)
            for page in [
                p for p in PAGES if p in options.pages or p == PAGES[0] or not options.pages
            ]:
                print(f"\n{page}", flush=True)
                for item in read_runbook(RUNBOOKS / f"{page}.md"):
                    if isinstance(item, Event):
                        print(f"  · {item.text}", flush=True)
                        world.happen(item.text)
                    else:
                        done.append(
                            _run(item, world.environment, len(done), flaky=bool(options.flaky))
                        )
            _check_outcome(world)
            if "MONTH" in world.environment:
                count = require_figures(world)
                print(f"\n{count} figures of the month's report follow from the node's logs")
            if done[-1]["command"].startswith("ape run history"):
                require_history(folder, world.environment, done)
            about["answers"] = sum(node.asked.values())
    except RehearsalError as error:
        failure = str(error)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    took = time.monotonic() - began
    REPORT.parent.mkdir(exist_ok=True)
    report = {"node": about, "seconds": round(took, 1), "failure": failure, "commands": done}
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    if failure:
        print(failure, file=sys.stderr)
    state = "failed" if failure else "passed"
    print(f"\nrehearse: {state}: {len(done)} commands in {took:.0f} s; {REPORT.relative_to(ROOT)}")
    return 1 if failure else 0


def _about(node: BscNode, share: float, seed: int) -> dict[str, Any]:
    """What the node says of itself, and how it is."""
    terms = node.terms
    return {
        "client": node.ask("web3_clientVersion"),
        "stands_for": f"the double of docs/node.md, in front of {node.anvil.ask('web3_clientVersion')}",
        "chain_id": int(node.ask("eth_chainId"), 16),
        "block_seconds": terms.block_time,
        "finalized_behind": [terms.finality_lag, terms.finality_lag + 1],
        "state_blocks": terms.state_blocks,
        "log_range": terms.log_range,
        "flaky": {"share": share, "seed": seed} if share else None,
    }


def _told(about: dict[str, Any]) -> str:
    least, most = about["finalized_behind"]
    lines = [
        f"node: {about['client']} on chain {about['chain_id']}: {about['stands_for']}",
        f"      a block each {about['block_seconds']} s, finalized {least} to {most} blocks behind, state of "
        f"{about['state_blocks']} blocks, logs of {about['log_range']} blocks at once",
    ]
    if about["flaky"]:
        lines.append(
            f"      {about['flaky']['share']:.0%} of its answers fail, seed {about['flaky']['seed']}"
        )
    return "\n".join(lines)


def _prepare(node: BscNode, folder: Path) -> World:
    """Keystore, money for gas, the governance Safe, the policy."""
    environment = {
        **os.environ,
        **write_keystore(folder / "ape"),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NETWORK": f"bsc:testnet:{node.address}",
        "KGST_POLICY": str(folder / "policy.yaml"),
        # What signers remember is of this rehearsal, whatever else was rehearsed on this machine.
        "XDG_STATE_HOME": str(folder / "state"),
        "COLUMNS": "120",
    }
    world = World(node, folder, environment)
    node.give(*(world.people[name] for name in NAMES))
    owners = [world.people[f"owner_{letter}"] for letter in "abc"]
    world.people["governance"] = deploy_safe(world.web3, owners, 2)
    template = (Path(__file__).parent / "policy.yaml").read_text()
    for name, address in world.people.items():
        template = template.replace(f'"{{{name}}}"', f'"{address}"')
    (folder / "policy.yaml").write_text(template)
    return world


def _run(
    command: Command, environment: dict[str, str], number: int, *, flaky: bool
) -> dict[str, Any]:
    """Type `command`, again if it may be; every second one asks for JSON, which must fit its schema."""
    line = command.line
    as_json = number % 2 == 1 and line.startswith("ape run ") and "demo" not in line
    as_json = as_json and " > " not in line  # the runbook asks for it itself, and keeps it
    typed = f"{line} --json" if as_json else line
    seconds, schema = 0.0, None
    for attempt in range(1, TRIES + 1):
        began = time.monotonic()
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", typed],
            cwd=ROOT, env=environment, input="y\n" * 3, capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        seconds += time.monotonic() - began
        told = f"{command.where}: $ {typed}\n{done.stdout}\n{done.stderr}"
        if as_json:
            schema = _valid(done.stdout, told)
        if done.returncode == command.exits:
            break
        if not flaky or done.returncode != UNCONFIRMED or attempt == TRIES:
            raise RehearsalError(
                f"{told}\nexit code {done.returncode}, the runbook tells {command.exits}"
            )
    again = f"  after {attempt} tries" if attempt > 1 else ""
    exits = f"  → {command.exits}" if command.exits else ""
    print(f"  {seconds:5.1f} s  {line}{exits}{again}", flush=True)
    if line.startswith("ape run guard pause") and seconds > PAUSE_SECONDS:
        raise RehearsalError(
            f"{told}\nthe pause took {seconds:.0f} s, {PAUSE_SECONDS} s are allowed"
        )
    return {
        "command": line,
        "exit_code": done.returncode,
        "seconds": round(seconds, 1),
        "tries": attempt,
        "schema": schema,
    }


def _valid(stdout: str, told: str) -> str:
    """The schema that the document on stdout names and fits."""
    try:
        document = json.loads(stdout)
    except json.JSONDecodeError:
        raise RehearsalError(f"{told}\nstdout is not one document") from None
    name = str(document.get("schema"))
    path = SCHEMAS / f"{name.split('/')[1]}.json" if name.count("/") == 2 else None
    if path is None or not path.exists():
        raise RehearsalError(f"{told}\nno file in docs/schemas describes {name}")
    errors = [
        e.message for e in Draft202012Validator(json.loads(path.read_text())).iter_errors(document)
    ]
    if errors:
        raise RehearsalError(f"{told}\nthe document does not fit {path.name}: {errors}")
    return name


def _check_outcome(world: World) -> None:
    """What the chain must be in the end, read past the commands."""
    transfers = world.web3.eth.get_logs(
        {
            "address": world.token,  # type: ignore[typeddict-item]
            "fromBlock": 0,
            "topics": [world.web3.keccak(text="Transfer(address,address,uint256)")],
        }
    )
    balances: dict[str, int] = {}
    paid: dict[str, int] = {}
    for log in transfers:
        sender, receiver = ("0x" + bytes(t).hex()[24:] for t in log["topics"][1:])
        value = int.from_bytes(bytes(log["data"]))
        balances[sender] = balances.get(sender, 0) - value
        balances[receiver] = balances.get(receiver, 0) + value
        paid[receiver] = paid.get(receiver, 0) + 1
    pension = int(PENSION.replace(".", "")) * 10**4
    wrong = [
        p for p in world.pensioners if balances.get(p.lower()) != pension or paid[p.lower()] != 1
    ]
    if wrong or not world.pensioners:
        raise RehearsalError(
            f"{len(wrong)} of {len(world.pensioners)} pensioners were not paid once"
        )
    supply = world.view("totalSupply()", [], [], "uint256")
    held = sum(v for account, v in balances.items() if int(account, 16))
    if supply != held:
        raise RehearsalError(f"supply {supply} is not the sum of what holders have, {held}")


if __name__ == "__main__":
    sys.exit(main())
