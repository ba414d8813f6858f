"""`make bench-statements`: time and peak memory for one day of 1,000 to 300,000 entries in camt.053.

Each reading is a process of its own, so that its memory is its own, too. Writes build/bench-statements.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPORT = Path("build/bench-statements.json")
SIZES = (1_000, 10_000, 100_000, 300_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="entries of the largest day")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(_read(Path(options.read))))
        return 0
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for size in [size for size in SIZES if size <= options.most]:
            path = Path(folder) / f"day-{size}.xml"
            write_day(path, size)
            told = subprocess.run(
                [sys.executable, __file__, "--read", str(path)],
                check=True,
                capture_output=True,
                text=True,
            )
            row = {"entries": size, "megabytes": path.stat().st_size / 1e6}
            row |= json.loads(told.stdout)
            path.unlink()
            print(
                f"{size:>9,} entries, {row['megabytes']:6.1f} MB: {row['seconds']:6.1f} s, "
                f"{row['peak_mib']:6.0f} MiB at most",
                flush=True,
            )
            found.append(row)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"days": found}, indent=2) + "\n")
    return 0


def write_day(path: Path, entries: int) -> None:
    """A statement of one day: redemptions of one som each, with their payments."""
    day, paid = "2026-11-27", entries * 100
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
        "<CreDtTm>2026-11-28T00:25:00+06:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id><Othr>"
        "<Id>1990010000123456</Id></Othr></Id><Ccy>KGS</Ccy><Ownr><Nm>Issuer</Nm></Ownr></Acct>"
    )

    def balance(code: str, tyiyn: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='KGS'>{tyiyn // 100}.00</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    with path.open("w", encoding="utf-8") as file:
        file.write(head + balance("OPBD", 6 * 10**8 + paid) + balance("CLBD", 6 * 10**8))
        for number in range(entries):
            file.write(
                f"<Ntry><NtryRef>{number}</NtryRef><Amt Ccy='KGS'>1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>"
                f"<Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>B{number:012d}"
                "</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>"
                f"</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>KGST{number:014d}</EndToEndId></Refs>"
                "<Amt Ccy='KGS'>1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties><Cdtr><Pty><Nm>Асан Асанов уулу</Nm>"
                f"</Pty></Cdtr><CdtrAcct><Id><Othr><Id>10{number:014d}</Id></Othr></Id></CdtrAcct></RltdPties><RmtInf>"
                f"<Ustrd>Redemption KGST{number:014d}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
            )
        file.write("</Stmt></BkToCstmrStmt></Document>")


def _read(path: Path) -> dict[str, Any]:
    from kgst.statements import Accounts, ReserveAccount, read_reserves

    # Of the process, so that what else the machine does counts little.
    begun = time.process_time()
    accounts = Accounts([ReserveAccount(account="1990010000123456")])
    total = read_reserves([path], accounts=accounts)
    assert total.total_tyiyn == 6 * 10**8
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(time.process_time() - begun, 2), "peak_mib": round(peak)}


if __name__ == "__main__":
    sys.exit(main())
