"""The options that every writing command has, and those of files that are signed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kgst.console import LocalPath, json_option, operator_options, policy_option, yes_option
from kgst.errors import InputError

if TYPE_CHECKING:
    from ape.api import AccountAPI

__all__ = [
    "FILE",
    "Run",
    "collect_options",
    "force_option",
    "offline_policy_option",
    "orders_option",
    "sign_options",
    "valid_for_option",
    "write_options",
]

# Whether a file is there and usable is said by the command, with what to do.
FILE: Any = LocalPath()


_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True)
class Run:
    """How a command was called.

    Attributes:
        policy_path: `--policy`; None for the network's own.
        account: `--account`; None when not given.
        via: `--via`: the label of a Safe, without `safe:`; None for the account itself.
        yes: `--yes`.
        allow_unknown: `--allow-unknown`.
        json: `--json`: stdout belongs to the document.
        give_up: `--give-up`: only end what the account has in flight.
        taken_by: `--taken-by`: hash of the transaction that took the nonce of an undecided step; None when not given.
        reason: `--reason`: why, in the operator's words; None when not given.
        document_sha256: Of the file that `--document` names: 64 digits; None when not given.
    """

    policy_path: Path | None = None
    account: AccountAPI | None = None
    via: str | None = None
    yes: bool = False
    allow_unknown: bool = False
    json: bool = False
    give_up: bool = False
    taken_by: str | None = None
    reason: str | None = None
    document_sha256: str | None = None


def write_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--account --via --reason --document --policy …`, passed to the command as one `run`."""

    @operator_options
    @click.option(
        "--via",
        metavar="safe:LABEL",
        callback=_safe_label,
        help="Act as a Safe of the policy: adds the account's signature, sends once there are enough.",
    )
    @click.option(
        "--reason",
        metavar="TEXT",
        callback=_reason,
        help="Why, in your words: kept in the journal with the time and who signs.",
    )
    @click.option(
        "--document",
        "document_sha256",
        metavar="FILE",
        type=FILE,
        callback=_sha256,
        help="What it rests on: the file's SHA-256 is kept with the reason.",
    )
    @policy_option
    @click.option(
        "--allow-unknown", is_flag=True, help="Accept addresses that the policy has no label for."
    )
    @click.option(
        "--give-up",
        is_flag=True,
        help="Send nothing new; spend the nonces of what this account has in flight on nothing.",
    )
    @click.option(
        "--taken-by",
        metavar="HASH",
        callback=_transaction_hash,
        help="Of a step that stayed undecided: the transaction that took its nonce, as an explorer shows it.",
    )
    @yes_option
    @json_option
    @functools.wraps(function)
    def command(
        *args: Any,
        policy_path: Path | None,
        account: AccountAPI | None,
        via: str | None,
        yes: bool,
        allow_unknown: bool,
        give_up: bool,
        taken_by: str | None,
        reason: str | None,
        document_sha256: str | None,
        json_output: bool,
        **kwargs: Any,
    ) -> Any:
        run = Run(
            policy_path, account, via, yes, allow_unknown, json_output, give_up, taken_by,
            reason, document_sha256,
        )  # fmt: skip
        return function(*args, run=run, **kwargs)

    return command


def force_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--force`: the parameter `force`."""
    return click.option("--force", is_flag=True, help="Replace files of other content.")(function)


def offline_policy_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--policy`: the parameter `policy_path`, None when not given: then it is this checkout's own, if any."""
    return click.option(
        "--policy",
        "policy_path",
        envvar="KGST_POLICY",
        show_envvar=True,
        type=FILE,
        help="Your own: names people, and is compared with FILE. Default: this checkout's, for a FILE in its folder.",
    )(function)


def contract_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--for --signature`: the parameter `given`, None when neither was."""

    @click.option(
        "--for",
        "signer",
        metavar="ADDRESS",
        help="A signer that is a contract (ERC-1271), with --signature in place of --account.",
    )
    @click.option(
        "--signature", metavar="HEX", help="That contract's signature, which its owners made."
    )
    @functools.wraps(function)
    def command(*args: Any, signer: str | None, signature: str | None, **kwargs: Any) -> Any:
        from kgst.signing.ceremony import given_as

        return function(*args, given=given_as(signer, signature), **kwargs)

    return command


def sign_options(
    function: Callable[..., Any],
    *,
    policy: Callable[[Callable[..., Any]], Callable[..., Any]] = offline_policy_option,
) -> Callable[..., Any]:
    """`FILE --account --for --signature --policy --yes --force --json`: sign a file, without a network.

    The parameters `file`, `account`, `given`, `policy_path`, `yes`, `force` and `quiet`.
    """

    @click.argument("file", type=FILE)
    @operator_options
    @contract_options
    @policy
    @yes_option
    @force_option
    @json_option
    @functools.wraps(function)
    def command(*args: Any, json_output: bool, **kwargs: Any) -> Any:
        return function(*args, quiet=json_output, **kwargs)

    return command


def orders_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--order`: the parameter `orders`, any number of files."""
    return click.option(
        "--order",
        "orders",
        multiple=True,
        type=FILE,
        help="A payment order that `reserves order` wrote, whose payments the bank booked as one sum.",
    )(function)


def valid_for_option(usual: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--valid-for`: the parameter `valid_for`, None when not given; `usual` stands in the help."""
    return click.option(
        "--valid-for",
        metavar="DURATION",
        help=f"How long what is signed can be submitted, like '36 hours'. Default: {usual}.",
    )


def collect_options(
    function: Callable[..., Any],
    *,
    policy: Callable[[Callable[..., Any]], Callable[..., Any]] = offline_policy_option,
) -> Callable[..., Any]:
    """`FILE SIGNATURES --out --policy --force --json`: put signatures on a draft together.

    The parameters `file`, `signatures`, `out_path`, `policy_path` and `force`.
    """

    @click.argument("file", type=FILE)
    @click.argument("signatures", nargs=-1, required=True, type=FILE)
    @click.option(
        "--out", "out_path", type=FILE, help="Default: FILE with the ending .signed.json."
    )
    @policy
    @force_option
    @json_option
    @functools.wraps(function)
    def command(*args: Any, json_output: bool, **kwargs: Any) -> Any:
        # Only the command's class looks at it.
        del json_output
        return function(*args, **kwargs)

    return command


def _transaction_hash(_: Any, __: Any, value: str | None) -> str | None:
    if value is not None and _HASH.fullmatch(value) is None:
        raise click.BadParameter("write a transaction's hash: 0x and 64 hexadecimal digits")
    return value.lower() if value is not None else None


@contextmanager
def _as_usage() -> Iterator[None]:
    """What is wrong with an option's value by itself is an error of usage."""
    try:
        yield
    except InputError as error:
        raise click.BadParameter(str(error)) from None


def _reason(_: Any, __: Any, value: str | None) -> str | None:
    if value is None:
        return None
    from kgst.pipeline.reason import parse_reason

    with _as_usage():
        return parse_reason(value)


def _sha256(_: Any, __: Any, value: Path | None) -> str | None:
    if value is None:
        return None
    from kgst.pipeline.reason import sha256_of

    with _as_usage():
        return sha256_of(value)


def _safe_label(_: Any, __: Any, value: str | None) -> str | None:
    if value is None:
        return None
    kind, _, label = value.partition(":")
    if kind != "safe" or not label:
        raise click.BadParameter(
            "write safe: and the label of a Safe of the policy, like safe:governance"
        )
    return label
