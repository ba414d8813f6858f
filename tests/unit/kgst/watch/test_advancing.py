"""What is remembered after a round, and what is told: begin, last, end, and each once."""

from __future__ import annotations

import pytest

from kgst.watch.advancing import Seen, advanced
from kgst.watch.catalogue import CATALOGUE, NODE, PATIENT
from kgst.watch.conditions import Condition
from kgst.watch.happenings import Happening
from kgst.watch.memory import Message, Remembered

TOKEN = "0x" + 40 * "0"
FRESH = Remembered(chain_id=97, token=TOKEN, cursor=5)
PAUSED = Condition("paused", "minting", "minting: paused")
SILENT = Condition("silent", "", "no answer")


def seen(
    *conditions: Condition, trouble: tuple[Condition, ...] = (), happened: tuple[str, ...] = ()
) -> Seen:
    return Seen(conditions, trouble, [Happening("roles", one, one) for one in happened], 6)


def told(messages: list[Message]) -> list[tuple[str, bool]]:
    return [(one.kind, one.ended) for one in messages]


def test_condition__begins_lasts_ends__is_told_twice() -> None:
    memory, raised = advanced(FRESH, seen(PAUSED), 100, 60, ["a"])
    assert told(raised) == [("paused", False)]
    assert "What to do: Ask who paused" in raised[0].body
    memory, raised = advanced(memory, seen(PAUSED._replace(text="still")), 160, 60, ["a"])
    assert raised == []
    assert memory.standing[0].text == "still"
    memory, raised = advanced(memory, seen(), 7_300, 60, ["a"])
    assert told(raised) == [("paused", True)]
    assert "It lasted 2 hours" in raised[0].body
    assert "ended: " in raised[0].subject
    assert (memory.standing, len(memory.pending)) == ((), 2)


def test_condition__of_two_subjects__is_two() -> None:
    other = Condition("paused", "burning", "burning: paused")
    memory, raised = advanced(FRESH, seen(PAUSED, other), 100, 60, ["a"])
    assert len({one.id for one in raised}) == 2
    _, raised = advanced(memory, seen(other), 101, 60, ["a"])
    assert [one.ended for one in raised] == [True]
    assert "minting: paused" in raised[0].body


def test_condition__that_comes_back__is_another_with_another_id() -> None:
    memory, first = advanced(FRESH, seen(PAUSED), 100, 60, ["a"])
    memory, _ = advanced(memory, seen(), 101, 60, ["a"])
    _, second = advanced(memory, seen(PAUSED), 102, 60, ["a"])
    assert first[0].id != second[0].id


@pytest.mark.parametrize("kind", sorted(NODE))
def test_trouble__is_told_when_it_has_lasted(kind: str) -> None:
    trouble = Condition(kind, "", "x")
    memory, raised = advanced(FRESH, seen(trouble=(trouble,)), 100, 60, ["a"])
    assert bool(raised) == (kind not in PATIENT)
    memory, late = advanced(memory, seen(trouble=(trouble,)), 159, 60, ["a"])
    assert late == []
    memory, late = advanced(memory, seen(trouble=(trouble,)), 160, 60, ["a"])
    assert bool(late) == (kind in PATIENT)
    if late:
        assert "For 1 minute." in late[0].body


def test_trouble__that_passes_in_time__is_never_told() -> None:
    memory, raised = advanced(FRESH, seen(trouble=(SILENT,)), 100, 60, ["a"])
    memory, more = advanced(memory, seen(), 130, 60, ["a"])
    assert (raised, more, memory.standing) == ([], [], ())


def test_state__that_could_not_be_read__stands_as_it_stood() -> None:
    memory, _ = advanced(FRESH, seen(PAUSED), 100, 0, ["a"])
    memory, raised = advanced(memory, Seen(None, (SILENT,), (), None), 110, 0, ["a"])
    assert told(raised) == [("silent", False)]
    assert {one.kind for one in memory.standing} == {"paused", "silent"}
    assert memory.cursor == 6
    memory, raised = advanced(memory, seen(PAUSED), 120, 0, ["a"])
    assert told(raised) == [("silent", True)]


def test_happening__has_the_same_id_wherever_it_is_seen() -> None:
    _, here = advanced(FRESH, seen(happened=("0xaa 1", "0xaa 2")), 100, 60, ["a"])
    earlier = FRESH.model_copy(update={"cursor": 2})
    _, there = advanced(earlier, seen(happened=("0xaa 1",)), 999, 0, ["b", "c"])
    assert here[0].id == there[0].id != here[1].id
    for change in ({"chain_id": 56}, {"token": "0x" + 40 * "1"}):
        other = FRESH.model_copy(update=change)
        _, elsewhere = advanced(other, seen(happened=("0xaa 1",)), 100, 60, ["a"])
        assert elsewhere[0].id != here[0].id


def test_message__of_foreign_words__is_plain() -> None:
    hostile = Condition("paused", "x", "a\x1b[2Jb\nc\u202e")
    _, [raised] = advanced(FRESH, seen(hostile), 100, 60, ["a"])
    assert raised.body.replace("\n", "").isprintable()
    assert "\u202e" not in raised.body
    assert raised.body.count("\n\n") == 3


def test_message__without_receivers__does_not_wait() -> None:
    memory, raised = advanced(FRESH, seen(PAUSED), 100, 60, [])
    assert len(raised) == 1
    assert memory.pending == ()


def test_taken__by_one_receiver__waits_for_the_other() -> None:
    memory, [one] = advanced(FRESH, seen(PAUSED), 100, 60, ["a", "b"])
    half = memory.taken(one, "a")
    assert [left.left for left in half.pending] == [("b",)]
    assert half.taken(one, "b").pending == ()
    assert memory.pending[0].left == ("a", "b")


def test_catalogue__names_and_titles__are_each_its_own() -> None:
    titles = [one.title for one in CATALOGUE.values()]
    assert len(set(titles)) == len(titles)


def test_catalogue__commands__exist() -> None:
    from support.tools import tool

    there = set(tool("check_docs").commands())
    assert {one.command for one in CATALOGUE.values()} <= there
