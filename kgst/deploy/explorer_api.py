"""An Etherscan-style API (v2), as far as verification needs it: hand in, ask until it is decided.

Whatever answers there may be blocked, slow or nonsense. Each question has a time limit, the whole has one, and no
message ever holds the key.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

from kgst.deploy.explorer import Submission
from kgst.errors import InputError, KgstError

__all__ = ["DEFAULT_URL", "KEY_VARIABLE", "Explorer", "ExplorerError"]

DEFAULT_URL: Final = "https://api.etherscan.io/v2/api"
KEY_VARIABLE: Final = "KGST_EXPLORER_KEY"

_MAX_BYTES: Final = 1 << 16
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")


class ExplorerError(KgstError):
    """The explorer could not be asked, or did not verify the contract."""


class Explorer:
    """One explorer.

    Args:
        url: Of the API.
        key: Sent to that address only.
        chain_id: EIP-155.
        timeout: Seconds for one question.
        patience: Seconds until an explorer that has accepted the sources must have decided.
        pause: Seconds between questions.
    """

    def __init__(
        self,
        url: str,
        key: str,
        chain_id: int,
        *,
        timeout: float = 30,
        patience: float = 180,
        pause: float = 4,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise InputError(f"--api-url {url}: write https://…; the key is not sent in the clear.")
        self.url, self.is_local = url, parts.hostname in _LOCAL
        self._key, self._chain_id = key, chain_id
        self._timeout, self._patience, self._pause = timeout, patience, pause

    def verify(self, submission: Submission) -> str:
        """Hand in `submission`, and wait for the verdict: `verified` or `already verified`.

        Raises:
            ExplorerError: it was not verified; the message says why.
        """
        answer = self._ask({
            "action": "verifysourcecode",
            "codeformat": "solidity-standard-json-input",
            "sourceCode": json.dumps(submission.input),
            "contractaddress": submission.contract.address,
            "contractname": submission.qualified_name,
            "compilerversion": submission.compiler,
            "constructorArguements": submission.arguments,  # the API's own spelling
            "licenseType": str(submission.license),
        })  # fmt: skip
        ok, result = answer
        if "already verified" in result.lower():
            return "already verified"
        if not ok:
            raise ExplorerError(f"the explorer refused the sources: {result}.")
        return self._verdict(result)

    def _verdict(self, ticket: str) -> str:
        deadline = time.monotonic() + self._patience
        while True:
            _, result = self._ask({"action": "checkverifystatus", "guid": ticket})
            said = result.lower()
            if said.startswith("pass"):
                return "verified"
            if "already verified" in said:
                return "already verified"
            if "pending" not in said and "in progress" not in said:
                raise ExplorerError(f"the explorer did not verify it: {result}.")
            if time.monotonic() > deadline:
                raise ExplorerError(
                    f"the explorer has not decided within {self._patience:.0f} s (ticket {ticket}); ask again later: "
                    "what is verified is not handed in twice."
                )
            time.sleep(self._pause)

    def _ask(self, fields: dict[str, str]) -> tuple[bool, str]:
        """Whether the answer says OK, and its result; a printable line."""
        import requests

        body = {"module": "contract", "apikey": self._key, **fields}
        try:
            with requests.post(
                self.url,
                params={"chainid": str(self._chain_id)},
                data=body,
                timeout=self._timeout,
                allow_redirects=False,  # the key is for this address only
                stream=True,
            ) as response:
                content = self._content(response)
                status = response.status_code
        except requests.RequestException as error:
            # The message of the library may hold what was sent.
            raise ExplorerError(
                f"{self.url} could not be asked ({type(error).__name__}): it is down, or blocked from here."
            ) from None
        if status != 200:
            raise ExplorerError(f"{self.url} answered with HTTP status {status}.")
        try:
            answer = json.loads(content)
            return str(answer["status"]) == "1", self._printable(answer["result"])
        except (ValueError, KeyError, TypeError):
            raise ExplorerError(
                f"{self.url} answered with what is no answer of an explorer: {self._printable(content[:80])}."
            ) from None

    def _content(self, response: Any) -> bytes:
        deadline = time.monotonic() + self._timeout
        content = b""
        for part in response.iter_content(
            1
        ):  # as they come: who sends one a minute must not hold us
            content += part
            if len(content) > _MAX_BYTES or time.monotonic() > deadline:
                raise ExplorerError(f"{self.url} answered without an end.")
        return content

    def _printable(self, value: Any) -> str:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        text = text.replace(self._key, "…") if self._key else text
        return "".join(c if c.isprintable() else " " for c in text)[:300].strip().rstrip(".")
