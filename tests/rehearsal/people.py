"""Who takes part: key files in an ape keystore of the rehearsal's own, with keys that are nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

from eth_account import Account
from support.bsc.people import key_of

PASSPHRASE = "rehearsal"

NAMES = (
    "ops", "owner_a", "owner_b", "owner_c", "issuance_admin", "reserve_admin", "pauser", "compliance",
    "enforcer", "guardian", "issuer", "redeemer", "minter", "pauser_2", "treasury", "merchant", "suspect", "court",
    "auditor_a", "auditor_b", "auditor_c", "ceo", "cfo",
)  # fmt: skip


def keys() -> dict[str, str]:
    """Name to private key. A node that is no development node takes no public test accounts."""
    return {name: key_of(name).private_key for name in NAMES}


def addresses() -> dict[str, str]:
    """Name to checksummed address."""
    return {name: Account.from_key(key).address for name, key in keys().items()}


def write_keystore(data_folder: Path) -> dict[str, str]:
    """Key files below `data_folder`; returns the environment that unlocks them without a prompt.

    Few rounds of key derivation: a rehearsal unlocks a key for each of some hundred commands.
    """
    folder = data_folder / "accounts"
    folder.mkdir(parents=True)
    environment = {"APE_DATA_FOLDER": str(data_folder)}
    for name, key in keys().items():
        encrypted = Account.encrypt(key, PASSPHRASE, kdf="pbkdf2", iterations=1000)
        (folder / f"{name}.json").write_text(json.dumps(encrypted))
        environment[f"APE_ACCOUNTS_{name}_PASSPHRASE"] = PASSPHRASE
    return environment
