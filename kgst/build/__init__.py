"""The contracts as this checkout builds them.

`refresh` renews ape's build, `code` says what is in it, and `require_from_sources` compiles the sources apart from it,
for whoever deploys, consents or verifies: a build can come with a commit.
"""

from kgst.build.code import (
    constructor_arguments,
    contract_type,
    creation_code,
    plain_runtime_code,
    runtime_code,
    source_of,
    token_runtime_code,
)
from kgst.build.refreshing import refresh, renewed
from kgst.build.sources import require_from_sources

__all__ = [
    "constructor_arguments",
    "contract_type",
    "creation_code",
    "plain_runtime_code",
    "refresh",
    "renewed",
    "require_from_sources",
    "runtime_code",
    "source_of",
    "token_runtime_code",
]
