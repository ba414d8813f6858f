"""``make gas``: what KGST costs, beside its goals and its peers.

Exit codes: 0 done, 1 the measurement failed or a peer differs from its record, 2 usage, 3 with ``--check``: a figure
changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# The folder above, as pytest has it; this one would put its file names before the standard library's.
sys.path[0] = str(Path(__file__).resolve().parents[1])


def main() -> int:
    from gas import report, snapshot
    from gas.builds import kgst_sizes
    from gas.chain import Chain, GasError
    from gas.kgst_rows import measure_kgst
    from gas.peers import differences, measure_peers
    from gas.rows import rows

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a figure changed"
    )
    parser.add_argument(
        "--update", action="store_true", help="agree on the figures: write snapshot.json"
    )
    parser.add_argument(
        "--json", action="store_true", help="print build/gas.json instead of the table"
    )
    options = parser.parse_args()
    if options.check and options.update:
        parser.error("--check and --update exclude each other")

    try:
        with Chain() as chain:
            kgst = measure_kgst(chain)
            peers = measure_peers(chain)
    except GasError as error:
        print(f"gas: {error}", file=sys.stderr)
        return 1
    figures: snapshot.Figures = {"gas": kgst, "code_size": kgst_sizes()}
    table = rows(kgst, peers)
    document = report.document(table, figures["code_size"], list(peers))
    files = report.files(table, figures["code_size"], list(peers))
    print(document if options.json else report.table(table), end="" if options.json else "\n")

    wrong = differences(peers)
    for line in wrong:
        print(f"gas: peer differs from its record: {line}", file=sys.stderr)
    if wrong:
        return 1
    changes = snapshot.changes(snapshot.read(), figures)
    if not options.check:
        for path, text in {report.JSON: document, **files}.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if options.update:
        snapshot.write(figures)
    elif options.check:
        changes += [
            f"{path.name} is out of date"
            for path, text in files.items()
            if not path.exists() or path.read_text() != text
        ]
    for line in changes:
        print(f"gas: {line}", file=sys.stderr)
    if changes and not options.update:
        print("gas: if this is meant, run tests/gas/run.py --update and commit", file=sys.stderr)
    return 3 if changes and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
