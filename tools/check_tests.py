"""Refuse in tests what passes when it should not.

- ``chain.isolate()`` swallows exceptions, so ``assert False`` inside it passes.
- ``ape.reverts`` passes on another error, and ignores misspelt arguments.
- ``pytest.raises`` of ``Exception``, ``ContractLogicError`` and the like passes on any revert.
- ``project.X.at(address)`` joins X with whatever another test had at the address on a chain that was undone.
- A command that is given a policy of the checkout reads the record and the journal of whatever the user has deployed.

``support.reverts.reverts`` is the way; only the helpers in ``tests/support`` look at errors more closely themselves.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
TOO_WIDE = {
    "Exception",
    "BaseException",
    "ApeException",
    "ContractLogicError",
    "VirtualMachineError",
}


def findings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and reason of each forbidden use."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="chain"), attr="isolate"):
                yield node.lineno, "chain.isolate() swallows failures"
            case ast.Attribute(value=ast.Name(id="ape"), attr="reverts"):
                yield node.lineno, "ape.reverts passes on another error"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="project")), attr="at"):
                yield (
                    node.lineno,
                    "project.X.at joins X with what stood at the address before",
                )
            case ast.ImportFrom(module="ape", names=names):
                if any(name.name == "reverts" for name in names):
                    yield node.lineno, "ape.reverts passes on another error"
            case ast.Call(func=ast.Attribute(attr="raises"), args=[ast.Name(id=name), *_]):
                if name in TOO_WIDE:
                    yield node.lineno, f"pytest.raises({name}) passes on any failure"
            case ast.Call(args=given) | ast.List(elts=given) | ast.Tuple(elts=given):
                for option, value in pairwise(given):
                    if _is(option, "--policy") and "deployments/" in ast.unparse(value):
                        yield (
                            value.lineno,
                            "what lies beside this policy changes what the test sees",
                        )


def _is(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def main() -> int:
    bad = 0
    for path in sorted(TESTS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf8"), str(path))
        helper = path.is_relative_to(TESTS / "support")
        for line, reason in findings(tree):
            if helper and "pytest.raises" in reason:
                continue
            ways = {"policy": "isolation.policy_of", "address": "repairs.contract_at"}
            way = next((ways[word] for word in ways if word in reason), "reverts.reverts")
            print(f"{path.relative_to(TESTS.parent)}:{line}: {reason}; use support.{way}")
            bad += 1
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
