"""What an auditor compares before signing an attestation: the draft with what the auditor has, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kgst.errors import RefusedError
from kgst.policy import Policy
from kgst.reserves.annex import Annex
from kgst.reserves.annex_checks import check_annex
from kgst.reserves.drafting import read_statements
from kgst.reserves.files import AttestationFile
from kgst.reserves.format import bishkek_day, both_times, som
from kgst.reserves.report import Published, read_report
from kgst.reserves.sources import Source, origin_words
from kgst.signing.comparing import check_deployment
from kgst.statements import Entry, ReserveTotal
from kgst.statements.model import FileOrigin, end_of
from kgst.statements.reading import HandOn

__all__ = ["Checks", "check"]

CURRENCY: Final = "KGS"


@dataclass(frozen=True)
class Checks:
    """What was compared before signing.

    Attributes:
        done: What agrees.
        open: What could not be compared, for want of a file.
        total: The reserves account by account, from report or statements.
        published: The report, if it was given.
        annex: What it leaves out, where that lies beside it.
        sources: The draft's files, for who signs now.
        fetched: SHA-256 of those of them that the auditor has given.
    """

    done: tuple[str, ...]
    open: tuple[str, ...]
    total: ReserveTotal | None
    published: Published | None
    annex: Annex | None
    sources: tuple[Source, ...] = ()
    fetched: tuple[str, ...] = ()


def check(
    draft: AttestationFile,
    *,
    policy: Policy | None,
    policy_path: Path | None,
    report: Path | None,
    statements: Sequence[Path],
) -> Checks:
    """Compare the draft with the policy, the report and the statements, as far as they are given.

    Raises:
        RefusedError: something differs: do not sign.
        InputError: a file cannot be used.
    """
    done: list[str] = []
    undone: list[str] = []
    total: ReserveTotal | None = None
    published: Published | None = None
    entries: list[Entry] | None = None
    own: tuple[FileOrigin, ...] = ()
    if policy is None or policy_path is None:
        undone.append("chain and token: no --policy; compare them with the issuer's publication")
    else:
        domain = draft.token_domain
        check_deployment(domain.chain_id, "token", domain.token, policy, policy_path, done, undone)
        auditors = list(draft.signers.members), draft.signers.threshold
        if auditors == (policy.auditor_addresses, policy.auditors.threshold):
            done.append("the auditors and their threshold are the policy's")
        else:
            undone.append(
                "auditors: the draft's, or how many of them must sign, are not those of the policy; was there a "
                "rotation?"
            )
    if report is None:
        undone.append("report hash: no --report")
    else:
        published = read_report(report)
        found, total = published.hash, published.total
        if found != draft.attestation.report_hash:
            raise RefusedError(
                f"{report}: its hash is {found}, the draft says {draft.attestation.report_hash}: it is not the report "
                "that the draft attests. Do not sign; ask the issuer for both again."
            )
        _require_total(draft, total, str(report))
        _require_same(draft, published)
        done.append(
            "the report has the draft's hash, total, figure of what is settled, and the last report's hash"
        )
    if not statements:
        undone.append("reserves: no --statement; the figure is the issuer's")
    else:
        entries = []
        total = _of_the_day(draft, statements, (policy, policy_path), entries.append)
        _require_total(draft, total, "the statements")
        done.append("the statements add up to the draft's reserves")
        own = total.files
        if published is not None:
            _require_same_accounts(published.total, total)
            done.append("the report's accounts and balances are those of the statements")
    annex = check_annex(published, entries, done, undone) if published else None
    fetched = _compare_files(draft, own, bool(policy and policy.banks), done, undone)
    sources = tuple(
        Source(one, *((("you",), ()) if one.file_sha256 in fetched else ((), ("you",))))
        for one in draft.files
    )
    return Checks(tuple(done), tuple(undone), total, published, annex, sources, fetched)


def _compare_files(
    draft: AttestationFile,
    own: Sequence[FileOrigin],
    has_banks: bool,
    done: list[str],
    undone: list[str],
) -> tuple[str, ...]:
    """Which of the draft's files the auditor has given; what the draft says of their signatures must be so.

    Raises:
        RefusedError: it is not.
    """
    mine = {one.file_sha256: one for one in own}
    given = [one for one in draft.files if one.file_sha256 in mine]
    for one in given:
        found = mine[one.file_sha256]
        if found.signed_by == one.signed_by:
            continue
        if found.signed_by is None and not has_banks:
            undone.append(
                f"signature of {one.file}: the draft says {origin_words(one)}, and no policy of yours has the bank's "
                "certificate"
            )
            continue
        raise RefusedError(
            f"{one.file}: the draft says that it is {origin_words(one)}, and by your policy it is "
            f"{origin_words(found)}; do not sign; ask the issuer why."
        )
    if given:
        done.append(
            f"{len(given)} of the draft's {len(draft.files)} files are the very ones that you gave"
        )
    for one in draft.files:
        if one.file_sha256 not in mine:
            says = f"that it is {origin_words(one)} is the issuer's word"
            undone.append(
                f"file {one.file} ({one.file_sha256[:16]}…): you gave none of this content; "
                + (says if one.signed_by else "it is from the issuer")
            )
    return tuple(sorted(one.file_sha256 for one in given))


def _of_the_day(
    draft: AttestationFile,
    statements: Sequence[Path],
    policy: tuple[Policy | None, Path | None],
    hand_on: HandOn,
) -> ReserveTotal:
    """The statements at the closing that the draft is as of."""
    as_of = draft.attestation.as_of
    day = bishkek_day(as_of - 1)
    if int(end_of(day).timestamp()) != as_of:
        raise RefusedError(
            f"the draft is as of {both_times(as_of)}, which is not the end of a day in Bishkek, as the statements "
            "are; do not sign; ask the issuer why."
        )
    return read_statements(statements, *policy, now=as_of, closing=day, hand_on=hand_on)


def _require_total(draft: AttestationFile, total: ReserveTotal, what: str) -> None:
    if total.currency != CURRENCY:
        raise RefusedError(
            f"{what}: in {total.currency}, and reserves are in {CURRENCY}; do not sign."
        )
    if total.total_tyiyn != draft.attestation.reserves:
        raise RefusedError(
            f"{what}: {som(total.total_tyiyn)} in all, the draft attests {som(draft.attestation.reserves)}; do not "
            "sign; ask the issuer which is right."
        )


def _require_same(draft: AttestationFile, published: Published) -> None:
    """The report says of itself what the draft says.

    Raises:
        RefusedError: it does not.
    """
    report, new, last = published.report, draft.attestation, draft.chain.last
    domain = draft.token_domain
    compared = {
        "chain": (report.chain_id, domain.chain_id),
        "token": (report.token, domain.token),
        "epoch": (report.epoch, new.epoch),
        "what is settled": (report.owed.settled, new.settled),
        "where that comes from": (report.owed.origin, draft.settled_from),
        "the files of statements": (published.total.files, draft.files),
        "the last report": (report.previous_report, last.report_hash if last.epoch else None),
    }
    differ = [name for name, (one, other) in compared.items() if one != other]
    if differ:
        raise RefusedError(
            f"{published.path}: it differs from the draft in {', '.join(differ)}; do not sign; ask the issuer which is "
            "right."
        )


def _require_same_accounts(report: ReserveTotal, statements: ReserveTotal) -> None:
    def substance(total: ReserveTotal) -> list[tuple[str, int]]:
        return [(one.account, one.closing_balance_tyiyn) for one in total.accounts]

    if substance(report) != substance(statements):
        raise RefusedError(
            "report and statements have the same total and differ in their accounts; do not sign; ask the issuer why."
        )
