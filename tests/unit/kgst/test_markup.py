"""What rich is given as markup is this package's own words: everything else went through the gate, or is a number.

Read from the source, so that a view which nobody tests cannot take a policy's label or a node's word for markup.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

GATE = {"markup", "markup_lines", "safe", "Text", "assemble"}
"""`kgst.terminal`, and rich's own text without markup."""

WORDS = {
    "arguments_in_words", "bnb_cost", "bnb_held", "both_times", "clock", "flags_in_words", "format_bnb",
    "format_bps", "format_duration", "format_gwei", "format_refill", "format_som", "format_span", "format_time", "len",
    "moment", "role_name", "signed_som", "som", "span", "sum", "totals", "validity", "_amount", "_bps", "_change",
    "_full_again", "_gas", "_grid", "_manner", "_since", "_when", "_whole", "_word",
}  # fmt: skip
"""Functions whose words are made of numbers."""

NUMBERS = {
    "age", "block", "block_number", "chain_id", "checks", "count", "decimals", "epoch", "index", "needed", "nonce",
    "number", "pending", "threshold", "timestamp", "version",
}  # fmt: skip
"""Names of numbers, wherever they are attributes or variables."""

PRINTERS = {"print", "add_row", "add_column", "Panel", "facts", "table", "table_of"}
RICH = {"Console", "Table", "Panel", "Text"}


class Reader:
    """One function, or module, and what its names stand for."""

    def __init__(self, scope: ast.AST) -> None:
        self.scope = scope
        self.given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(scope):
            if isinstance(node, ast.arg) and ast.unparse(node.annotation or node) == "Text":
                self.given[node.arg] = [ast.Constant("")]  # never read as markup
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name) and node.value is not None:
                        self.given.setdefault(target.id, []).append(node.value)
                    elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        for name, value in zip(target.elts, node.value.elts, strict=False):
                            if isinstance(name, ast.Name):
                                self.given.setdefault(name.id, []).append(value)
            elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(
                node.iter, ast.Tuple
            ):
                for row in node.iter.elts:
                    pairs = (
                        zip(node.target.elts, row.elts, strict=True)
                        if isinstance(node.target, ast.Tuple) and isinstance(row, ast.Tuple)
                        else [(node.target, row)]
                    )
                    for name, value in pairs:
                        if isinstance(name, ast.Name):
                            self.given.setdefault(name.id, []).append(value)

    def is_fine(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether nobody else can have made the text of `node`."""
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr():
                return all(self.is_fine(part, seen) for part in node.values)
            case ast.FormattedValue(
                format_spec=ast.JoinedStr(values=[ast.Constant(value=str(spec))])
            ):
                return spec[-1] in ",df" or self.is_fine(node.value, seen)
            case ast.FormattedValue():
                return self.is_fine(node.value, seen)
            case ast.IfExp():
                return self.is_fine(node.body, seen) and self.is_fine(node.orelse, seen)
            case ast.BoolOp():
                return all(self.is_fine(part, seen) for part in node.values)
            case ast.BinOp():
                return self.is_fine(node.left, seen) and self.is_fine(node.right, seen)
            case ast.Starred():
                return self.is_fine(node.value, seen)
            case ast.Subscript(value=ast.Name(id=name)):
                return self.is_fine(node.value, seen)
            case ast.Call(func=ast.Name(id="str"), args=[only]):
                return self.is_fine(only, seen)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if (
                name in GATE | WORDS | RICH | PRINTERS
            ):
                return True
            case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant()), args=[only]):
                return self.is_fine(only, seen)
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=name), _]):
                return name in GATE | WORDS
            case ast.GeneratorExp() | ast.ListComp():
                return self.is_fine(node.elt, seen)
            case ast.List() | ast.Tuple():
                return all(self.is_fine(part, seen) for part in node.elts)
            case ast.Attribute(attr=name):
                return name in NUMBERS
            case ast.Name(id=name):
                # What is called …_markup is meant to be that.
                if name in NUMBERS or name.lstrip("_").isupper() or name.endswith("_markup"):
                    return True
                values = self.given.get(name, [])
                # One that is made of itself (`text += …`) is as good as the rest of it.
                return name in seen or (
                    bool(values) and all(self.is_fine(value, seen | {name}) for value in values)
                )
        return False

    def findings(self) -> Iterator[ast.expr]:
        """What is printed and should go through the gate."""
        for node in ast.walk(self.scope):
            match node:
                case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
                    if name not in PRINTERS or (
                        isinstance(node.func, ast.Name) and name == "print"
                    ):
                        continue
                    if any(k.arg == "markup" for k in node.keywords):
                        continue
                    titles = [
                        k.value for k in node.keywords if k.arg in ("title", "end", "caption")
                    ]
                    # The first of `table_of` is what it is about, not a text.
                    texts = node.args[1:] if name == "table_of" else node.args
                    yield from (a for a in [*texts, *titles] if not self.is_fine(a))


def findings(source: str) -> list[str]:
    """`line: expression` of each."""
    tree = ast.parse(source)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    functions += [n for c in classes for n in c.body if isinstance(n, ast.FunctionDef)]
    return [
        f"{found.lineno}: {ast.unparse(found)}"
        for function in functions
        for found in Reader(function).findings()
    ]


@pytest.mark.parametrize("path", sorted(Path("kgst").rglob("*.py")), ids=str)
def test_everything_printed__is_ours_or_went_through_the_gate(path: Path) -> None:
    assert findings(path.read_text(encoding="utf-8")) == []
