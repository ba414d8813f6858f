"""Hold the pages to the code: what is listed on one side exists on the other, and figures are those of the evidence.

- docs/commands.md has each command and option of scripts/, and no other; each is given by a test or a runbook.
- Commands that a page gives take the options that it gives them.
- docs/files.md has each fixed header of a CSV.
- Roles, their functions and the storage's fields are those of kgst/roles.py and the contracts.
- Every name in a page's `code` occurs in the sources, and every link leads to a file, or to a heading of it.
- docs/architecture.md draws the layers that import-linter holds, and has a line for each room.
- docs/invariants.md has each number that tests and proofs cite.
- Quotes in tests/mutation/judged.yaml still stand in the sources; each test file is met by a mutant, or says why not.
- Figures in README.md and docs/proof.md are those of docs/evidence/.
"""

from __future__ import annotations

import functools
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from commands import commands, taken  # noqa: E402

SOURCES = (
    "contracts",
    "kgst",
    "scripts",
    "tests",
    "tools",
    "deployments",
    "docs/schemas",
    "packages",
    "examples",
)
ALSO = ("Makefile", "pyproject.toml", "ape-config.yaml", "foundry.toml", "package.json")
SUFFIXES = {".sol", ".py", ".cjs", ".sh", ".toml", ".yaml", ".yml", ".json", ".svg", ".ts", ".mjs"}
LEFT_OUT = {".cache", "__pycache__", "test_check_docs.py"}
FOREIGN = {
    "consumingSchedule",
    "canTransact",
    "AccessManagedUpgradeable",
    "getEip712Domain",
    "extcodesize",
}
"""Names of others' code, of which a page speaks."""
IDENTIFIER = r"\b(?:[A-Z][a-z]+[A-Z]\w*|[a-z]+[A-Z]\w+|[A-Z]{3,}(?:_[A-Z]+)+|test_\w+)\b"

NUMBERS = {
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
}


@functools.cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf8")


def pages() -> list[str]:
    """Every page that people read, below the root."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]
    found += [*ROOT.glob("deployments/**/*.md"), *ROOT.glob("packages/**/*.md")]
    found += [*ROOT.glob("examples/**/*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def prose(page: str) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text(page), flags=re.S | re.M)


def rows(page: str, columns: int) -> list[list[str]]:
    """The cells of tables' rows with this many columns; headings too."""
    lines = (line for line in text(page).splitlines() if line.startswith("| "))
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if len(row) == columns]


# Commands


def check_commands() -> Iterator[str]:
    page = "docs/commands.md"
    there = commands()
    told: list[str] = []
    for first, _ in rows(page, 2):
        names = re.findall(r"`([^`]+)`", first)
        if not names or not names[0].startswith("ape run "):
            continue
        script, *rest = names[0].removeprefix("ape run ").split()
        told += [f"{script} {name}".strip() for name in (" ".join(rest), *names[1:])]
    yield from both(page, "command", set(told), set(there))
    yield from (f"{page}: `{name}` has two lines" for name in set(told) if told.count(name) > 1)
    readme = {first.strip("`") for first, *_ in rows("README.md", 2) for first in first.split(", ")}
    scripts = {name.split()[0] for name in there}
    yield from (f"README.md: no line for the script {name}" for name in sorted(scripts - readme))
    yield from check_options(page, there)
    for name, command in there.items():
        names = [parameter.name for parameter in command.params]
        twice = sorted({str(one) for one in names if names.count(one) > 1})
        yield from (
            f"`ape run {name}` has two parameters {one}: click mixes them up" for one in twice
        )


def check_options(page: str, there: dict[str, click.Command]) -> Iterator[str]:
    """The table of options says which commands do not take each."""
    lacking: dict[str, set[str]] = {}
    for first, where in rows(page, 2):
        if not first.startswith("`--"):
            continue
        base = re.match(r"all\b|where `(--[a-z-]+)` is\b", where)
        if base is None or (base[1] and base[1] not in lacking):
            yield f"{page}: {first}: say `all`, or `where --account is`, with what does not take it"
            continue
        but = set(re.findall(r"`([a-z][a-z -]*)`", where)) | lacking.get(base[1] or "", set())
        for option in re.findall(r"`(--[a-z-]+)[^`]*`", first):
            lacking[option] = {name for name, one in there.items() if option not in taken(one)}
            yield from both(page, f"command that does not take {option}", but, lacking[option])
    for option in ("--json", "--policy", "--network", "--account", "--yes", "--via", "--give-up"):
        if option not in lacking:
            yield f"{page}: nothing says which commands take {option}"


