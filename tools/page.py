"""The public page of the demonstration's chain: build/page/kgst.html, which reads that chain until Ctrl-C.

Beside it api/: the same block's supply and reserves, for whoever has no node.

Starts an anvil of its own, plays the demonstration on it, takes the snapshot as `ape run page` does, and builds.

python tools/page.py [--once]      (--once: ends when the page is built)
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgst.demo.stage import Stage

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "page"
PAGE = FOLDER / "kgst.html"
POLICY = ROOT / "deployments/rehearsal/policy.yaml"
PORT = 8545
PATIENCE = 30
FINAL = 4
"""Blocks; of anvil's, two are not final."""


@contextmanager
def running_anvil() -> Iterator[str]:
    """An anvil with the testnet's chain id, whose blocks are soon final."""
    anvil = shutil.which("anvil", path=str(ROOT / "node_modules/.bin")) or shutil.which("anvil")
    if anvil is None:
        sys.exit("page: there is no anvil; see `make doctor-setup`")
    words = [anvil, "--chain-id", "97", "--slots-in-an-epoch", "1", "--port", str(PORT), "--silent"]
    with subprocess.Popen(words) as process:
        try:
            end = time.monotonic() + PATIENCE
            while process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", PORT), 1).close()
                    break
                except OSError:
                    if time.monotonic() > end:
                        process.terminate()
                time.sleep(0.1)
            else:
                sys.exit(f"page: anvil does not start; is port {PORT} taken?")
            yield f"http://127.0.0.1:{PORT}"
        finally:
            process.terminate()


@contextmanager
def set_up() -> Iterator[Stage]:
    """The rehearsal's policy deployed on the connected chain, its people with BNB, the first act about to begin."""
    from ape import accounts

    from kgst.build import refresh
    from kgst.chain import give_bnb
    from kgst.demo.run import STATEMENTS, own_secret
    from kgst.demo.stage import Stage
    from kgst.deployment.applying import apply
    from kgst.policy import Policy

    refresh()
    known = {account.address: account for account in list(accounts.test_accounts)}
    for address in known:
        give_bnb(address)
    deployment = apply(Policy.load(POLICY), accounts.test_accounts[0])
    with own_secret(), TemporaryDirectory(prefix="kgst-page-") as desk:
        yield Stage(deployment, known.__getitem__, STATEMENTS, Path(desk))


@contextmanager
def on(node: str) -> Iterator[None]:
    """Within the block ape speaks to this node."""
    from ape import networks
    from ape.logging import LogLevel, logger

    with (
        logger.at_level(LogLevel.ERROR),
        networks.parse_network_choice(f"bsc:testnet:{node}") as provider,
    ):
        # Where a block comes with each transaction, there is none after it to wait for.
        vars(provider.network.config)["required_confirmations"] = 0
        yield


def played() -> dict[str, Any]:
    """The demonstration on the connected chain, and what the page shows of it."""
    from kgst.demo.acts import ACTS
    from kgst.deployment.system import System
    from kgst.node import connected
    from kgst.page.documents import PageDocument
    from kgst.publish.commands import read_public, write_all
    from kgst.publish.pack import endpoints

    with set_up() as stage:
        # Without the last two: a deficit, and an upgrade, which takes a chain on which blocks come by themselves.
        for act in ACTS[:-2]:
            print(f"  {act.title}", flush=True)
            act.play(stage)
        for report in stage.folder.rglob("report-*.json"):
            # The annexes beside them are the auditors'.
            if not report.stem.endswith("annex"):
                shutil.copy(report, FOLDER)
    system = System(stage.deployment, connected(), None, POLICY)
    shown = read_public(system)
    write_all(FOLDER, endpoints(system, shown), force=True)
    # What the snapshot is of shall be final for whoever reads the chain next.
    connected().make_request("anvil_mine", [hex(FINAL)])
    return PageDocument.of(system, shown).printed()


def main() -> None:
    """Play, build, and wait."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_anvil() as node, on(node):
        print("Playing the demonstration:", flush=True)
        given = FOLDER / "snapshot.json"
        given.write_text(json.dumps(played(), indent=2), encoding="utf8")
        # One node under two names: enough to see the page work, and no comparison.
        nodes = [f"--rpc={node}", f"--rpc={node.replace('127.0.0.1', 'localhost')}"]
        words = ["node", str(ROOT / "web/build.mjs"), str(given), str(PAGE), *nodes]
        subprocess.run(words, check=True)
        print(f"\nOpen {PAGE.as_uri()}")
        if not asked.once:
            print("Its nodes are the demonstration's chain, until Ctrl-C.", flush=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                signal.pause()
            except KeyboardInterrupt:
                print()


if __name__ == "__main__":
    main()
