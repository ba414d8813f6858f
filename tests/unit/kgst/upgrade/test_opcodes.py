"""Which instructions might run: what a PUSH carries and what nothing jumps to do not count."""

import pytest

from kgst.upgrade.checking import delegate_calls, forbidden_in

SELFDESTRUCT, CALLCODE, DELEGATECALL = "ff", "f2", "f4"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("", ""),
        (SELFDESTRUCT, "SELFDESTRUCT"),
        (f"{CALLCODE}5b{SELFDESTRUCT}", "CALLCODE, SELFDESTRUCT"),
        (f"60{SELFDESTRUCT}50", ""),  # PUSH1's data
        (f"7f{SELFDESTRUCT * 32}50", ""),
        (f"7f{SELFDESTRUCT * 33}", "SELFDESTRUCT"),  # one byte more than PUSH32 carries
        (f"5f{SELFDESTRUCT}", "SELFDESTRUCT"),  # PUSH0 carries nothing
        (f"62{SELFDESTRUCT}", ""),  # data cut off by the end of the code
        (f"fe{SELFDESTRUCT}", ""),  # behind INVALID: a table, or metadata
        (f"00{SELFDESTRUCT}", ""),
        (f"f3{SELFDESTRUCT}", ""),
        (f"fd{SELFDESTRUCT}", ""),
        (f"56{SELFDESTRUCT}", ""),
        (f"57{SELFDESTRUCT}", "SELFDESTRUCT"),  # JUMPI goes on
        (f"0c{SELFDESTRUCT}", "SELFDESTRUCT"),  # what is undefined today may go on tomorrow
        (f"fe01025b{SELFDESTRUCT}", "SELFDESTRUCT"),  # a jump may land there
        (f"fe605b{SELFDESTRUCT}", ""),  # but not within a PUSH
    ],
)
def test_forbidden_in__code__names_what_might_run(code: str, found: str) -> None:
    names = forbidden_in(bytes.fromhex(code)).split(", ")
    assert sorted(names) == sorted(found.split(", "))


def test_delegate_calls__are_counted() -> None:
    code = bytes.fromhex(f"{DELEGATECALL}61{DELEGATECALL * 2}{DELEGATECALL}00{DELEGATECALL}")
    assert delegate_calls(code) == 2
