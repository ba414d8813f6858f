"""Prove the properties in tests/symbolic/ with halmos; write build/prove.json; fail unless each is decided.

A property is a ``check_`` function; its NatSpec says what it states (``@notice``), which invariants of
docs/invariants.md it serves (``@custom:proves``) and how far it is bounded (``@custom:bound``). A ``witness_`` function
asserts that no call succeeds, and must fail: its counterexample is a call that the check beside it speaks of.
docs/proof.md says what the outcome means.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from prove_limits import PATIENCE, property_seconds
from prove_property import OUT, ROOT, SOURCES, Property, build, prove
from prove_results import PRODUCT, bare, faults, keep, recall, recorded, report, summed

BUILT = ROOT / ".build" / "__local__.json"

# Seconds for the whole run; what is not decided then is a timeout.
TOTAL_SECONDS = 4 * 3600


def refuse_another_product() -> None:
    """What is proven is the code that ape builds and deploys, but for the hash of the metadata behind it."""
    product = json.loads(BUILT.read_text())["contractTypes"]
    for name in PRODUCT:
        proven = json.loads((ROOT / OUT / f"{name}.sol" / f"{name}.json").read_text())
        codes = (
            proven["deployedBytecode"]["object"],
            product[name]["runtimeBytecode"]["bytecode"],
        )
        if bare(codes[0]) != bare(codes[1]):
            sys.exit(
                f"prove: {name} as compiled for the proofs is not the product's; run `make setup`"
            )


def properties() -> list[Property]:
    """Every property that the compiled proofs declare; solvency first, witnesses last."""
    found = []
    for artifact in sorted((ROOT / OUT).glob("*.t.sol/*Proof.json")):
        if not (SOURCES / artifact.parent.name).exists():
            continue  # left over from an earlier build
        compiled = json.loads(artifact.read_text())
        docs = compiled["metadata"]["output"]
        for signature in compiled["methodIdentifiers"]:
            function = signature.split("(")[0]
            if not function.startswith(("check_", "witness_")):
                continue
            dev = docs["devdoc"].get("methods", {}).get(signature, {})
            user = docs["userdoc"].get("methods", {}).get(signature, {})
            numbers = [int(number) for number in dev.get("custom:proves", "").split()]
            bound = dev.get("custom:bound")
            found.append(Property(artifact.stem, function, user.get("notice", ""), numbers, bound))
    return sorted(found, key=lambda p: (p.is_witness, not p.function.endswith("_solvency"), p.name))


def without_step(found: list[Property]) -> list[str]:
    """Functions of the token that may write and that the ``…CallsProof`` do not cover.

    A function is covered by ``check_<name>``, or by ``check_<name>_solvency`` and ``check_<name>_rest``; the second
    form of an overloaded one has ``Bytes``, ``ByOrder`` or ``ByKey`` behind its name.
    """
    checks = {p.function for p in found if p.contract.endswith("CallsProof")}
    writers: Counter[str] = Counter()
    for contract in ("KGST", "KGSTLogic"):
        abi = json.loads((ROOT / OUT / f"{contract}.sol" / f"{contract}.json").read_text())["abi"]
        writers |= Counter(
            entry["name"]
            for entry in abi
            if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
        )
    missing = []
    for name, forms in writers.items():
        steps = [f"check_{name}{suffix}" for suffix in ("", "Bytes", "ByOrder", "ByKey")]
        covered = [s in checks or {f"{s}_solvency", f"{s}_rest"} <= checks for s in steps]
        if sum(covered) < forms:
            missing.append(name)
    return sorted(missing)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--match", help="only properties Contract.function of this pattern; no report is written"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="write the results into docs/proof.md and docs/evidence",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="keep what was decided about the same code, here or in docs/evidence, and go on",
    )
    parser.add_argument("--jobs", type=int, default=1, help="properties side by side")
    parser.add_argument(
        "--patience", type=float, default=1, help="times as long for each query and property"
    )
    parser.add_argument("--seconds", type=float, default=TOTAL_SECONDS, help="for the whole run")
    parser.add_argument(
        "--broken",
        action="store_true",
        help="try the proofs on broken code instead: build/prove-broken.json",
    )
    given = parser.parse_args()
    if given.update and (given.match or given.broken):
        parser.error("--update needs all properties: give neither --match nor --broken with it")
    try:
        given.matches = re.compile(given.match or "")
    except re.error as error:
        parser.error(f"--match {given.match!r} is no pattern: {error}")
    return given


def prove_all(chosen: list[Property], seconds: float, jobs: int) -> None:
    """Run halmos on each, ``jobs`` side by side, with a line for each that ends."""
    end, done = time.monotonic() + seconds, 0

    def one(prop: Property) -> None:
        nonlocal done
        if (left := end - time.monotonic()) > 5:
            prove(prop, min(property_seconds(), left))
            keep(prop)
        else:
            prop.detail = "the run was over"
        done += 1
        note = f" ({prop.bound})" if prop.status == "bounded" else ""
        line = f"[{done}/{len(chosen)}] {prop.status:8} {prop.seconds:6.1f} s  {prop.name}{note}"
        if prop.status == "failed":
            line += f"\n    {prop.counterexample or prop.detail}"
        print(line, flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, chosen))


def main() -> int:
    given = arguments()
    os.environ[PATIENCE] = str(given.patience)
    if given.broken:
        import prove_broken

        return prove_broken.main(given.matches)

    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    print("building the proofs …", flush=True)
    build()
    refuse_another_product()
    found = properties()
    missing = without_step(found)
    chosen = [p for p in found if given.matches.search(p.name)]
    left = chosen
    if given.resume:
        before = recorded()
        left = [p for p in chosen if not recall(p, before)]
        print(f"{len(chosen) - len(left)} of {len(chosen)} were decided before", flush=True)
    prove_all(left, given.seconds, given.jobs)
    if not given.match:
        report(chosen, commit, given.update)
    wrong = faults(chosen, missing)
    for line in wrong:
        print(f"prove: ✗ {line.splitlines()[0][:200]}")
    print(f"prove: {summed(chosen)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
