"""The compiler itself, known by its hash, and what it is asked: sources as they lie here, and nothing else.

ape may compile with whatever answers to the right version. What is deployed, consented to or verified is compiled by
npm's solc, whose one file is compared with the hash below before it runs: a version is only what a program says.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from kgst.errors import KgstError, RefusedError

__all__ = ["SOLJSON_SHA256", "ask_compiler", "settings_of_project", "standard_input"]

SOLJSON_SHA256: Final = "221d7a667378b5068d913e75fe092507e061363cd1d23b64c49ae82febabad4c"
"""Of `soljson.js` in npm's solc 0.8.37+commit.f401782d, the package whose SHA-512 is in package-lock.json."""

_SOLJSON: Final = "node_modules/solc/soljson.js"
_IMPORT: Final = re.compile(r'^\s*import\s+(?:[^;"]*?\bfrom\s+)?"([^"]+)"\s*;', re.MULTILINE)
_TIMEOUT: Final = 600


def settings_of_project() -> dict[str, Any]:
    """The compiler's settings as ape-config.yaml has them, in the form in which ape gives them to solc."""
    from ape import project

    solidity = project.config.get_config("solidity")
    return {
        "optimizer": {"enabled": True, "runs": solidity.optimization_runs},
        "evmVersion": solidity.evm_version,
        "viaIR": solidity.via_ir,
        # ape lays dependencies beside the sources while it compiles, and the code ends with a hash of their names.
        "remappings": sorted(
            f"@{one['name']}=contracts/.cache/{one['name']}/local"
            for one in project.config.dependencies
        ),
    }


def standard_input(wanted: Iterable[str], settings: dict[str, Any]) -> dict[str, Any]:
    """The input that compiles the sources `wanted`: themselves, and all that they import.

    Raises:
        KgstError: a source is not there.
    """
    sources: dict[str, dict[str, str]] = {}
    remappings = [r.split("=", 1) for r in settings.get("remappings", [])]
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        try:
            content = _file(name, remappings).read_text(encoding="utf-8")
        except OSError as error:
            raise KgstError(
                f"{name}: cannot be read ({error.strerror}); run `make setup`."
            ) from error
        sources[name] = {"content": content}
        waiting += [_resolved(name, path, remappings) for path in _IMPORT.findall(content)]
    return {
        "language": "Solidity",
        "sources": dict(sorted(sources.items())),
        "settings": {
            **settings,
            "outputSelection": {
                "*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}
            },
        },
    }


def ask_compiler(question: dict[str, Any], what: str) -> dict[str, Any]:
    """The compiler's answer to standard JSON that holds every source.

    It runs in an empty folder and without this process's environment: what the question does not hold it does not find.

    Args:
        question: solc's standard JSON.
        what: For messages.

    Raises:
        RefusedError: the compiler is not the one that is known here.
        KgstError: it gave no answer, or the sources do not compile.
    """
    root, node = _project(), shutil.which("node")
    _require_known(root / _SOLJSON)
    if node is None:
        raise KgstError(
            "node is not on the path, and the compiler runs in it: install Node 20, then `make setup`."
        )
    try:
        with tempfile.TemporaryDirectory(prefix="kgst-solc-") as empty:
            done = subprocess.run(  # noqa: S603 # our own script
                [node, str(root / "tools/solc.cjs"), "--standard-json"],
                input=json.dumps(question),
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT,
                cwd=empty,
                env={"PATH": os.environ.get("PATH", os.defpath)},
            )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        raise KgstError(
            f"{what}: the compiler gave no answer ({type(error).__name__}); run `make setup`, then try again."
        ) from error
    errors = [e["formattedMessage"] for e in answer.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise KgstError(f"{what}: it does not compile:\n{errors[0]}")
    return answer


def _require_known(soljson: Path) -> None:
    try:
        found = hashlib.sha256(soljson.read_bytes()).hexdigest()
    except OSError:
        found = None
    if found != SOLJSON_SHA256:
        raise RefusedError(
            f"{_SOLJSON} {f'has the SHA-256 {found}' if found else 'is not there'}, and npm's solc 0.8.37 has "
            f"{SOLJSON_SHA256}: nothing is deployed, consented to or verified with a compiler that is not known by its "
            "hash. Remove node_modules, then `make setup`; if it stays so, find out who changed it."
        )


def _resolved(importer: str, path: str, remappings: list[list[str]]) -> str:
    """The name under which solc looks for what `importer` imports as `path`."""
    if path.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    for prefix, target in remappings:
        if path.startswith(prefix):
            return target + path[len(prefix) :]
    return path


def _file(name: str, remappings: list[list[str]]) -> Path:
    """Where the source with this name is: a dependency's lies beside the sources only while ape compiles."""
    for prefix, target in remappings:
        if name.startswith(target):
            return _project() / "node_modules" / (prefix + name[len(target) :])
    return _project() / name


def _project() -> Path:
    from ape import project

    return Path(project.path)
