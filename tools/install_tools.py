"""Give this virtual environment a solc that ape-solidity finds, downloading nothing.

ape-solidity looks for ``$SOLCX_BINARY_PATH/solc-v<version>`` (default folder ``~/.solcx``). A native
build that is already in ``~/.solcx`` wins; else npm's ``solc`` serves through ``tools/solc.cjs``.
The folder belongs to the environment, so nothing is written to the user's home, and a ``.pth`` file
points py-solc-x at it however ``ape`` is started. The same file puts npm's ``anvil`` at the end of the
path, for ``--network bsc:local:foundry``.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

VERSION = "0.8.37"
ROOT = Path(__file__).resolve().parent.parent


def answers(binary: Path) -> bool:
    """Whether ``binary`` runs here and is the pinned version."""
    try:
        out = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return out.returncode == 0 and f"Version: {VERSION}+commit." in out.stdout


def main() -> None:
    if sys.prefix == sys.base_prefix:
        sys.exit("install_tools: run it with the virtual environment's python")
    folder = Path(sys.prefix) / "solcx"
    folder.mkdir(exist_ok=True)
    target = folder / f"solc-v{VERSION}"
    target.unlink(missing_ok=True)
    native = Path.home() / ".solcx" / target.name
    source = native if answers(native) else ROOT / "tools" / "solc.cjs"
    target.symlink_to(source)
    if not answers(target):
        sys.exit(f"install_tools: {source} does not answer as solc {VERSION}; run `npm ci` first")
    tools = ROOT / "node_modules" / ".bin"
    lines = (
        f"os.environ.setdefault('SOLCX_BINARY_PATH', {str(folder)!r})",
        f"os.environ['PATH'] = os.environ.get('PATH', '') + os.pathsep + {str(tools)!r}",
    )
    pth = Path(sysconfig.get_path("purelib")) / "kgst_tools.pth"
    pth.write_text(f"import os; {'; '.join(lines)}\n", encoding="utf8")
    print(f"solc {VERSION}: {'native build' if source == native else 'npm package'}")


if __name__ == "__main__":
    main()