def check_tried() -> Iterator[str]:
    """Each command is given as a person gives it, by a test or in a runbook, which `make rehearse` types."""
    tests = "\n".join(path.read_text("utf8") for path in sorted((ROOT / "tests").rglob("*.py")))
    books = "\n".join(text(page) for page in pages() if page.startswith("docs/runbooks/"))
    for name in commands():
        words = r",\s*".join(f'"{word}"' for word in name.split())
        typed = rf"^\$ .*\bape run {name}(?: |$)"
        if not re.search(rf"\(\s*{words}\s*[,)]", tests) and not re.search(typed, books, re.M):
            yield f"no test in tests/ and no runbook gives `ape run {name}`"


def check_given() -> Iterator[str]:
    """What a page has people type is a command, with options that it takes."""
    there = commands()
    for page in pages():
        for typed in re.findall(r"\bape run ([a-z][^\n`|#]*)", text(page).replace("\\\n", " ")):
            words = typed.split()
            name = next((one for one in (" ".join(words[:2]), words[0]) if one in there), None)
            if name is not None:
                given = re.findall(r"(?<!\S)--[a-z][a-z-]*", typed)
                strange = sorted(set(given) - taken(there[name]))
                yield from (f"{page}: `ape run {name}` takes no {one}" for one in strange)


# Files


def check_headers() -> Iterator[str]:
    """Each form of a CSV that has a fixed header stands in files.md."""
    page = "docs/files.md"
    for path in sorted((ROOT / "kgst").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for name, cells in re.findall(r"^(\w*HEADER): Final = \(([^)]*)\)", text(where), re.M):
            header = re.findall(r'"(\w+)"', cells)
            lines = [f"`{separator.join(header)}`" for separator in ",;\t"]
            if not any(line in text(page) for line in lines):
                yield f"{page}: nothing says the header {lines[0]} ({name} in {where})"


# Roles, storage, names, links


def check_roles() -> Iterator[str]:
    from kgst.roles import ROLE_FUNCTIONS, Role

    page = "docs/roles.md"
    table = {row[0]: row for row in rows(page, 6) if row[1].isdecimal()}
    yield from both(page, "role", set(table), {role.name for role in Role})
    for role in Role:
        if role.name not in table:
            continue
        _, number, may, *_ = table[role.name]
        if int(number) != role:
            yield f"{page}: {role.name} is {role.value}, not {number}"
        functions = {signature.partition("(")[0] for signature in ROLE_FUNCTIONS.get(role, ())}
        yield from both(
            page, f"function of {role.name}", set(re.findall(r"`(\w+)`", may)), functions
        )
    named = {name for row in rows("README.md", 3) for name in re.findall(r"\b[A-Z_]{5,}\b", row[0])}
    yield from both("README.md", "role", named, {role.name for role in Role})


def check_storage() -> Iterator[str]:
    source = text("contracts/ledger/Ledger.sol")
    [body] = re.findall(r"struct Layout \{(.*?)\n    \}", source, re.S)
    fields = re.findall(r"(\w+);", re.sub(r"///.*", "", body))
    told = [row[1].strip("`") for row in rows("docs/storage.md", 3) if row[0].startswith("+")]
    if told != fields:
        yield f"docs/storage.md: fields {told}, and Ledger.sol has {fields}"


def check_names() -> Iterator[str]:
    words = set(FOREIGN)
    paths = [path for name in SOURCES for path in (ROOT / name).rglob("*")]
    for path in [*paths, *(ROOT / name for name in ALSO)]:
        if path.suffix in SUFFIXES | {""} and path.is_file() and not LEFT_OUT & set(path.parts):
            words.update(re.findall(r"\w+", path.read_text(encoding="utf8", errors="replace")))
            words.update(re.findall(r"\w+", path.name))
    for page in pages():
        if page == "docs/mutation.md":
            continue  # quotes mutants
        for code in re.findall(r"`([^`\n]+)`", prose(page)):
            for name in re.findall(IDENTIFIER, code):
                if name not in words:
                    yield f"{page}: `{name}` occurs nowhere in the sources"


def check_links() -> Iterator[str]:
    for page in pages():
        for link, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", prose(page)):
            if "://" in link:
                continue
            target = (ROOT / page).parent / link if link else ROOT / page
            if not target.exists():
                yield f"{page}: the link {link} leads nowhere"
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                yield f"{page}: {link or 'the page itself'} has no heading #{anchor}"


@functools.cache
def anchors(page: Path) -> set[str]:
    """What a link may name behind `#`: headings, as GitHub makes their names."""
    found = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf8"), flags=re.S | re.M)
    words = re.findall(r"^#+ +(.+)$", found, flags=re.M)
    words = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one) for one in words]
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in words}


