"""What `make lint` refuses in tests."""

from __future__ import annotations

import ast

import pytest
from support.tools import tool

check_tests = tool("check_tests")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("with chain.isolate(): pass", "swallows"),
        ("from ape import reverts", "another error"),
        ("with ape.reverts('no'): pass", "another error"),
        ("with pytest.raises(Exception): pass", "any failure"),
        ('run("deploy", "--policy", ROOT / "deployments/rehearsal/policy.yaml")', "lies beside"),
        ('words = ["--policy", f"{ROOT}/deployments/local/policy.yaml"]', "lies beside"),
    ],
)
def test_findings__what_passes_when_it_should_not__is_found(code: str, reason: str) -> None:
    assert [reason in why for _, why in check_tests.findings(ast.parse(code))] == [True]


@pytest.mark.parametrize(
    "code",
    [
        "with reverts(token.mint, 'E'): pass",
        "with pytest.raises(InputError): pass",
        'run("deploy", "--policy", policy_of("rehearsal"))',
        'Policy.load(ROOT / "deployments/local/policy.yaml")',
    ],
)
def test_findings__the_way__is_let_through(code: str) -> None:
    assert list(check_tests.findings(ast.parse(code))) == []
