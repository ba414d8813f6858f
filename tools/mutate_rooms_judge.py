"""A plugin of pytest: runs a file of tests once, then for each mutant, in a forked process, those that reach its lines.

What a module's and a session's fixtures made (a chain with the token on it) is there in each fork, and stays as it was.
`KGST_MUTANTS` names the mutants, `KGST_VERDICTS` the file to which one line each is added.
"""

from __future__ import annotations

import ast
import builtins
import gc
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutate_fork import forked

ROOT = Path(__file__).resolve().parent.parent
# At once: the tests' set-up forgets every setting of this name.
MUTANTS, VERDICTS = Path(os.environ["KGST_MUTANTS"]), Path(os.environ["KGST_VERDICTS"])
LIVES = "survived"
Key = tuple[str, str, int]


def pytest_configure(config: pytest.Config) -> None:
    # The same examples for every mutant, and few.
    from hypothesis import settings

    settings.register_profile(
        "mutate", deadline=None, derandomize=True, database=None, max_examples=25
    )
    settings.load_profile("mutate")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    asked = json.loads(MUTANTS.read_text())
    files = {one["file"] for one in asked["mutants"]}
    for file in sorted(files):
        import_module(file.removesuffix(".py").replace("/", "."))
    functions, killed = Functions(files), set[str]()
    with VERDICTS.open("a") as out:
        for path, group in groupby(session.items, key=lambda item: item.path):
            test = path.relative_to(ROOT).as_posix()
            mutants = [one for one in asked["mutants"] if one["id"] in asked["waiting"][test]]
            runs = Runs(list(group), functions)
            # A collection in a fork would copy every page that it looks at.
            gc.collect()
            gc.freeze()
            for mutant in mutants:
                if mutant["id"] not in killed and (row := runs.judge(mutant)) is not None:
                    killed |= {mutant["id"]} if row["verdict"] != LIVES else set()
                    print(json.dumps({"test": test, **row}), file=out, flush=True)
            print(json.dumps({"test": test}), file=out, flush=True)
            session._setupstate.teardown_exact(None)
    return True


class Runs:
    """The tests of a file: which statements each reaches, and how long it takes."""

    def __init__(self, items: Sequence[pytest.Item], functions: Functions) -> None:
        self.items, self.functions = list(items), functions
        self.lines: dict[str, set[tuple[str, int]]] = {}
        self.seconds: dict[str, float] = {}
        self.passes: dict[str, bool] = {}
        self.run(self.items[0])  # what the module's fixtures reach is no test's
        with _noted(functions) as noted:
            for item in self.items:
                noted.clear()
                begun = time.monotonic()
                if self.run(item):
                    self.lines[item.nodeid] = set(noted)
                self.seconds[item.nodeid] = time.monotonic() - begun
        self.items = [item for item in self.items if item.nodeid in self.lines]
        self.items.sort(key=lambda item: self.seconds[item.nodeid])

    def run(self, item: pytest.Item) -> bool:
        # Any other of the module: what belongs to the test alone is torn down, what the module shares is not.
        others = next((one for one in self.items if one is not item), None)
        reports = runtestprotocol(item, nextitem=others, log=False)
        return not any(report.failed for report in reports)

    def judge(self, mutant: dict[str, Any]) -> dict[str, Any] | None:
        """The verdict; None where no test here reaches the mutant."""
        first, last = mutant["span"]
        reach = {(mutant["file"], line) for line in range(first, last + 1)}
        items = [item for item in self.items if reach & self.lines[item.nodeid]]
        if not items:
            return None
        limit = 15 + 5 * round(sum(self.seconds[item.nodeid] for item in items))
        begun = time.monotonic()
        found = forked(lambda: self.first_failing(mutant, items), limit)
        if found.startswith("tests/") and not self.passes_apart(found):
            self.items = [item for item in self.items if item.nodeid != found]
            return self.judge(mutant)
        seconds = round(time.monotonic() - begun, 2)
        return {"id": mutant["id"], "verdict": found, "seconds": seconds, "tests": len(items)}

    def first_failing(self, mutant: dict[str, Any], items: Sequence[pytest.Item]) -> str:
        gc.disable()
        try:
            self.functions.change(mutant)
        except (SyntaxError, ValueError) as error:
            return f"stillborn: {error}"
        return next((item.nodeid for item in items if not self.run(item)), LIVES)

    def passes_apart(self, test: str) -> bool:
        """In a fork without any mutant: a test that fails there would kill all of them."""
        if test not in self.passes:
            [item] = [item for item in self.items if item.nodeid == test]
            self.passes[test] = forked(lambda: str(self.run(item)), 300) == "True"
        return self.passes[test]


class Functions:
    """Every function of some files that lives, by file, name and first line."""

    def __init__(self, files: set[str]) -> None:
        self.files = {str(ROOT / file): file for file in files}
        self.found: dict[Key, list[FunctionType]] = defaultdict(list)
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename in self.files:
                code = one.__code__
                key = (self.files[code.co_filename], code.co_qualname, code.co_firstlineno)
                self.found[key].append(one)

    def change(self, mutant: dict[str, Any]) -> None:
        """From now on the function is the mutant."""
        key = (mutant["file"], mutant["function"], mutant["line"])
        if key not in self.found:
            raise ValueError("no such function lives")
        code = compile(mutant["source"], str(ROOT / mutant["file"]), "exec", dont_inherit=True)
        self.set_code(key, code)

    def set_code(self, key: Key, module: CodeType) -> None:
        [code] = [one for one in _codes(module) if (one.co_qualname, one.co_firstlineno) == key[1:]]
        for function in self.found[key]:
            function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


@contextmanager
def _noted(functions: Functions) -> Iterator[set[tuple[str, int]]]:
    """The statements of these functions that are executed within it: a tracer would slow the chain down tenfold."""
    found: set[tuple[str, int]] = set()
    before = {key: same[0].__code__ for key, same in functions.found.items()}
    noting = {}
    for path, file in functions.files.items():
        tree = ast.fix_missing_locations(_Noting(file).visit(ast.parse(Path(path).read_bytes())))
        noting[file] = compile(tree, path, "exec", dont_inherit=True)
    vars(builtins)[_Noting.NAME] = found.add
    for key in functions.found:
        if "<" not in key[1]:
            functions.set_code(key, noting[key[0]])
    try:
        yield found
    finally:
        for key, code in before.items():
            for function in functions.found[key]:
                function.__code__ = code


class _Noting(ast.NodeTransformer):
    """Before each statement says that it is reached."""

    NAME = "__kgst_reached__"

    def __init__(self, file: str) -> None:
        self.file = file

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            return node
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, [part for one in statements for part in (self._note(one), one)])
        return node

    def _note(self, statement: ast.stmt) -> ast.stmt:
        [note] = ast.parse(f"{self.NAME}({(self.file, statement.lineno)})").body
        return ast.copy_location(note, statement)