# Invariants, mutants, figures


def check_layers() -> Iterator[str]:
    page = "docs/architecture.md"
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    held = next(c["layers"] for c in contracts if c["type"] == "layers")
    drawn = re.search(r"```layers\n(.*?)\n```", text(page), re.DOTALL)
    if drawn is None or drawn[1].split("\n") != held:
        yield f"{page}: the drawing is not [tool.importlinter] in pyproject.toml, line by line"
    told = {name for row in rows(page, 2) for name in re.findall(r"`(\w+)`", row[0])}
    yield from both(page, "room", told, {name for line in held for name in line.split(" | ")})


def check_invariants() -> Iterator[str]:
    page = "docs/invariants.md"
    table = {int(row[0]): row for row in rows(page, 5) if row[0].isdecimal()}
    if list(table) != list(range(1, len(table) + 1)):
        yield f"{page}: the numbers are not 1 to {len(table)}"
    cited: dict[int, str] = {}
    for path in (ROOT / "tests/property/invariants").glob("*.py"):
        found = re.findall(r"^    number, says = \(?\s*(\d+),", path.read_text(), re.M)
        cited |= dict.fromkeys(map(int, found), path.name)
    machine = set(cited)
    for path in (ROOT / "tests/symbolic").glob("*.sol"):
        for numbers in re.findall(r"@custom:proves ([\d ]+)", path.read_text()):
            cited |= dict.fromkeys(map(int, numbers.split()), path.name)
    proof = {int(n) for row in rows("docs/proof.md", 3) for n in re.findall(r"^(\d+) ", row[0])}
    cited |= dict.fromkeys(proof, "docs/proof.md")
    for number, where in sorted(cited.items()):
        if number not in table:
            yield f"{page}: no row {number}, which {where} cites"
    for number, row in table.items():
        if number in machine and "tests/property/invariants/" not in row[3]:
            yield f"{page}: row {number} does not name its class in tests/property/invariants"
        if number not in machine and "tests/property/invariants/" in row[3]:
            yield f"{page}: row {number}: nothing in tests/property/invariants has this number"


def check_quotes() -> Iterator[str]:
    folded = functools.cache(lambda path: " ".join(text(path).split()))
    for kinds in YAML(typ="safe").load(text("tests/mutation/judged.yaml")).values():
        for entry in (entry for entries in kinds.values() for entry in entries):
            where = f"tests/mutation/judged.yaml: {entry['file']}, {entry['function']}"
            if not (ROOT / entry["file"]).is_file():
                yield f"{where}: there is no such file"
            elif " ".join(entry["before"].split()) not in folded(entry["file"]):
                yield f"{where}: no longer in it: {entry['before']}"


