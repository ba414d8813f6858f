"""Who acts on the double: people whose keys are nobody else's, since it takes no public test accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

__all__ = ["PASSPHRASE", "Key", "key_of", "keystore"]

PASSPHRASE = "correct horse"


class Key:
    """One person.

    Attributes:
        label: As in the policy; also the name of the key file.
        address: With its checksum.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.private_key = (
            "0x" + keccak(text=f"{label} of a rehearsal in front of the double").hex()
        )
        self.address = str(Account.from_key(self.private_key).address)


def key_of(label: str) -> Key:
    """The same key for a label, always."""
    return Key(label)


@contextmanager
def keystore(data: Path, labels: list[str]) -> Iterator[Mapping[str, str]]:
    """Key files below `data`, ape's data folder in here meanwhile; and what a command elsewhere needs for them.

    Few rounds of key derivation: they are opened again for each command.
    """
    from ape import accounts, config
    from ape_accounts.accounts import AccountContainer

    folder = data / "accounts"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"APE_DATA_FOLDER": str(data)}
    for key in map(Key, labels):
        encrypted = Account.encrypt(key.private_key, PASSPHRASE, kdf="pbkdf2", iterations=1000)
        (folder / f"{key.label}.json").write_text(json.dumps(encrypted))
        environment[f"APE_ACCOUNTS_{key.label}_PASSPHRASE"] = PASSPHRASE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "DATA_FOLDER", data)
        # ape remembers an alias and its file for ever, and where it first looked for any.
        patch.setattr(AccountContainer, "loaded_accounts", {})
        for name, container in accounts.containers.items():
            (data / name).mkdir(exist_ok=True)
            patch.setitem(vars(container), "data_folder", data / name)
        for name, value in environment.items():
            patch.setenv(name, value)
        yield environment
