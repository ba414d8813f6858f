"""Keys of nodes stay out of every text, and other addresses stay readable."""

from __future__ import annotations

import runpy
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kgst import redaction
from kgst.console import OfflineCommand
from kgst.redaction import has_secret, host_of, redact, register


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_secrets", set())
    monkeypatch.setattr(redaction, "_hosts", set())


KEYS = [
    "https://node.example/v2/9fKx81aQ0zLm",
    "https://node.example:8443/rpc?apikey=short1&x=1",
    "https://user:hunter22@node.example/",
    "https://tokenonly@node.example",
    "https://node.example/bsc/0123456789abcdef0123456789abcdef/",
    "https://node.example/a%2Fb%3Dc12345678",
    "https://node.example/#fragment99",
]
SECRETS = [
    "9fKx81aQ0zLm", "short1", "hunter22", "tokenonly", "0123456789abcdef0123456789abcdef", "a/b=c12345678",
    "fragment99",
]  # fmt: skip


@pytest.mark.parametrize(("url", "secret"), list(zip(KEYS, SECRETS, strict=True)))
def test_redact__registered_address__keeps_its_host_only(url: str, secret: str) -> None:
    register(url)
    text = redact(f"no answer from {url}, said the node; key {secret}? ({url!r})")
    if secret != "fragment99":
        assert secret not in text
    assert text.count("node.example") == 2
    assert "said the node" in text
    assert url not in text


@pytest.mark.parametrize("url", KEYS[:5])
def test_redact__address_that_nobody_registered__loses_what_looks_like_a_key(url: str) -> None:
    text = redact(f"see {url}.")
    for secret in SECRETS:
        assert secret not in text
    assert text.startswith("see https://node.example")


@pytest.mark.parametrize(
    "text",
    [
        "https://testnet.bscscan.com/tx/0x" + "a1" * 32,
        "https://testnet.bscscan.com/address/0x" + "a1" * 20 + "#code",
        "http://127.0.0.1:8545",
        "bsc:testnet:https://…",
        "https://github.com/mds1/multicall3: the same on every chain",
        "a plain sentence: with 12, and more.",
    ],
)
def test_redact__what_has_no_key__stays(text: str) -> None:
    assert redact(text) == text


def test_redact__words_of_requests__lose_the_path() -> None:
    said = "HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /abc?k=1 (Caused by X)"
    assert redact(said).endswith("Max retries exceeded with url: /… (Caused by X)")


def test_redact__short_words_of_an_address__are_no_secrets() -> None:
    register("https://bsc.example/bsc/testnet/v1")
    assert redact("bsc:testnet, v1 of the policy") == "bsc:testnet, v1 of the policy"


def test_redact__quoted_spelling_of_a_secret__goes_too() -> None:
    register("https://u:a%2Fsecret@h.example")
    assert redact("a/secret and a%2Fsecret") == "… and …"


@pytest.mark.parametrize(
    ("url", "shown", "secret"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545", False),
        ("http://127.0.0.1:8545/", "http://127.0.0.1:8545", False),
        ("https://h.example/x", "https://h.example/…", True),
        ("https://u@h.example", "https://h.example/…", True),
        ("https://h.example?x", "https://h.example/…", True),
        ("http://[::1]:8545", "http://[::1]:8545", False),
        ("https://h:port", "the address …", True),
    ],
)
def test_host_of__address__is_shown_without_the_rest(url: str, shown: str, secret: bool) -> None:
    assert host_of(url) == shown
    assert has_secret(url) is secret


@pytest.mark.parametrize("words", [["{}"], ["--{}"], ["--colour={}"], ["--side", "bsc:testnet:{}"]])
def test_command__line_that_is_none__is_quoted_without_its_keys(words: list[str]) -> None:
    @click.command(cls=OfflineCommand, name="try")
    @click.option("--side", type=click.Choice(["left"]))
    def command(side: str) -> None:
        raise AssertionError(side)

    line = [word.format("https://node.example/v2/9fKx81aQ0zLm") for word in words]
    result = CliRunner(mix_stderr=False).invoke(command, line)
    assert result.exit_code == 2
    assert "9fKx81aQ0zLm" not in result.stderr + result.stdout
    assert "Error: " in result.stderr


def test_command__usage_error_while_it_runs__is_told_without_keys() -> None:
    @click.command(cls=OfflineCommand, name="try")
    def command() -> None:
        raise click.UsageError("no node at https://node.example/v2/9fKx81aQ0zLm")

    result = CliRunner(mix_stderr=False).invoke(command, [])
    assert (result.exit_code, "9fKx81aQ0zLm" in result.stderr) == (2, False)
    assert "no node at https://node.example/v2/…" in result.stderr


@pytest.mark.parametrize("script", sorted(Path("scripts").glob("[a-z]*.py")), ids=lambda p: p.stem)
def test_script__line_that_is_none__is_quoted_without_its_keys(script: Path) -> None:
    cli = runpy.run_path(str(script))["cli"]
    words = ["https://node.example/v2/9fKx81aQ0zLm"]
    result = CliRunner(mix_stderr=False).invoke(cli, words)
    assert result.exit_code == 2
    assert "9fKx81aQ0zLm" not in result.stderr + result.stdout
    assert "https://node.example/v2/…" in result.stderr
