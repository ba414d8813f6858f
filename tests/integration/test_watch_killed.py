"""`ape run watch` as a real process, killed at moments of a seed: every alert arrives, none under a second id.

What is killed at each single write and send, in this process, test_watch_faults.py has.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from support.bsc.deployed import Deployed
from support.cli import finish_ape, kill, start_ape, wait_for
from support.life import Life
from support.watching import SOM, Sink, sink

SEED = 20_261_201
MINTS = 3
PATIENCE = 100


def started(deployed: Deployed, told: Sink) -> subprocess.Popen[str]:
    """With each mint told, and a receiver that drops nothing."""
    return start_ape(
        "watch", "--every", "1", "--large-mint", "1 som", network=deployed.node.address,
        policy=deployed.policy, environment={"KGST_WATCH_RECEIVERS": f"sink={told.address}"},
    )  # fmt: skip


def moments(deployed: Deployed, told: Sink) -> Iterator[Callable[[], bool]]:
    """After so many messages or answers of the node from then on: no clock says when, however slow all is."""
    draw = random.Random(SEED)
    kinds = ["asked", "told", "told"]
    draw.shuffle(kinds)
    for kind in kinds:
        count = deployed.node.asked if kind == "asked" else told.posts
        enough = count.total() + draw.randint(1, 80 if kind == "asked" else MINTS - 1)
        yield partial(reached, count, enough)


def reached(count: Counter[str], enough: int) -> bool:
    return count.total() >= enough


def minted(told: Sink) -> Counter[str]:
    """How many ids each mint came under, by its amount, which no other has."""
    found = (re.search(r"What: (\S+) som minted to", body) for _, _, body in told.told)
    return Counter(one[1] for one in found if one)


def test_watch__process_killed_again_and_again__tells_each_mint_under_one_id(
    deployed: Deployed,
) -> None:
    life = Life(deployed)
    issuer = deployed.address("issuer")
    life.attest(1_000_000)
    with sink() as told:
        # Slow enough to be killed between a message's arrival and its note, and between two messages.
        told.slow = 0.3
        # The first round begins with the present.
        process = started(deployed, told)
        memory = deployed.folder / "watch" / "watch.json"
        wait_for(lambda: memory.exists() or process.poll() is not None, PATIENCE)
        wanted: list[str] = []

        def mint() -> None:
            wanted.append(f"{len(wanted) + 1}.00")
            life.act(issuer, life.token.functions.mint(life.holder, len(wanted) * SOM))

        kills = 0
        for moment in moments(deployed, told):
            for _ in range(MINTS):
                mint()
            wait_for(moment, PATIENCE)
            assert process.poll() is None, process.communicate()
            kill(process)
            kills += 1
            process = started(deployed, told)
        mint()  # which only the last one can tell, so that it has begun
        wait_for(lambda: len(minted(told)) == len(wanted) or process.poll() is not None, PATIENCE)
        process.send_signal(signal.SIGTERM)
        ended = finish_ape(process)
        assert ended.code == 0, ended.stderr
        assert minted(told) == dict.fromkeys(wanted, 1)
        ids = [id_ for id_, *_ in told.told]
        assert len(ids) == len(set(ids))
        # A message that had arrived and was not noted comes once more for each kill at most.
        assert told.posts.total() - len(ids) <= kills