def check_unmet() -> Iterator[str]:
    import mutate_python
    import mutate_rooms
    import mutate_unit

    rooms = set(mutate_rooms.TESTS.read_text("utf8").split())
    folders = {
        f"tests/unit/{area}" for areas in mutate_unit.AREAS.values() for area in areas.split()
    }
    files = {name for name in mutate_python.TESTS if name.endswith(".py")} | rooms
    folders |= {name for name in mutate_python.TESTS if name not in files}
    listed: dict[str, str] = YAML(typ="safe").load(text("tests/mutation/unmet.yaml"))
    used = set()
    for path in sorted((ROOT / "tests").glob("[ui]n*/**/test_*.py")):
        name, folder = path.relative_to(ROOT).as_posix(), path.parent.relative_to(ROOT).as_posix()
        if folder in folders or name in files:
            if name in listed:
                yield f"tests/mutation/unmet.yaml: mutants do meet {name}"
        elif found := {name, folder} & set(listed):
            used |= found
        else:
            yield f"{name}: no mutant meets it (tools/mutate_*.py), and tests/mutation/unmet.yaml does not say why"
    gone = set(listed) - used - files
    yield from (f"tests/mutation/unmet.yaml: there is no {name}" for name in sorted(gone))
    for name in sorted({*mutate_python.TESTS, *rooms}):
        if not (ROOT / name).exists():
            yield f"tests that mutants meet: there is no {name}"
    sources = {path.stem for path in (ROOT / "contracts").glob("**/*.sol")
               if not {"mocks", "interfaces", ".cache"} & set(path.parts)}  # fmt: skip
    yield from both("tools/mutate_unit.py", "contract", set(mutate_unit.AREAS), sources)


def _of_broken_code(faults: set[str], tried: dict[str, list[str]]) -> str:
    """What proof.md says of the faults in broken.toml that the proofs were tried on."""
    noticed, number = faults & set(tried["noticed"]), NUMBERS.get(len(faults), len(faults))
    if noticed == faults:
        return f"All {number} are noticed."
    undecided = len(faults & set(tried["undecided"]))
    return (
        f"Of the {number}, {len(noticed)} were tried on the present sources and noticed; "
        f"{undecided} were stopped undecided"
    )


def check_figures() -> Iterator[str]:
    def evidence(name: str) -> Any:
        return json.loads(text(f"docs/evidence/{name}.json"))

    campaign, mutants, proofs = evidence("property"), evidence("mutate"), evidence("prove")
    statuses = [entry["status"] for entry in proofs["properties"]]
    proven, bounded = statuses.count("proven"), statuses.count("bounded")
    undecided = statuses.count("timeout") or "none"
    queries, broken = proofs["queries"], tomllib.loads(text("tests/symbolic/broken.toml"))["broken"]
    solidity, python = (
        f"{found['killed']:,} of {found['killed'] + found['survived']:,}"
        for found in (mutants["solidity"], mutants["python"])
    )
    wanted = {
        "README.md": (
            f"{campaign['steps']:,} steps, {campaign['transactions']:,} transactions, no failure",
            f"{proven} properties hold for all values, {bounded} up to a stated bound; {undecided} undecided",
            f"{solidity} changes to the Solidity and {python} to the Python",
        ),
        "docs/proof.md": (
            f"\n{proofs['summary']}\n",
            _of_queries(queries),
            _of_broken_code({fault["how"] for fault in broken}, evidence("broken")),
        ),
    }  # fmt: skip
    if campaign["failures"] or set(statuses) - {"proven", "bounded", "reached", "timeout"}:
        yield "docs/evidence: of runs that failed"
    for page, sentences in wanted.items():
        for sentence in sentences:
            if sentence not in text(page):
                yield f"{page}: by docs/evidence it should say: {sentence.strip()}"


def _of_queries(queries: dict[str, int]) -> str:
    """What proof.md says of the solvers' agreement."""
    alone = queries.get("single", 0)
    each = f"all but {alone}" if alone else "each"
    return f"{each} of the {sum(queries.values()):,} queries has two solvers behind it; in {queries['disagreed']} of"


def both(page: str, what: str, told: set[str], there: set[str]) -> Iterator[str]:
    """`page` lists what is there, and nothing else."""
    yield from (f"{page}: no line for the {what} {name}" for name in sorted(there - told))
    yield from (f"{page}: there is no {what} {name}" for name in sorted(told - there))


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    check_commands, check_tried, check_given, check_headers, check_roles, check_storage, check_names, check_links,
    check_layers, check_invariants, check_quotes, check_unmet, check_figures,
)  # fmt: skip


def main() -> int:
    found = [line for check in CHECKS for line in check()]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
