"""The mutants of the operators' Python: mutmut's operators, and statements and checks taken out.

Runs with the python of ``.venv-mutate``; prints JSON. mutmut itself leaves decorated functions and classes alone, which
here are most, so its operators are applied by a visitor of our own.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent

# mutmut's operators by the names of the Solidity ones that do the like.
NAMES = {
    "operator_number": "LIT",
    "operator_string": "TXT",
    "operator_name": "LIT",
    "operator_assignment": "ASG",
    "operator_augmented_assignment": "ASOR",
    "operator_remove_unary_ops": "NOT",
    "operator_dict_arguments": "ARG",
    "operator_arg_removal": "ARG",
    "operator_symmetric_string_methods_swap": "STR",
    "operator_unsymmetrical_string_methods_swap": "STR",
    "operator_lambda": "LAM",
    "operator_keywords": "KEY",
    "operator_swap_op": "OPR",
    "operator_match": "CAS",
}
Change = tuple[str, cst.CSTNode, cst.CSTNode]
PASS = cst.parse_statement("pass\n")


def ours(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """CR: a statement that is there for what it does is taken out. MIA: a condition always or never holds."""
    if isinstance(node, cst.Expr) and not m.matches(node.value, m.SimpleString() | m.Ellipsis()):
        yield "CR", cst.Pass()
    if isinstance(node, cst.Raise):
        yield "CR", cst.Pass()
    if isinstance(node, cst.If):
        for word in ("True", "False"):
            yield "MIA", node.with_changes(test=cst.Name(word))
    if isinstance(node, cst.Return) and node.value and not m.matches(node.value, m.Name("None")):
        yield "RET", node.with_changes(value=cst.Name("None"))


def mutmuts(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            found: Iterable[Any] = operator(node)
            for mutated in found:
                yield NAMES[operator.__name__], mutated
                # Of a name its other spellings say no more.
                if operator.__name__ == "operator_string":
                    break


class Visitor(cst.CSTVisitor):  # type: ignore[misc] # of another environment
    """Everything within a function's body that can be changed."""

    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self.outermost: list[tuple[str, int]] = []
        self.found: list[tuple[Change, str, int, tuple[int, int]]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(
            node, cst.Annotation | cst.Decorator | cst.Parameters | cst.Import | cst.ImportFrom
        ):
            return False
        if isinstance(node, cst.ClassDef) and not self.outermost:
            self.path.append(node.name.value)
        if isinstance(node, cst.FunctionDef):
            if node.name.value in ("__repr__", "__str__"):
                return False
            if not self.outermost:
                # A code object's first line is its first decorator's.
                top = node.decorators[0] if node.decorators else node
                line = self.get_metadata(PositionProvider, top).start.line
                self.outermost.append((".".join([*self.path, node.name.value]), line))
            else:
                self.outermost.append(self.outermost[-1])
        # Texts with a space are for people, whose wording tests hold word for word where it matters.
        if isinstance(node, cst.FormattedString) or (
            isinstance(node, cst.SimpleString | cst.ConcatenatedString) and self.is_text(node)
        ):
            return False
        if self.outermost and not isinstance(node, cst.FunctionDef):
            self.mutate(node)
        return not m.matches(node, m.Call(func=m.Name("len") | m.Name("isinstance")))

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef) and self.outermost:
            self.outermost.pop()
        if isinstance(original_node, cst.ClassDef) and not self.outermost:
            self.path.pop()

    def is_text(self, node: cst.BaseString) -> bool:
        return " " in cst.Module([]).code_for_node(node)

    def mutate(self, node: cst.CSTNode) -> None:
        position = self.get_metadata(PositionProvider, node, None)
        if position is None or m.matches(node, m.Call(func=m.Name("len") | m.Name("isinstance"))):
            return
        function, line = self.outermost[-1]
        for operator, mutated in [*ours(node), *mutmuts(node)]:
            # An argument left out is most often a TypeError: as None it says the same, and more.
            if operator == "ARG" and len(mutated.args) < len(node.args):
                continue
            self.found.append(((operator, node, mutated), function, line, self.span(node)))

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Lines of the statement, or of a compound statement's head, that the node is in."""
        inner: cst.CSTNode = node
        while not isinstance(inner, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            inner = self.get_metadata(ParentNodeProvider, inner)
        where = self.get_metadata(PositionProvider, inner)
        last = where.end.line
        if isinstance(inner, cst.BaseCompoundStatement):
            body = getattr(inner, "body", None)
            if body is not None:
                last = max(
                    where.start.line, self.get_metadata(PositionProvider, body).start.line - 1
                )
        return where.start.line, last


class Replace(cst.CSTTransformer):  # type: ignore[misc] # of another environment
    def __init__(self, old: cst.CSTNode, new: cst.CSTNode) -> None:
        super().__init__()
        self.old, self.new = old, new

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        return self.new if original_node is self.old else updated_node


def mutants(path: Path) -> Iterator[dict[str, Any]]:
    """Of one file; `source` is all of it, mutated, and is made when asked for."""
    name = path.relative_to(ROOT).as_posix()
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf8")))
    visitor = Visitor()
    wrapper.visit(visitor)
    seen: dict[tuple[str, str], int] = {}
    for (operator, old, new), function, line, span in visitor.found:
        number = seen[function, operator] = seen.get((function, operator), 0) + 1
        identity = f"{name} {function} {operator} {number}"
        yield {
            "id": identity,
            "file": name,
            "function": function,
            "operator": operator,
            "line": line,
            "span": span,
            "hash": hashlib.sha256(identity.encode()).hexdigest(),
            "make": lambda old=old, new=new: wrapper.module.visit(Replace(old, new)).code,
        }


def main() -> None:
    """`SIZE FILE…`: of each operator in each function the one of least hash, of these so many; 0 for every mutant."""
    size = int(sys.argv[1])
    found = [one for path in sys.argv[2:] for one in mutants(ROOT / path)]
    chosen = sorted(found, key=lambda one: one["hash"])
    if size:
        firsts = {(one["file"], one["function"], one["operator"]): one for one in reversed(chosen)}
        chosen = sorted(firsts.values(), key=lambda one: one["hash"])[:size]
    for one in chosen:
        one["source"] = one.pop("make")()
    json.dump({"generated": len(found), "mutants": chosen}, sys.stdout)


if __name__ == "__main__":
    main()
