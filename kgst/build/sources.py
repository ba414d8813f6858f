"""The contracts compiled from their sources, apart from ape's build, and the build compared with that.

A `.build` folder can come with a commit, together with a stamp that fits: `refresh` would take it as it is. So whoever
deploys, consents or verifies compiles anew. What came of it is kept outside of the checkout, where no commit reaches,
under the hash of all that went in.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from kgst.abi import NAMES, interface, path_of
from kgst.build.code import contract_type, source_of
from kgst.build.compiler import (
    SOLJSON_SHA256,
    ask_compiler,
    settings_of_project,
    standard_input,
)
from kgst.errors import InputError, RefusedError
from kgst.regularfile import read_regular, write_regular

__all__ = ["DEPLOYED", "require_from_sources"]

DEPLOYED: Final = (
    "KGSTAccessManager",
    "KGSTLogic",
    "KGST",
    "ReserveFeed",
    "BackingFeed",
    "Revoker",
    "RedemptionDesk",
    "MintDesk",
    "IKGST",
)
"""What a deployment consists of, and the interface through which the token is called."""

_NO_SOURCES: Final = (".build", "node_modules", ".venv", "contracts/.cache")
_MOST: Final = 16 * 1024 * 1024
_ABI_KEYS: Final = ("type", "name", "stateMutability")

_seen: set[tuple[str, str]] = set()


def require_from_sources(*contracts: str) -> None:
    """The build has of the deployment's contracts, and of `contracts`, what their sources compile to.

    Once in a process, as long as nothing changes; the first time takes some 15 seconds.

    Args:
        contracts: Names of further ones.

    Raises:
        InputError: there is no source of such a contract, or more than one.
        RefusedError: the build has something else, is in version control, or the compiler is not known.
        KgstError: the sources do not compile.
    """
    from ape import project

    root = Path(project.path)
    _require_untracked(root)
    settings = settings_of_project()
    places = {name: _only_source(root, name) for name in dict.fromkeys((*DEPLOYED, *contracts))}
    # Of each its own sources only, so that a further contract has nothing but itself compiled.
    states = {
        name: _digest(name, standard_input([place], settings)) for name, place in places.items()
    }
    missing = {name: places[name] for name, state in states.items() if (name, state) not in _seen}
    for name, compiled in _compiled(missing, states, settings).items():
        _compare(name, compiled, places[name])
        _seen.add((name, states[name]))


def _compiled(
    places: dict[str, str], states: dict[str, str], settings: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """By name what the compiler makes of each; what was compiled before is as it was kept."""
    kept = {name: _kept(states[name]) for name in places}
    made = {
        name: found for name, path in kept.items() if path and (found := _read(path)) is not None
    }
    asked = {name: place for name, place in places.items() if name not in made}
    if not asked:
        return made
    question = standard_input(asked.values(), settings)
    selection: dict[str, dict[str, list[str]]] = {}
    for name, place in asked.items():
        wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
        selection.setdefault(place, {})[name] = wanted
    question["settings"]["outputSelection"] = selection
    answer = ask_compiler(question, "the contracts")["contracts"]
    for name, place in asked.items():
        made[name] = answer[place][name]
        if path := kept[name]:
            _write(path, made[name])
    return made


def _compare(name: str, compiled: dict[str, Any], place: str) -> None:
    built = contract_type(name)
    code = compiled["evm"]
    pairs = {
        "source": (place, source_of(name)),
        "creation code": (code["bytecode"]["object"], _hex(built.deployment_bytecode)),
        "runtime code": (code["deployedBytecode"]["object"], _hex(built.runtime_bytecode)),
        "interface": (
            _abi(compiled["abi"]),
            _abi(_dumped(built.abi)),
        ),
    }
    if name in NAMES and _abi(_dumped(interface(name).abi)) != pairs["interface"][0]:
        raise RefusedError(
            f"{name}: {path_of(name).name} in kgst/abi is not the interface that {place} compiles to. Nothing was "
            "signed or sent. Run `make abi`, and see what changes: whoever wrote it had commands call something else."
        )
    if other := [what for what, (here, there) in pairs.items() if here != there]:
        raise RefusedError(
            f"{name}: the build in .build has another {', '.join(other)} than {place} compiles to, so it was not made "
            "from these sources. Nothing was signed or sent. Remove .build, then `make setup`; and find out how it got "
            "there: a commit, an archive, or somebody at this machine."
        )


def _dumped(abi: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (one.model_dump(mode="json") for one in abi)


def _abi(entries: Iterable[dict[str, Any]]) -> str:
    """An interface in one spelling: what is called how, with which types."""

    def parameter(one: dict[str, Any]) -> dict[str, Any]:
        found = {
            "name": one.get("name") or "",
            "type": one["type"],
            "indexed": bool(one.get("indexed")),
        }
        return found | {"components": [parameter(c) for c in one.get("components") or []]}

    def entry(one: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {key: one.get(key) for key in _ABI_KEYS if one.get(key)}
        for key in ("inputs", "outputs"):
            found[key] = [parameter(p) for p in one.get(key) or []]
        return found | {"anonymous": bool(one.get("anonymous"))}

    return json.dumps(sorted(json.dumps(entry(one), sort_keys=True) for one in entries))


def _hex(bytecode: Any) -> str:
    return bytecode.to_bytes().hex() if bytecode is not None else ""


def _only_source(root: Path, name: str) -> str:
    """The one file below contracts/ that defines `name`; where the build says it is may be another."""
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name):
        raise InputError(f"{name!r} is no name of a contract.")
    defines = re.compile(
        rf"^\s*(?:abstract\s+)?(?:contract|interface|library)\s+{re.escape(name)}\b", re.M
    )
    files = [
        path
        for path in sorted((root / "contracts").rglob("*.sol"))
        if ".cache" not in path.parts and defines.search(path.read_text(encoding="utf-8"))
    ]
    if len(files) != 1:
        found = ", ".join(path.relative_to(root).as_posix() for path in files) or "none"
        raise InputError(
            f"{name}: one file below contracts/ has to define it, found {found}; give its name without path and `.sol`."
        )
    return files[0].relative_to(root).as_posix()


def _require_untracked(root: Path) -> None:
    """Nothing that is made here, or fetched by its hash, is in version control."""
    git = shutil.which("git")
    if git is None:
        return
    done = subprocess.run(  # noqa: S603 # fixed arguments
        [git, "-C", str(root), "ls-files", "--", *_NO_SOURCES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0 and (tracked := done.stdout.splitlines()):
        raise RefusedError(
            f"{tracked[0]} is in version control ({len(tracked)} such files): what is built or fetched must not come "
            "with a commit. Find out who put it there; then `git rm -r --cached` it, remove it, and `make setup`."
        )


def _digest(name: str, question: dict[str, Any]) -> str:
    text = json.dumps([name, question, SOLJSON_SHA256], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


# What was compiled before, in the user's own folder


def _kept(digest: str) -> Path | None:
    """Where the result for this input is kept; None where only this user can write it is not certain."""
    from ape import project

    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    try:
        folder = (Path(base) / "kgst" / "builds").resolve()
        if folder.is_relative_to(Path(project.path).resolve()):
            return None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except OSError:
        return None
    ours = status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder / f"{digest}.json" if ours else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(read_regular(path, _MOST))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and set(found) == {"abi", "evm"} else None


def _write(path: Path, made: dict[str, Any]) -> None:
    with suppress(OSError):  # compiled again the next time
        write_regular(path, json.dumps(made).encode())
