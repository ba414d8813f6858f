"""Mutation operators on the compiler's syntax tree, for what slither's leave out.

Slither's ROR skips addresses and conditions that use one operator twice; its LIR skips constants and the numbers within
expressions; none drops one half of a condition or confuses two arguments.

- CMP: one comparison, off by its boundary or negated.
- LIT: one number more, or less.
- DEL: one half of `&&` or `||` dropped.
- TRN: the two outcomes of `?:` swapped.
- ARG: two neighbouring arguments of one type swapped.
- NOT: one `!` dropped.
- ASM: one assembly statement dropped, or its jump taken the other way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

COMPARISONS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}

Node = dict[str, Any]
Edit = tuple[str, int, int, str]
"""Operator, first and last byte (exclusive), the text instead."""


def edits(tree: Node, source: bytes) -> Iterator[Edit]:
    """Every edit of one file."""
    for node in nodes(tree):
        start, end = span(node)
        text = source[start:end].decode()

        def part(child: Node) -> str:
            first, last = span(child)
            return source[first:last].decode()

        match node:
            case {"nodeType": "BinaryOperation", "operator": operator}:
                left, right = node["leftExpression"], node["rightExpression"]
                first, last = span(left)[1], span(right)[0]
                between = source[first:last].decode()
                for other in COMPARISONS.get(operator, ()):
                    yield "CMP", first, last, between.replace(operator, other, 1)
                if operator in ("&&", "||"):
                    yield "DEL", start, end, part(left)
                    yield "DEL", start, end, part(right)
            case {"nodeType": "Literal", "kind": "number", "value": value}:
                scientific = "e" in value and not value.startswith("0x")
                number = int(float(value)) if scientific else int(value, 0)
                unit = node.get("subdenomination")
                if len(value) < 20:
                    for near in {number + 1, max(number - 1, 0)} - {number}:
                        yield "LIT", start, end, f"{near} {unit}" if unit else str(near)
            case {"nodeType": "Conditional"}:
                asked, yes, no = (
                    part(node[name]) for name in ("condition", "trueExpression", "falseExpression")
                )
                yield "TRN", start, end, f"{asked} ? {no} : {yes}"
            case {"nodeType": "FunctionCall", "arguments": arguments, "names": []}:
                for one, two in pairwise(arguments):
                    if kind(one) == kind(two) and part(one) != part(two):
                        gap = source[span(one)[1] : span(two)[0]].decode()
                        yield "ARG", span(one)[0], span(two)[1], part(two) + gap + part(one)
            case {"nodeType": "UnaryOperation", "operator": "!"}:
                yield "NOT", start, end, part(node["subExpression"])
            case {"nodeType": "YulExpressionStatement"}:
                yield "ASM", start, end, ""
            case {"nodeType": "YulCase", "value": {"value": "0"}}:
                yield "ASM", start, end, text.replace("case 0", "case 1", 1)


def nodes(tree: Any) -> Iterator[Node]:
    """The tree's nodes, each before what it holds."""
    if isinstance(tree, list):
        for child in tree:
            yield from nodes(child)
    elif isinstance(tree, dict):
        if "nodeType" in tree:
            yield tree
        for key in sorted(tree):
            yield from nodes(tree[key])


def functions(tree: Node) -> list[tuple[int, int, str]]:
    """Where each function, modifier and state variable begins and ends, and its name."""
    found = []
    for node in nodes(tree):
        named = node["nodeType"] in ("FunctionDefinition", "ModifierDefinition")
        if named or (node["nodeType"] == "VariableDeclaration" and node.get("stateVariable")):
            found.append((*span(node), node["name"] or node.get("kind", "")))
    return found


def span(node: Node) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def kind(node: Node) -> str:
    """The type that two confused arguments would share."""
    described: str = node.get("typeDescriptions", {}).get("typeString", "?")
    return "int" if described.startswith(("uint", "int_const")) else described
