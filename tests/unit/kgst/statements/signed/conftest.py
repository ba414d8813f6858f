from pathlib import Path

import pytest
from support.camt053 import Write
from support.signing_banks import Signer, signer_of


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def _write(content: str | bytes, name: str = "bank.xml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture(scope="session")
def bank() -> Signer:
    """The bank of the account that counts."""
    return signer_of("DEMOKG22")


@pytest.fixture(scope="session")
def curve() -> Signer:
    """The same bank, with a key on a curve."""
    return signer_of("DEMOKG22", "curve", kind="ec")


@pytest.fixture(scope="session")
def stranger() -> Signer:
    """By its own words the same bank, which the policy does not know."""
    return signer_of("DEMOKG22", "stranger")
