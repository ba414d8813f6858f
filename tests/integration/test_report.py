"""`report period`: each figure against one that the chain itself and the banks' files give."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eth_utils.crypto import keccak
from rehearsal.month import require_figures
from rehearsal.runbook import RehearsalError
from support.bsc.people import key_of
from support.cli import Result
from support.reporting import (
    BURNED_SOM,
    FORCED_SOM,
    ORDER,
    OTHER_ORDER,
    SEIZED_SOM,
    SOM,
    Chain,
    Month,
    in_the_bank,
    lived,
    second,
)
from support.schemas import require_schema

from kgst.moments import format_span, format_time
from kgst.quantities import format_bps
from kgst.units import format_som

PERIODS = {"paused at its end": (16, 22), "open at its end": (16, 20)}
TYIYN = 10_000


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    with lived(tmp_path_factory) as found:
        yield found


def made(month: Month, first: str, last: str, *words: object) -> Result:
    deployed = month.deployed
    given = ("--from", first, "--to", last, "--policy", deployed.policy, *words)
    return deployed.run_offline("report", "period", deployed.folder, *month.files, *given)


@pytest.fixture(scope="module", params=sorted(PERIODS))
def both(
    month: Month, request: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Chain]:
    """A report, and the chain for the same days."""
    first, last = PERIODS[request.param]
    out = tmp_path_factory.mktemp("out")
    result = made(month, f"2027-01-{first}", f"2027-01-{last}", "--out", out)
    assert result.code == 0, result.stderr
    assert result.document is not None
    require_schema("report-period", result.document)
    written = (out / "report.json").read_bytes()
    assert hashlib.sha256(written).hexdigest() == result.document["sha256"]
    report: dict[str, Any] = json.loads(written)
    assert report == result.document["report"]
    return report, Chain(month, second(first), second(last + 1))


def test_rehearsal__compares_the_report__with_logs_and_notices_each_other_figure(
    both: tuple[dict[str, Any], Chain], month: Month, tmp_path: Path
) -> None:
    """`make rehearse` holds its month's report against the node's logs by this."""
    report, _ = both
    path = tmp_path / "report" / "report.json"
    path.parent.mkdir()
    world: Any = SimpleNamespace(
        web3=month.web3, token=month.token.address, record=month.deployed.record,
        environment={"MONTH": str(tmp_path)},
    )  # fmt: skip
    path.write_text(json.dumps(report))
    assert require_figures(world) >= 30
    tokens = "redeemable_tokens_outstanding"
    for keys, said in (
        ((tokens, "tokens_minted"), "minted: "),
        ((tokens, "total_tokens_outstanding"), "outstanding: "),
        (
            (tokens, "temporarily_nonredeemable_tokens", "held_by_redemption_desk"),
            "held by the desk",
        ),
        (("holders", "count"), "holders: "),
        (("holders", "bands", 1, "amount"), "held by holders: "),
        (("activity", "burned_by_issuers", "amount"), "burned in it: "),
        (("transfers", "by_day", 1, "count"), "payments of 2027-01-17: "),
        (("redemptions", "paid", "amount"), "paid: "),
        (("redemptions", "withdrawn", "count"), "withdrawn: "),
        (("attestations", "attestations", 0, "reserves"), "attestation "),
        (("comparison", "by_day", 2, "coverage_bps"), "2027-01-18: "),
    ):
        wrong = json.loads(json.dumps(report))
        part: Any = wrong
        for key in keys[:-1]:
            part = part[key]
        old = part[keys[-1]]
        part[keys[-1]] = old + 1 if isinstance(old, int) else str(int(old) + 1)
        path.write_text(json.dumps(wrong))
        with pytest.raises(RehearsalError, match=re.escape(said)):
            require_figures(world)


def moved(amounts: list[int]) -> dict[str, Any]:
    return {"count": len(amounts), "amount": str(sum(amounts))}


def test_tokens__by_category__are_the_getters_of_the_last_block(
    both: tuple[dict[str, Any], Chain],
) -> None:
    report, chain = both
    found, point = report["redeemable_tokens_outstanding"], report["measurement_point"]
    supply, _, burned, _ = chain.call(chain.month.token.functions.solvency())
    assert point["block"] <= chain.last
    assert point["block_time"] == chain.time[point["block"]] < point["moment"] == chain.end
    assert found["tokens_minted"] == str(supply + burned)
    assert found["tokens_burned"] == str(burned)
    assert found["total_tokens_outstanding"] == str(supply) == str(sum(chain.balances.values()))
    parts, later = chain.temporarily(), found["temporarily_nonredeemable_tokens"]
    assert {key: later[key] for key in parts} == {key: str(one) for key, one in parts.items()}
    assert all(int(one) > 0 for one in parts.values()), "each category has to occur"
    assert later["of_it_for_requests"] == str(
        chain.call(chain.month.redemptions.functions.escrow())
    )
    flags = chain.call(chain.month.token.functions.pauseFlags())
    rest = supply - sum(parts.values())
    assert later["pause_flags"] == (["transfers", "burning"] if flags else [])
    assert later["paused"] == str(rest if flags else 0)
    assert found["redeemable_tokens"] == str(0 if flags else rest)
    assert found["permanently_nonredeemable_tokens"]["total"] == "0"


def test_holders__by_band__are_the_balances(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    held = [b for who, b in chain.balances.items() if who != chain.month.redemptions.address]
    assert report["holders"]["count"] == len(held)
    for band in report["holders"]["bands"]:
        least, below = int(band["from_amount"]), int(band["below_amount"] or 2**80)
        inside = [one for one in held if least <= one < below]
        assert (band["count"], band["amount"]) == (len(inside), str(sum(inside)))


def test_assets__are_the_banks_files(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    assets = report["redemption_assets"]
    as_of = [second(15), second(17), second(21), second(23)]
    which = max(at for at, one in enumerate(as_of) if one <= chain.end)
    bank = in_the_bank(chain.month.statements[which])
    assert assets["epoch"] == which + 1
    assert assets["as_of"] == as_of[which] == chain.end
    assert assets["redemption_assets"] == str(sum(bank.values()))
    assert {a["account"]: int(a["tyiyn"]) for a in assets["accounts"]} == bank
    assert assets["composition_by_kind"] == [
        {"kind": "demand deposits", "tyiyn": str(sum(bank.values())), "average_tenor_days": 0}
    ]
    shares = {one["bank"]: one for one in assets["composition_by_bank"]}
    for bic, account in (("IMALKG22", "1091820000998871"), ("NOWHKG22", "1290010000456781")):
        assert shares[bic]["tyiyn"] == str(bank[account])
        assert shares[bic]["country"] == "KG"
        assert shares[bic]["share_bps"] == bank[account] * 10_000 // sum(bank.values())


def test_comparison__by_day__is_logs_against_bank_files(
    both: tuple[dict[str, Any], Chain],
) -> None:
    report, chain = both
    found = report["comparison"]
    attested = chain.month.token.events.ReservesAttested()
    zero = "0x" + 40 * "0"
    every = Chain(chain.month, chain.begin, 2**40).logs(chain.month.token, attested.event_name)
    transfers = chain.logs(chain.month.token, "Transfer")
    by_day = []
    for day, _, end in chain.days():
        past = [t["args"] for t in transfers if chain.time[t["blockNumber"]] < end]
        minted = sum(one["value"] for one in past if one["from"] == zero)
        burned = sum(one["value"] for one in past if one["to"] == zero)
        said = [one["args"] for one in every if one["args"]["asOf"] <= end][-1]
        bank = sum(in_the_bank(chain.month.statements[said["epoch"] - 1]).values())
        by_day.append(
            {
                "day": str(day),
                "total_tokens_outstanding": str(minted - burned),
                "owed": str(burned - said["settled"]),
                "epoch": said["epoch"],
                "redemption_assets": str(bank),
                "coverage_bps": bank * TYIYN * 10_000 // (minted - said["settled"]),
            }
        )
    assert found["by_day"] == by_day
    lowest = min(by_day, key=lambda one: one["coverage_bps"])
    assert (found["lowest_on"], found["lowest_coverage_bps"]) == (
        lowest["day"],
        lowest["coverage_bps"],
    )
    assert len({one["coverage_bps"] for one in by_day}) > 2, "or the lowest is any"
    supply, _, burned, _ = chain.call(chain.month.token.functions.solvency())
    assets = int(by_day[-1]["redemption_assets"]) * TYIYN
    owed = burned - said["settled"]
    assert int(found["redemption_assets"]) == assets
    assert (int(found["owed"]), int(found["claims"])) == (owed, supply + owed)
    assert int(found["difference"]) == assets - supply - owed
    assert found["coverage_bps"] == by_day[-1]["coverage_bps"]
    margin_bps = chain.call(chain.month.token.functions.reserveLimits())[2]
    assert int(found["margin"]) == assets - assets * 10_000 // (10_000 + margin_bps)
    assert int(found["backing"]) == said["backing"]
    assert (found["timing_seconds"], found["minted_meanwhile"], found["burned_meanwhile"]) == (
        0,
        "0",
        "0",
    )
    assert found["days_without_attestation"] == 0


def test_activity__is_the_transfers_and_their_causes(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    month, zero = chain.month, "0x" + 40 * "0"
    transfers = [one["args"] for one in chain.within(month.token, "Transfer")]
    minted = [one["value"] for one in transfers if one["from"] == zero]
    by_desk = [one["args"]["value"] for one in chain.within(month.mint_desk, "Minted")]
    burned = {one["from"]: [] for one in transfers if one["to"] == zero}  # type: ignore[var-annotated]
    for one in transfers:
        if one["to"] == zero:
            burned[one["from"]].append(one["value"])
    found = report["activity"]
    assert found["minted_through_mint_desk"] == moved(by_desk)
    assert int(found["minted_by_issuers"]["amount"]) == sum(minted) - sum(by_desk)
    assert found["minted_by_issuers"]["count"] == len(minted) - len(by_desk) == 2
    assert found["burned_by_redemption_desk"] == moved(burned[month.redemptions.address])
    assert found["burned_by_issuers"] == moved(burned[key_of("issuer").address])
    assert found["burned_by_order"] == moved(burned[month.puppet])
    assert len(burned) == 3


def test_redemptions__counts_and_times__are_the_desks_own(
    both: tuple[dict[str, Any], Chain],
) -> None:
    report, chain = both
    desk, found = chain.month.redemptions, report["redemptions"]
    amounts = {o["args"]["id"]: o["args"]["amount"] for o in chain.logs(desk, "Requested")}
    assert found["requested"] == moved(
        [one["args"]["amount"] for one in chain.within(desk, "Requested")]
    )
    for key, name in (
        ("locked", "Locked"), ("paid", "Paid"), ("returned", "Returned"), ("withdrawn", "Withdrawn"),
        ("rejected", "Rejected"),
    ):  # fmt: skip
        happened = [amounts[one["args"]["id"]] for one in chain.within(desk, name)]
        assert happened, name
        assert found[key] == moved(happened), name
    assert found["seized"] == moved([one["args"]["amount"] for one in chain.within(desk, "Seized")])

    def when(name: str) -> dict[int, int]:
        first: dict[int, int] = {}
        for one in chain.logs(desk, name):
            first.setdefault(one["args"]["id"], chain.time[one["blockNumber"]])
        return first

    asked, paid = when("Requested"), when("Paid")
    took = sorted(at - asked[id_] for id_, at in paid.items() if at >= chain.begin)
    assert len(took) == 3
    assert found["median_seconds"] == statistics.median_low(took)
    assert (found["percentile_95_seconds"], found["longest_seconds"]) == (took[-1], took[-1])
    due = {o["args"]["id"]: o["args"]["payBy"] for o in chain.logs(desk, "Locked")}
    late = [id_ for id_, at in paid.items() if at >= due[id_]]
    assert late == [3]
    assert found["paid_late"] == moved([amounts[3]])
    standing = {id_: chain.call(desk.functions.requestOf(id_)) for id_ in amounts}
    now = chain.end - 1
    open_ = {i: r for i, r in standing.items() if r[2] in (1, 2, 4) or (r[2] == 3 and not r[5])}
    overdue = [
        i
        for i, r in open_.items()
        if r[2] == 4 or (r[2] == 2 and r[3] <= now) or (r[2] == 1 and 0 < r[3] < now)
    ]
    assert found["open"] == moved([r[1] for r in open_.values()])
    assert found["overdue_requests"] == overdue == [2, 6]
    assert found["overdue"] == moved([standing[i][1] for i in overdue])


def test_transfers__by_day__are_payments_between_two(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    found, zero = report["transfers"], "0x" + 40 * "0"
    logs = chain.within(chain.month.token, "Transfer")
    by_day = []
    for day, begin, end in chain.days():
        of_day = [
            one["args"]["value"]
            for one in logs
            if begin <= chain.time[one["blockNumber"]] < end
            and zero not in (one["args"]["from"], one["args"]["to"])
            and one["args"]["from"] != one["args"]["to"]
            and one["args"]["value"]
        ]
        by_day.append({"day": str(day), **moved(of_day)})
    assert found["by_day"] == by_day
    count, amount = sum(d["count"] for d in by_day), sum(int(d["amount"]) for d in by_day)
    assert found["total"] == {"count": count, "amount": str(amount)}
    assert found["average_count_per_day"] == count * 100 // len(by_day)
    assert found["average_amount_per_day"] == str(amount // len(by_day))


def test_restraints__are_the_events_and_who_signed(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    month, found = chain.month, report["restraints"]
    changed = chain.within(month.token, "PauseFlagsChanged")
    begun = [one for one in changed if one["args"]["newFlags"]]
    ended = {one["args"]["previousFlags"]: one for one in changed if not one["args"]["newFlags"]}
    assert [p["began"] for p in found["pauses"]] == [chain.time[b["blockNumber"]] for b in begun]
    assert [p["transaction"] for p in found["pauses"]] == [
        "0x" + bytes(b["transactionHash"]).hex() for b in begun
    ]
    assert [p["ended"] for p in found["pauses"]] == [
        chain.time[e["blockNumber"]] if (e := ended.get(b["args"]["newFlags"])) else None
        for b in begun
    ]
    assert found["pauses"][0]["by"] == ["pauser"]
    assert all(pause["by"] == [] for pause in found["pauses"][1:]), "sent past the commands"
    kinds = [(one["kind"], one["account"], one["amount"]) for one in found["accounts"]]
    puppet, other = month.puppet, month.other
    taken = [("order", puppet, str(SEIZED_SOM * SOM)), ("order", puppet, str(BURNED_SOM * SOM))]
    assert kinds == [
        ("frozen", other, str(10_000 * SOM)),
        ("frozen", key_of("owner_c").address, str(100 * SOM)),
        ("blocked", puppet, None),
        *taken,
        ("frozen", puppet, str(5 * SOM)),
        ("order at desk", month.holder, str(300 * SOM)),
        ("forced without order", month.holder, str(FORCED_SOM * SOM)),
    ]
    executed = chain.call(month.token.functions.orderOf(ORDER, puppet))[1]
    at_desk = chain.call(month.redemptions.functions.orderOf(OTHER_ORDER, month.holder))[1]
    wanted = {"0x" + ORDER.hex(): (2, executed), "0x" + OTHER_ORDER.hex(): (1, at_desk)}
    assert {o["order_hash"]: (o["count"], int(o["amount"])) for o in found["seized_by_order"]} == wanted  # fmt: skip


def test_attestations__with_their_signers(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    found = report["attestations"]["attestations"]
    assert [one["epoch"] for one in found] == ([2, 3, 4] if chain.end == second(23) else [2, 3])
    for one in found:
        number = 3 if one["epoch"] < 3 else 2
        labels = ("auditor_a", "auditor_b", "auditor_c")[:number]
        assert sorted(one["signers"]) == [f"{who} ({key_of(who).address})" for who in labels]
        assert one["signatures"] == number
        bank = in_the_bank(chain.month.statements[one["epoch"] - 1])
        assert one["reserves"] == str(sum(bank.values()))
        assert one["report"] == chain.month.files[one["epoch"] - 1].name


def test_upgrades__with_the_auditors_who_consented(both: tuple[dict[str, Any], Chain]) -> None:
    report, chain = both
    found = report["upgrades"]["upgrades"]
    logs = chain.within(chain.month.token, "Upgraded")
    assert [one["transaction"] for one in found] == [
        "0x" + bytes(one["transactionHash"]).hex() for one in logs
    ]
    assert len(found) == (1 if chain.end == second(23) else 0)
    for one in found:
        labels = ("auditor_a", "auditor_b", "auditor_c")
        assert sorted(one["consented"]) == [f"{who} ({key_of(who).address})" for who in labels]
        logic = chain.month.deployed.record["logic"]["address"]
        code = bytes(chain.web3.eth.get_code(logic))
        assert one["code_hash"] == chain.web3.keccak(code).to_0x_hex()


def test_nothing_is_missing(both: tuple[dict[str, Any], Chain]) -> None:
    report, _ = both
    assert report["missing"] == []


def test_report__made_again__is_the_same_and_another_never_takes_its_place(
    month: Month, tmp_path: Path
) -> None:
    words = ("2027-01-16", "2027-01-20", "--out", tmp_path)
    assert made(month, *words).code == 0
    first = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert made(month, *words).code == 0
    assert {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())} == first
    other = made(month, "2027-01-16", "2027-01-19", "--out", tmp_path)
    assert other.code == 2
    assert "It is never replaced" in other.error
    assert {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())} == first


def test_report__without_out__lies_beside_its_deployment(month: Month) -> None:
    result = made(month, "2027-01-17", "2027-01-17", "--days", "utc")
    assert result.document is not None
    folder = month.deployed.folder / "reports/2027-01-17_2027-01-17_utc"
    assert result.document["report_file"] == str(folder / "report.json")
    assert result.document["report"]["period"]["begin"] == second(17) + 6 * 3_600
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json"]


def test_page__has_every_figure_of_the_report(month: Month, tmp_path: Path) -> None:
    result = made(month, "2027-01-16", "2027-01-22", "--out", tmp_path)
    assert result.document is not None
    report, text = result.document["report"], (tmp_path / "report.html").read_text()
    assert result.document["sha256"] in text
    assert "<script" not in text
    assert "http://" not in text.replace("http-equiv", "")
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(text)))
    missing = [
        where
        for where, value in leaves(report)
        if not any(word in shown for word in in_words(where, value))
    ]
    assert missing == []


def leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in items:
            yield from leaves(one, f"{where}.{key}")
    else:
        yield where, value


UNSHOWN = {
    "format", "currency", "decimals", "days", "begin", "end", "transaction", "consent", "code_hash", "block_hash",
    "report", "report_hash", "valid_until", "settled", "signatures", "claims", "timing_seconds", "below_amount",
    "backing", "bank_signed", "transcribed", "kind", "flags", "necessary",
}  # fmt: skip
"""Keys that the page leaves to the report, or says in words of its own."""
TYIYN_KEYS = {"tyiyn", "reserves"}
MOMENTS = {"moment", "block_time", "as_of", "began", "ended", "time", "submitted"}


def in_words(where: str, value: Any) -> list[str]:
    """Any of which the page has to have, when it shows the value."""
    key = where.rpartition(".")[2]
    if value is None or key in UNSHOWN or (key.isdecimal() and ".flags." in where):
        return [""]
    if key in MOMENTS:
        return [format_time(value)]
    if key.endswith("_seconds"):
        return [format_span(value)]
    if key.endswith("_bps"):
        return [format_bps(value)]
    if key == "average_count_per_day":
        return [f"{value / 100:.2f}"]
    if isinstance(value, str) and value.lstrip("-").isdecimal() and key != "account":
        in_tyiyn = key in TYIYN_KEYS or (
            key == "redemption_assets" and ".comparison.redemption_assets" not in where
        )
        amount = int(value) * (TYIYN if in_tyiyn else 1)
        som = format_som(amount).removesuffix(" som")
        return [som, f"from {amount // 10**6:,}".replace(",", " "), "less than 100"]
    return [f"{value:,}" if isinstance(value, int) else re.sub(r"\s+", " ", str(value))]


def test_period__without_the_report__says_what_is_missing(month: Month, tmp_path: Path) -> None:
    deployed = month.deployed
    result = deployed.run_offline(
        "report", "period", deployed.folder, "--from", "2027-01-16", "--to", "2027-01-22", "--policy", deployed.policy,
        "--out", tmp_path, month.files[0],
    )  # fmt: skip
    assert result.code == 3
    assert result.document is not None
    report = result.document["report"]
    [gap] = [one for one in report["missing"] if one["necessary"]]
    assert "the report of attestation 4 was not given" in gap["what"]
    assert gap["remedy"] == f"Give the file whose keccak256 is 0x{keccak(month.reports[3]).hex()}."
    assets = report["redemption_assets"]
    assert (assets["accounts"], assets["composition_by_bank"], assets["report"]) == ([], [], None)
    bank = in_the_bank(month.statements[3])
    assert assets["redemption_assets"] == str(sum(bank.values())), "the event's own figure stands"


def test_period__that_has_not_ended__is_named(month: Month, tmp_path: Path) -> None:
    result = made(month, "2027-01-16", "2027-01-25", "--out", tmp_path)
    assert result.code == 3
    assert result.document is not None
    gaps = result.document["report"]["missing"]
    assert [one["necessary"] for one in gaps] == [True, False]
    assert "It is not known that the index has everything up to 2027-01-25 18:00:00 UTC" in gaps[0]["what"]  # fmt: skip
    assert "The assets are of 2027-01-22 18:00:00 UTC" in gaps[1]["what"]
    assert result.document["report"]["comparison"]["timing_seconds"] == 3 * 86_400


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2027-01-22", "2027-01-16", "the first day comes first"),
        ("yesterday", "2027-01-16", "--from 'yesterday': write a day like"),
        ("2020-01-01", "2020-01-31", "nothing had happened before the end of 2020-01-31"),
    ],
)
def test_period__days_of_no_use__are_named(
    month: Month, first: str, last: str, said: str, tmp_path: Path
) -> None:
    result = made(month, first, last, "--out", tmp_path)
    assert result.code == 2
    assert said in result.error


def test_period__report_that_was_not_attested__is_refused(month: Month, tmp_path: Path) -> None:
    changed = tmp_path / "report.json"
    closing = b'"closing_day":"2027-01-2%d"'
    changed.write_bytes(month.reports[3].replace(closing % 2, closing % 3))
    deployed = month.deployed
    result = deployed.run_offline(
        "report", "period", deployed.folder, changed, "--from", "2027-01-16", "--to", "2027-01-22", "--out", tmp_path,
    )  # fmt: skip
    assert result.code == 2
    assert "it says to be the report of attestation 4" in result.error


def test_period__index_with_an_altered_file__is_refused(month: Month, tmp_path: Path) -> None:
    folder = tmp_path / "deployment"
    shutil.copytree(month.deployed.folder, folder)
    altered = sorted((folder / "index").glob("logs-*.parquet"))[0]
    altered.write_bytes(altered.read_bytes() + b" ")
    result = month.deployed.run_offline(
        "report", "period", folder, "--from", "2027-01-16", "--to", "2027-01-22"
    )
    assert result.code == 2
    assert "not the file that index.json names" in result.error
