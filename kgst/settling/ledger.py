"""What is known of each redemption: the ids that name it, and what moved for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kgst.keys import key_of
from kgst.settling.model import Leg, Redemption
from kgst.settling.references import references_in

__all__ = ["Ledger", "Names"]


class Names:
    """By which ids redemptions are known."""

    def __init__(self, redemptions: Iterable[Redemption]) -> None:
        self._by_id: defaultdict[str, list[str]] = defaultdict(list)
        self._by_key: defaultdict[bytes, list[str]] = defaultdict(list)
        for one in redemptions:
            for name in one.ids:
                self._by_id[name].append(one.id)
            if one.key is not None:
                self._by_key[one.key].append(one.id)

    def of_id(self, name: str) -> list[str]:
        """Redemptions that an id given to the bank names, exactly."""
        return [*self._by_id.get(name, ()), *self._by_key.get(key_of("burn", name), ())]

    def of(self, leg: Leg) -> tuple[str, ...]:
        """Redemptions that a movement names: by its ids, and by references with check characters in any text of it."""
        given = [one for one in (leg.end_to_end_id, leg.instruction_id) if one]
        found = [one for name in given for one in self.of_id(name)]
        for text in (*given, *leg.texts):
            for reference in references_in(text):
                found += self._by_id.get(reference, ())
        return tuple(dict.fromkeys(found))


@dataclass
class Ledger:
    """What moved for one redemption."""

    paid: list[Leg] = field(default_factory=list)
    wrong: list[Leg] = field(default_factory=list)
    """Of another amount."""
    marked: list[Leg] = field(default_factory=list)
    """Payments that their own entry says were returned."""
    back: list[Leg] = field(default_factory=list)

    def pair_off(self) -> list[Leg]:
        """What came back of what had settled nothing is neither any more; returns those credits."""
        paired = []
        for credit in list(self.back):
            for debits in (self.marked, self.wrong):
                twin = next((one for one in debits if one.tyiyn == credit.tyiyn), None)
                if twin is not None:
                    debits.remove(twin)
                    self.back.remove(credit)
                    paired.append(credit)
                    break
        return paired
