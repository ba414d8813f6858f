"""Whether what stands at an address is a Safe on which nobody acts but its owners: each way in which it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kgst.checks import failed
from kgst.safe import published, standing
from kgst.safe.standing import Standing, standing_checks

SOMEBODY = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
PROXY, IMPLEMENTATION, HANDLER, OTHER = b"proxy", b"implementation", b"handler", b"another"
GOOD = Standing(
    code=PROXY, implementation=SOMEBODY, implementation_code=IMPLEMENTATION, owners=(SOMEBODY,), threshold=1,
    handler=SOMEBODY, handler_code=HANDLER,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three codes are known, each in one place."""
    places = {
        id(published.PROXIES): PROXY,
        id(published.IMPLEMENTATIONS): IMPLEMENTATION,
        id(published.HANDLERS): HANDLER,
    }
    monkeypatch.setattr(
        standing, "known_as", lambda code, of: "1.4.1" if places[id(of)] == code else None
    )


def wrong(one: Standing) -> list[str]:
    return [check.item for check in failed(list(standing_checks("Safe x", one)))]


def test_standing__a_safe__is_in_order() -> None:
    assert wrong(GOOD) == []
    assert wrong(replace(GOOD, handler=None, handler_code=b"")) == [], "it needs no handler"
    assert (GOOD.version, replace(GOOD, implementation_code=OTHER).version) == ("1.4.1", None)


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"code": OTHER}, "code"),
        ({"implementation_code": OTHER}, "implementation"),
        ({"implementation_code": b""}, "implementation"),
        ({"implementation_code": HANDLER}, "implementation"),
        ({"broken": "the list of its owners does not end"}, "storage"),
        ({"modules": (SOMEBODY,)}, "modules"),
        ({"guards": (SOMEBODY,)}, "guard"),
        ({"handler_code": OTHER}, "fallback handler"),
        ({"handler_code": b""}, "fallback handler"),
        ({"handler_code": IMPLEMENTATION}, "fallback handler"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_standing__one_thing_is_another__is_named(changes: dict[str, object], item: str) -> None:
    assert wrong(replace(GOOD, **changes)) == [f"{item} of Safe x"]  # type: ignore[arg-type]
