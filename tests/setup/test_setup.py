"""`tools/setup.sh` on machines that lack something: one sentence that says what to do, and nothing half made is kept.

Each test has a folder with the script and a path of its own, on which node, npm and Python are stand-ins: nothing is
fetched or installed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = (
    "bash sh env awk sed grep cut cat cp df du mktemp rmdir rm mkdir ls touch uname ldd tail tr cmp sleep dirname "
    "flock git make"
)


class Machine:
    """A checkout and a path, both of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.bin, self.home = folder / "kgst", folder / "bin", folder / "home"
        for made in (self.checkout / "tools", self.checkout / "requirements", self.bin, self.home):
            made.mkdir(parents=True)
        for name in ("setup.sh", "install_tools.py", "solc.cjs"):
            shutil.copy(ROOT / "tools" / name, self.checkout / "tools")
        for name in ("package-lock.json", "package.json", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout)
        shutil.copy(ROOT / "requirements/project.txt", self.checkout / "requirements")
        for name in TOOLS.split():
            if (found := shutil.which(name)) is not None:
                (self.bin / name).symlink_to(found)
        self.command("node", 'echo "v22.1.0"')
        self.command(
            "npm",
            'echo "npm was called" >> "$HOME/called"; [ "$1" = --version ] && echo 10.0.0; exit 0',
        )
        self.command("python3", f'exec "{sys.executable}" "$@"')

    def command(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def without(self, name: str) -> None:
        (self.bin / name).unlink()

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        given = {"PATH": str(self.bin), "HOME": str(self.home), "KGST_RETRIES": "0", **environment}
        return subprocess.Popen(
            [str(self.bin / "bash"), "tools/setup.sh", *arguments],
            cwd=self.checkout, env=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def refusal(self, *arguments: str, **environment: str) -> str:
        process = self.start(*arguments, **environment)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1, said
        lines = said.strip().splitlines()
        assert lines[-1].startswith("KGST: ")
        assert lines[-1].endswith(".")
        return lines[-1]

    @property
    def untouched(self) -> bool:
        """Nothing was installed, nor tried."""
        made = (self.checkout / ".venv").exists() or (self.checkout / "node_modules").exists()
        return not made and not (self.home / "called").exists()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_check__everything_there__says_nothing(machine: Machine) -> None:
    process = machine.start("--check")
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["git", "make", "node", "npm"])
def test_tool_missing__is_named(machine: Machine, name: str) -> None:
    machine.without(name)
    said = machine.refusal()
    assert f"{name.replace('node', 'Node')} was not found" in said
    assert "install" in said
    assert machine.untouched


def test_node__too_old__is_refused(machine: Machine) -> None:
    machine.command("node", 'echo "v18.19.0"')
    assert "Node 18.19.0 is too old; install Node 20" in machine.refusal()
    assert machine.untouched


@pytest.mark.parametrize("version", ["2.7.18", "3.10.13", "3.15.0"])
def test_python__only_unsupported__is_named(machine: Machine, version: str) -> None:
    machine.command("python3", f"echo {version}")
    said = machine.refusal()
    assert f"no Python 3.11 to 3.14 was found (only {version})" in said
    assert "PYTHON=" in said
    assert machine.untouched


def test_python__absent__is_refused(machine: Machine) -> None:
    machine.without("python3")
    assert "no Python 3.11 to 3.14 was found; install one" in machine.refusal()


def test_python__shim_of_a_version_that_is_not_there__is_passed_over(machine: Machine) -> None:
    machine.command("python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")
    process = machine.start("--check")
    assert process.communicate(timeout=60) == ("", "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("exit 127", "does not run"), ("echo 3.9.1", "is Python 3.9.1; KGST needs 3.11 to 3.14")],
)
def test_python__named_but_unfit__is_refused(machine: Machine, answer: str, expected: str) -> None:
    machine.command("mine", answer)
    said = machine.refusal(PYTHON="mine")
    assert expected in said
    assert "PYTHON=mine" in said
    assert machine.untouched


def test_venv__module_missing__names_the_package(machine: Machine) -> None:
    machine.command(
        "python3",
        'case "$2" in *ensurepip*) exit 1 ;; *version_info*) echo 3.13.5 ;; esac',
    )
    said = machine.refusal()
    assert "has no venv module" in said
    assert "apt install python3.13-venv" in said
    assert machine.untouched


def test_venv__module_missing_in_the_first__another_is_taken(machine: Machine) -> None:
    machine.command("python3.12", 'case "$2" in *ensurepip*) exit 1 ;; *) echo 3.12.1 ;; esac')
    process = machine.start("--check")
    assert process.communicate(timeout=60) == ("", "")


@pytest.mark.parametrize(
    ("system", "processor", "expected"),
    [
        ("Linux", "riscv64", "the processor riscv64 is not supported"),
        ("Darwin", "x86_64", "Macs with an Intel processor are not supported"),
        ("MINGW64_NT", "x86_64", "the system MINGW64_NT is not supported"),
    ],
)
def test_system__unsupported__is_refused(
    machine: Machine, system: str, processor: str, expected: str
) -> None:
    machine.command("uname", f'[ "$1" = -m ] && echo {processor} || echo {system}')
    assert expected in machine.refusal()
    assert machine.untouched


def test_disk__too_little_free__is_refused(machine: Machine) -> None:
    machine.command("df", "echo head; echo 'disk 9000 8700 300 97% /'")
    said = machine.refusal()
    assert "only 300 MB are free" in said
    assert "make room" in said
    assert machine.untouched


def test_folder__not_writable__is_refused(machine: Machine) -> None:
    # Root may write anywhere, so the stand-in fails as a read-only file system makes it fail.
    machine.command("mktemp", "echo 'mktemp: Read-only file system' >&2; exit 1")
    said = machine.refusal()
    assert f"{machine.checkout} cannot be written to" in said
    assert machine.untouched


@pytest.mark.parametrize(
    ("options", "expected"),
    [("ro,size=8m", "cannot be written to"), ("size=8m", "MB are free")],
)
def test_folder__on_a_small_or_read_only_disk__is_refused(
    machine: Machine, tmp_path: Path, options: str, expected: str
) -> None:
    """On a real tmpfs in a mount namespace of the script's own."""
    unshare, mount = shutil.which("unshare"), shutil.which("mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    if unshare is None or mount is None:
        pytest.skip("there is no unshare here")
    script = (
        f"{mount} -t tmpfs -o size=8m kgst {disk} || exit 77; {shutil.which('cp')} -r {machine.checkout}/. {disk};"
        f" {mount} -o remount,{options} {disk} && cd {disk} && exec bash tools/setup.sh"
    )
    done = subprocess.run(
        [unshare, "--mount", "--map-root-user", str(machine.bin / "bash"), "-c", script],
        env={"PATH": str(machine.bin), "HOME": str(machine.home)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare failed" in done.stderr or "unshare:" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 1
    assert expected in done.stderr.strip().splitlines()[-1]
    assert not (machine.home / "called").exists()


def test_npm__disk_fills_up__is_said(machine: Machine) -> None:
    machine.command("npm", "echo 'npm error code ENOSPC' >&2; exit 1")
    assert "the disk is full while npm packages were installed" in machine.refusal()


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_npm__dead_proxy__is_named(machine: Machine) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    assert node is not None
    assert npm is not None
    machine.command("node", f'exec "{node}" "$@"')
    machine.command("npm", f'exec "{npm}" "$@"')
    proxy = f"127.0.0.1:{dead_port()}"
    said = machine.refusal(
        npm_config_registry="http://registry.invalid/", npm_config_proxy=f"http://{proxy}",
        npm_config_https_proxy=f"http://{proxy}",
    )  # fmt: skip
    assert (
        f"npm packages could not be fetched, as registry.invalid through the proxy {proxy} does not answer"
        in said
    )
    assert not (machine.checkout / ".venv").exists()


MODULES = 'mkdir -p node_modules && echo {} > node_modules/.package-lock.json; echo "npm $*" >> "$HOME/called"'


def test_pip__dead_proxy__is_named(machine: Machine) -> None:
    machine.command("npm", MODULES)
    # The pip of the tests' own Python, which could only install into the test's folder.
    python = f'exec "{sys.executable}" "$@"'
    machine.command(
        "python3",
        f'[ "$2" = venv ] && {{ mkdir -p .venv/bin; cp "$0" .venv/bin/python; exit; }}; {python}',
    )
    proxy = f"127.0.0.1:{dead_port()}"
    said = machine.refusal(
        PIP_INDEX_URL="https://index.invalid/simple", PIP_PROXY=f"http://{proxy}",
        PIP_TARGET=str(machine.home / "packages"), PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert (
        f"Python packages could not be fetched, as index.invalid through the proxy {proxy} does not answer"
        in said
    )
    assert not (machine.checkout / ".venv/.ready").exists()


VENV = """\
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin; echo made >> "$HOME/called"; cp "$0" .venv/bin/python ;;
  -c*version_info*) echo 3.12.1 ;;
esac"""
"""A Python whose virtual environments consist of itself, and whose pip installs at once."""


def whole(machine: Machine) -> list[str]:
    process = machine.start()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert (machine.checkout / ".venv/.ready").exists()
    return out.splitlines()


def called(machine: Machine) -> list[str]:
    return (machine.home / "called").read_text().splitlines()


@pytest.fixture
def stubbed(machine: Machine) -> Machine:
    machine.command("npm", MODULES)
    machine.command("python3", VENV)
    return machine


def test_setup__twice__does_nothing_the_second_time(stubbed: Machine) -> None:
    said = whole(stubbed)
    assert said[0].startswith("KGST set-up: Python 3.12.1, Node 22.1.0")
    assert said[-1].startswith("set up in")
    assert max(map(len, said)) < 80
    before = called(stubbed)
    assert whole(stubbed) == []
    assert called(stubbed) == before


@pytest.mark.parametrize(
    "python", [None, "exit 127", "[ \"$2\" = 'import pip' ] && exit 1; echo 3.12.1", "echo 3.10.2"]
)
def test_venv__half_made_or_of_another_python__is_made_anew(
    stubbed: Machine, python: str | None
) -> None:
    (stubbed.checkout / ".venv/bin").mkdir(parents=True)
    stray = stubbed.checkout / ".venv/stray"
    stray.touch()
    if python is not None:
        path = stubbed.checkout / ".venv/bin/python"
        path.write_text(f"#!/bin/sh\n{python}\n")
        path.chmod(0o755)
    assert any("half made" in line for line in whole(stubbed))
    assert not stray.exists()
    assert "made" in called(stubbed)


def test_modules__half_made__are_made_anew(stubbed: Machine) -> None:
    (stubbed.checkout / "node_modules/left").mkdir(parents=True)
    whole(stubbed)
    assert sum(line.startswith("npm ci") for line in called(stubbed)) == 1


def test_two_at_once__the_second_waits(stubbed: Machine) -> None:
    if shutil.which("flock") is None:
        pytest.skip("there is no flock here")
    stubbed.command("npm", f"sleep 2; {MODULES}")
    first = stubbed.start()
    time.sleep(1)
    second = stubbed.start()
    out, err = second.communicate(timeout=60)
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), err
    assert "Another set-up" in out
    assert sum(line.startswith("npm ci") for line in called(stubbed)) == 1


def test_doctor__lists_what_is_needed_for_what(machine: Machine) -> None:
    machine.without("git")
    process = machine.start("--doctor")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "git was not found" in err
    rows = {line[2:12].strip(): line for line in out.splitlines()}
    assert "missing" in rows["git"]
    assert "anvil" in rows
    assert "rehearse" in rows["anvil"]
    assert max(map(len, out.splitlines())) <= 100
