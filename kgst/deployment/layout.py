"""Where an implementation keeps what, and what another one before it would lose.

Layouts come from the sources by way of `layout.cjs` (solc and @openzeppelin/upgrades-core, run by node). A snapshot
names the code that it is the layout of, so an old one is never taken for the deployed one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.errors import InputError, KgstError
from kgst.jsonfile import load_model, write_whole

__all__ = ["WORDS_NOTE", "LayoutProblem", "Snapshot", "compare", "project_folder", "read_layout"]

WORDS_NOTE: Final = (
    "Account, Solvency, Bucket and Gate pack fields into one uint256 each, which a layout does not show: their masks, "
    "shifts and flags are compared as text, and what reads them by the smoke test."
)
"""What the comparison cannot see, for people."""

_SCRIPT: Final = Path(__file__).with_name("layout.cjs")
_TIMEOUT: Final = 180


@dataclass(frozen=True)
class LayoutProblem:
    """A field that the new implementation would misread.

    Attributes:
        kind: removed, inserted, retyped, moved, renamed, replaced; changed for a constant of a packed word.
        field: `attestation.reserves`, `AccountLib.FROZEN_SHIFT`.
        old: What it was; None when it is new.
        new: What it would be; None when it is gone.
    """

    kind: str
    field: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        return f"{self.field} {self.kind}: {self.old or 'nothing'} → {self.new or 'nothing'}"


class Snapshot(BaseModel):
    """`layout.json`: the layout of the implementation with this code.

    Attributes:
        contract: Its name.
        code_hash: keccak256 of its runtime code, immutables included.
        layout: As `layout.cjs` gives it: `storage` in the form of upgrades-core, `words` constant by constant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-layout/1"] = "kgst-layout/1"
    contract: str
    code_hash: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
    layout: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Snapshot:
        """The snapshot at `path`.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return load_model(
                path, cls, InputError, "restore the file from git, it is never edited by hand"
            )
        except FileNotFoundError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}.") from None

    def save(self, path: Path) -> None:
        """Write to `path`, whole or not at all."""
        write_whole(path, self.model_dump_json(indent=1))


def read_layout(contract: str, source: str, root: Path) -> dict[str, Any]:
    """The layout of `contract` in the file `source` below `root`; see `compare`."""
    return compare(contract, source, root, None)[0]


def compare(
    contract: str, source: str, root: Path, old: dict[str, Any] | None
) -> tuple[dict[str, Any], list[LayoutProblem]]:
    """The layout of `contract`, and what of `old` it would lose. Appended fields are no problem.

    Args:
        contract: Its name.
        source: Its file, relative to `root`: `contracts/KGSTLogic.sol`.
        root: A checkout; libraries are taken from this checkout's `node_modules`.
        old: The layout before; None when there is nothing to compare with.

    Raises:
        KgstError: node is missing, or the sources do not compile.
    """
    node = shutil.which("node")
    if node is None:
        raise KgstError(
            "node is not on the path; layouts need it: install Node 20, then `make setup`."
        )
    question = {
        "root": str(root),
        "modules": str(project_folder() / "node_modules"),
        "source": source,
        "contract": contract,
        "old": old,
    }
    try:
        done = subprocess.run(  # noqa: S603 # our own script
            [node, str(_SCRIPT)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise KgstError(
            f"reading the layout of {contract} timed out after {_TIMEOUT} s; try again when the machine is less busy."
        ) from None
    except json.JSONDecodeError:
        raise KgstError(
            f"the layout of {contract} cannot be told: {done.stderr.strip()[-800:] or 'node said nothing'}; "
            "run `make setup`."
        ) from None
    if "error" in answer:
        raise KgstError(f"the layout of {contract} cannot be told:\n{answer['error']}")
    return answer["layout"], [LayoutProblem(**problem) for problem in answer["problems"]]


def project_folder() -> Path:
    """Where ape's project is."""
    from ape import project

    return Path(project.path)
