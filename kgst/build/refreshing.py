"""ape's build, renewed when a source has changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from kgst.errors import KgstError
from kgst.locking import LockedFile

__all__ = ["refresh", "renewed"]


@cache
def renewed() -> None:
    """As `refresh`, once in this process: whoever reads the build begins with it, and whoever does not waits for none.

    Raises:
        KgstError: as `refresh`.
    """
    refresh()


def refresh() -> bool:
    """Compile anew when any source changed since the last build; returns whether it did.

    ape compares only a contract's own file, not what it imports: after a change of a module it would go on with the old
    code of the token. Nor does it always clear away the dependencies that it lays beside the sources.

    Raises:
        KgstError: the contracts do not compile, or no lock can be had.
    """
    stamp, manifest = Path(".build/sources.sha256"), Path(".build/__local__.json")
    stamp.parent.mkdir(exist_ok=True)
    # Test workers start together; one compiles.
    with _lock(stamp.with_name("lock")):
        digest = _sources_digest()
        if manifest.is_file() and stamp.is_file() and stamp.read_text() == digest:
            return False
        manifest.unlink(missing_ok=True)
        shutil.rmtree("contracts/.cache", ignore_errors=True)
        command = [str(Path(sys.executable).with_name("ape")), "compile"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # our own ape
        shutil.rmtree("contracts/.cache", ignore_errors=True)
        if done.returncode != 0:
            raise KgstError(f"The contracts do not compile:\n{done.stdout}{done.stderr}")
        stamp.write_text(digest)
    from ape import project

    # What this process has read before is the old build.
    project.load_manifest()
    return True


def _lock(path: Path) -> LockedFile:
    try:
        return LockedFile(path, wait=True)
    except OSError as error:
        raise KgstError(
            f"{path}: cannot be locked ({error.strerror or error}); remove what stands there."
        ) from error


def _sources_digest() -> str:
    digest = hashlib.sha256(
        Path("ape-config.yaml").read_bytes() + Path("package-lock.json").read_bytes()
    )
    for path in sorted(Path("contracts").rglob("*.sol")):
        if ".cache" not in path.parts:
            digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
