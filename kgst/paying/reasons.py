"""Codes of ISO 20022's external code sets, by the names that they have there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["REJECTED", "STATUSES", "said_of", "why_of"]

REJECTED: Final = "RJCT"

STATUSES: Final[Mapping[str, str]] = {
    "ACCC": "AcceptedSettlementCompletedCreditorAccount",
    "ACCP": "AcceptedCustomerProfile",
    "ACFC": "AcceptedFundsChecked",
    "ACSC": "AcceptedSettlementCompletedDebitorAccount",
    "ACSP": "AcceptedSettlementInProcess",
    "ACTC": "AcceptedTechnicalValidation",
    "ACWC": "AcceptedWithChange",
    "ACWP": "AcceptedWithoutPosting",
    "BLCK": "Blocked",
    "CANC": "Cancelled",
    "PART": "PartiallyAccepted",
    "PATC": "PartiallyAcceptedTechnicalCorrect",
    "PDNG": "Pending",
    "PRES": "Presented",
    "RCVD": "Received",
    REJECTED: "Rejected",
}
"""ExternalPaymentTransactionStatus1Code and ExternalPaymentGroupStatus1Code; only `RJCT` ends a payment."""

_REASONS: Final[Mapping[str, str]] = {
    "AB05": "TimeoutCreditorAgent",
    "AB06": "TimeoutInstructedAgent",
    "AB08": "OfflineCreditorAgent",
    "AC01": "IncorrectAccountNumber",
    "AC03": "InvalidCreditorAccountNumber",
    "AC04": "ClosedAccountNumber",
    "AC06": "BlockedAccount",
    "AC07": "ClosedCreditorAccountNumber",
    "AG01": "TransactionForbidden",
    "AG02": "InvalidBankOperationCode",
    "AM01": "ZeroAmount",
    "AM02": "NotAllowedAmount",
    "AM03": "NotAllowedCurrency",
    "AM04": "InsufficientFunds",
    "AM05": "Duplication",
    "AM09": "WrongAmount",
    "AM10": "InvalidControlSum",
    "AM18": "InvalidNumberOfTransactions",
    "BE01": "InconsistentWithEndCustomer",
    "BE04": "MissingCreditorAddress",
    "BE05": "UnrecognisedInitiatingParty",
    "BE06": "UnknownEndCustomer",
    "CUST": "RequestedByCustomer",
    "DT01": "InvalidDate",
    "ED05": "SettlementFailed",
    "FF01": "InvalidFileFormat",
    "FOCR": "FollowingCancellationRequest",
    "MD07": "EndCustomerDeceased",
    "MS02": "NotSpecifiedReasonCustomerGenerated",
    "MS03": "NotSpecifiedReasonAgentGenerated",
    "NARR": "Narrative",
    "RC01": "BankIdentifierIncorrect",
    "RC04": "InvalidCreditorBankIdentifier",
    "RF01": "NotUniqueTransactionReference",
    "RR01": "MissingDebtorAccountOrIdentification",
    "RR02": "MissingDebtorNameOrAddress",
    "RR03": "MissingCreditorNameOrAddress",
    "RR04": "RegulatoryReason",
    "TM01": "InvalidCutOffTime",
}
"""ExternalStatusReason1Code and ExternalReturnReason1Code, what payments in one's own country are refused for."""


def said_of(status: str) -> str:
    """A status in the standard's words: `ACSP (AcceptedSettlementInProcess)`."""
    if status in STATUSES:
        return f"{status} ({STATUSES[status]})"
    return f"{status} (a status that is not known here)"


def why_of(reason: str) -> str:
    """A reason in the standard's words: `AC04 (ClosedAccountNumber)`."""
    if reason in _REASONS:
        return f"{reason} ({_REASONS[reason]})"
    return f"{reason} (a reason that is not known here)"
