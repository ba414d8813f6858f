"""A world is made: a deployment in this process, watched where it signs and sends, and every lie to be told to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from operators.acts import ACTS, payout_file
from operators.disk import Disk
from operators.world import World
from support import lies_commands
from support.bsc.deployed import deployed_in_memory
from support.bsc.safes import with_a_safe
from support.bsc.timeless import connected_once
from support.lies import Liar, Recording, lies_of

__all__ = ["a_world"]


@contextmanager
def a_world(folder: Path) -> Iterator[World]:
    """Made once, for all examples of a process."""
    made, root = folder / "base", folder / "operators"
    made.mkdir()
    root.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        changes = lambda node: (*lies_commands.CHANGES, *with_a_safe(node, "unpauser"))  # noqa: E731
        with deployed_in_memory(made, patch, changes) as (deployed, clock):
            lies_commands.made_ready(deployed)
            for n in (1, 2):
                (made / f"payout-{n}.csv").write_text(payout_file(n))
            with connected_once(deployed.node.address, patch):
                world = World(deployed, clock, Disk(root, patch), made)
                _instrument(world, patch)
                world.keep()
                _record(world)
                yield world


def _instrument(world: World, patch: pytest.MonkeyPatch) -> None:
    """Signatures are looked at, sending is a moment at which a process can be killed, and a policy is parsed once."""
    import kgst.policy
    from kgst.journal import Signed
    from kgst.node.transport import Transport
    from kgst.sending import delivery, sender

    for module in (sender, delivery):
        sign = module.sign

        def watched(*arguments: Any, _sign: Any = sign, **options: Any) -> Signed:
            signed: Signed = _sign(*arguments, **options)
            world.on_sign(signed)
            return signed

        patch.setattr(module, "sign", watched)
    ask = Transport.ask

    def asked(self: Transport, method: str, params: Sequence[Any] = ()) -> Any:
        if method != "eth_sendRawTransaction":
            return ask(self, method, params)
        world.on_send(params[0])
        world.disk.point()
        found = ask(self, method, params)
        world.disk.point()
        return found

    patch.setattr(Transport, "ask", asked)
    policy: Any = kgst.policy
    read, known = policy.read_yaml, dict[bytes, Any]()

    def read_once(path: Path) -> Any:
        data = path.read_bytes()
        if data not in known:
            known[data] = read(path)
        return known[data]

    patch.setattr(policy, "read_yaml", read_once)


def _record(world: World) -> None:
    """What an honest run of each act asks, from which lies are made."""
    for name, act in ACTS.items():
        world.begin()
        if act.ends in ("pause", "block"):
            world.give(act.ends, 1, 0)
        listener = Liar()
        for who in range(act.signers):
            world.pull(who)
            listener = Liar()
            world.node.faults["any"] = listener
            done = world.give(name, 1, who)
        assert done.code == 0, done.said
        recording: Recording = listener.recording
        world.lies[name] = (lies_of(recording), recording.others())
