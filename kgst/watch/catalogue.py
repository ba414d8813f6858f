"""Every alert that there is: when it is raised, what to do about it, and by which command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CATALOGUE", "NODE", "PATIENT", "Kind", "Nature"]

Nature = Literal["state", "event", "watch"]
"""A state of the chain, which begins and ends; something that happened; or trouble with looking, which ends too."""


@dataclass(frozen=True)
class Kind:
    """One kind of alert.

    Attributes:
        title: Its subject, in a few words.
        when: When it is raised, for the catalogue.
        todo: What to do, in sentences.
        command: What to type first, after `ape run`.
        urgent: Somebody has to come at any hour.
    """

    name: str
    nature: Nature
    urgent: bool
    title: str
    when: str
    todo: str
    command: str


_ALL: Final = (
    Kind(
        "deficit", "state", True, "more in circulation than is backed",
        "supply is above backing",
        "The token mints nothing until an attestation covers the supply. Find out where the reserves are; then attest, "
        "or burn.",
        "reserves show",
    ),
    Kind(
        "expiring", "state", False, "the attestation ends soon",
        "the last quarter of an attestation's time has begun",
        "Draft the next attestation from the banks' statements, have the auditors sign it, and submit it.",
        "reserves draft",
    ),
    Kind(
        "expired", "state", True, "nothing can be minted",
        "the attestation has ended, was halted, or there is none",
        "Issuers cannot mint; payments and redemptions go on. Attest anew; after a halt, first ask the auditor who "
        "called it.",
        "reserves show",
    ),
    Kind(
        "paused", "state", True, "a part of the token is paused",
        "a pause flag is set; one alert for each",
        "Ask who paused, and why; if none of you did, a key is in other hands. UNPAUSER ends the pause.",
        "history",
    ),
    Kind(
        "delegate-all", "state", True, "payments run from the implementation",
        "`DELEGATE_ALL` is set",
        "Payments no longer run from the token's own code. Unless an upgrade in progress wants it so, treat the "
        "implementation as hostile until doctor has compared it.",
        "doctor",
    ),
    Kind(
        "suspended", "state", False, "an auditor is suspended",
        "an auditor does not count; one alert for each",
        "Fewer signatures are left. Ask GUARDIAN why; the others end a suspension, or replace the auditor, by a "
        "rotation.",
        "auditors show",
    ),
    Kind(
        "recovery", "state", True, "auditors are about to be replaced",
        "RESERVE_ADMIN has proposed other auditors for lost keys",
        "If the present auditors still have their keys, one attestation or rotation by them ends it; GUARDIAN cancels "
        "it too.",
        "auditors show",
    ),
    Kind(
        "lock-soon", "state", False, "a redemption has to be locked soon",
        "a request's last moment to be locked is near (`--deadline`)",
        "REDEEMER locks it, and the bank pays it; after its last moment the holder has to ask again.",
        "redemptions lock",
    ),
    Kind(
        "pay-soon", "state", True, "a redemption has to be paid soon",
        "a locked request's `payBy` is near (`--deadline`) and it is not confirmed",
        "See whether the bank has paid. What was paid is confirmed before that moment, or the holder can take the "
        "tokens back as well.",
        "redemptions confirm",
    ),
    Kind(
        "overdue", "state", True, "a redemption is overdue",
        "a request was not locked in time, or not confirmed as paid by `payBy`",
        "Look for the bank's debit first: what was paid is confirmed; what was not is the holder's to take back.",
        "redemptions list",
    ),
    Kind(
        "returned", "state", False, "a payment came back",
        "the bank sent the money of a paid request back",
        "The money is owed. Correct the details with the holder and pay it anew, or mint it back.",
        "reserves order",
    ),
    Kind(
        "low-balance", "state", False, "an operator is short of BNB",
        "an account with a power has less than the policy's `limits.min_balance`",
        "Send BNB to the account: without it, it cannot act when it has to.",
        "status",
    ),
    Kind(
        "unmatched", "state", True, "bank and chain do not agree",
        "`reconcile` finds a break in the statements (`--statements`); one alert for each",
        "Find the payment, deposit or statement that is missing; of a debit that nobody ordered ask the bank the same "
        "day, and halt minting if nobody knows. See the runbook of banking days.",
        "reconcile",
    ),
    Kind(
        "statements", "state", False, "the banks' statements cannot be compared",
        "a file in the folder cannot be read or is not what it should be, for some time (`--patience`)",
        "Fetch the file that is named from the bank again, or move it away. Until then no break is found.",
        "reconcile",
    ),
    Kind(
        "scheduled", "event", True, "an operation was scheduled",
        "somebody scheduled an operation in the AccessManager",
        "If nobody of you meant it, GUARDIAN cancels it before it can be executed, and the caller's key is in other "
        "hands.",
        "govern cancel",
    ),
    Kind(
        "executed", "event", False, "a scheduled operation was executed",
        "an operation that had waited was carried out",
        "Compare what is so now with the policy.",
        "doctor",
    ),
    Kind(
        "cancelled", "event", False, "a scheduled operation was cancelled",
        "an operation will not be executed",
        "Nothing, unless it was wanted: then it is scheduled anew.",
        "govern pending",
    ),
    Kind(
        "upgraded", "event", True, "the token has another implementation",
        "the proxy points to other code",
        "Compare the code with the one that was consented to. If it is another, pause what can be paused.",
        "doctor",
    ),
    Kind(
        "consented", "event", True, "auditors consented to an implementation",
        "an implementation was approved for an upgrade",
        "The upgrade can be carried out from now on. See that address and code hash are those that you know.",
        "upgrade check",
    ),
    Kind(
        "roles", "event", True, "who may do what has changed",
        "a role was granted or revoked, or what roles may, their delays, admins and guardians, or whom the contracts "
        "obey",
        "Compare with the policy. GUARDIAN takes a role away at once that nobody of you gave.",
        "govern plan",
    ),
    Kind(
        "issuers", "event", False, "who may mint has changed",
        "an issuer's quota was set or cut, a desk declared, a destination of the mint desk allowed or removed",
        "Compare with the policy. GUARDIAN cuts an issuer at once that nobody of you set.",
        "supply limits",
    ),
    Kind(
        "terms", "event", False, "the terms of attestations have changed",
        "margin, greatest age or greatest increase was set",
        "Compare with the policy.",
        "govern plan",
    ),
    Kind(
        "auditors", "event", True, "the auditors have changed",
        "other auditors are in office, or a proposed recovery was cancelled",
        "Compare with the policy, and with what the auditors themselves say.",
        "auditors show",
    ),
    Kind(
        "halted", "event", True, "an auditor halted minting",
        "an auditor called `haltMinting`",
        "Ask that auditor why. Only an attestation signed after the halt ends it.",
        "reserves show",
    ),
    Kind(
        "large-mint", "event", True, "a large mint",
        "so much or more was minted at once (`--large-mint`)",
        "See that the deposit is booked. If not, GUARDIAN cuts the issuer.",
        "reconcile",
    ),
    Kind(
        "proposed", "event", True, "a large mint was proposed",
        "a mint beyond the desk's limits was announced",
        "If nobody of you meant it, GUARDIAN or any one auditor cancels it before it can be minted.",
        "supply cancel",
    ),
    Kind(
        "taken", "event", True, "tokens were moved without their holder",
        "a forced transfer, a seizure at the redemption desk, or a rescue of foreign tokens",
        "See that there is an order, and that account and amount are the order's.",
        "guard show",
    ),
    Kind(
        "silent", "watch", True, "no node answers",
        "no usable answer came for some time (`--patience`)",
        "Nothing is known of the chain meanwhile. See whether the node runs; name another.",
        "doctor",
    ),
    Kind(
        "refusing", "watch", False, "the node refuses what is asked",
        "the node answers with an error, or with what makes no sense",
        "Use a node that serves these questions.",
        "doctor",
    ),
    Kind(
        "stalled", "watch", True, "the node stands still",
        "the latest block, or the last final one, is older than `--patience`",
        "Use another node. If others stand still too, the chain does: nothing that is sent lands.",
        "status",
    ),
    Kind(
        "pruned", "watch", True, "the node no longer has the events that are due",
        "the index cannot be brought up to date, since the node dropped what comes next",
        "Alerts of what happened are missing until a node that keeps events longer has been asked once.",
        "index sync",
    ),
    Kind(
        "forked", "watch", True, "the node is on another chain",
        "a block that was final is another one now, or the deployment is not there",
        "The node is of another fork, lags far behind, or lies. Believe nothing that it says; ask another.",
        "index sync",
    ),
    Kind(
        "contradicted", "watch", True, "what nodes say does not agree",
        "two nodes, or a node and the index, or events and state, contradict one another",
        "Somebody withholds, invents or lags. Send nothing until another node has said which.",
        "index sync",
    ),
    Kind(
        "failing", "watch", True, "the watch cannot look",
        "a round failed for another reason: a file, the disk, an error of the program",
        "Read the message; what it names has to be put right on the watch's own machine.",
        "watch",
    ),
)  # fmt: skip

CATALOGUE: Final = {kind.name: kind for kind in _ALL}
NODE: Final = frozenset(kind.name for kind in _ALL if kind.nature == "watch")
"""Trouble with looking: a good round ends it."""
PATIENT: Final = NODE - {"stalled"} | {"statements"}
"""Told only when it lasts, since a file may be on its way; a node that stands still has done so for as long already."""
