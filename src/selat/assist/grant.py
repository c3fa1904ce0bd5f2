"""``selat.Grant``: one programme of a sea's register, to be asked in Python.

::

    grant = selat.Grant("sea/", "OSA-2023-MY-1")
    grant.page()["delivered"], grant.items(), grant.claims("amount_jpy")
"""

from __future__ import annotations

import os
from typing import Any

from selat.assist.book import Book
from selat.assist.facts import GONE, ITEM_STATES
from selat.assist.fields import days_between, ns_day
from selat.assist.register import open_register
from selat.model.errors import ConfigError


class Grant:
    """A programme as the register stands when it is opened. Raises :class:`ConfigError` for an unknown one."""

    def __init__(self, sea: str | os.PathLike[str] | Book, programme: str) -> None:
        self.book = sea if isinstance(sea, Book) else open_register(sea).book()
        self.id = programme
        if programme not in self.book.data["things"].get("programme", {}):
            raise ConfigError(
                f"there is no programme {programme!r}",
                hint=f"known: {', '.join(self.book.ids('programme'))[:400] or 'none'}",
            )

    def value(self, name: str) -> Any:
        """The best claim about a field."""
        return self.book.value("programme", self.id, name)

    def claims(self, name: str) -> list[dict[str, Any]]:
        """All claims about a field side by side, best first."""
        keys = ("value", "source", "who", "at", "confidence", "entry")
        return [dict(zip(keys, c, strict=True)) for c in self.book.claims("programme", self.id, name)]

    def items(self) -> list[str]:
        """Ids of the serial items."""
        return self.book.ids("item", programme=self.id)

    def page(self, now: int) -> dict[str, Any]:
        """What a programme officer asks first, at ``now`` (ns): state, lead times, quantities, items, hours, what is open.

        Hours of the grades are never added up: the same hour may be told by a track and by a sheet.
        """
        book, items = self.book, self.items()
        tranches = book.ids("tranche", programme=self.id)
        days = sorted(d for t in tranches if (d := book.value("tranche", t, "delivered_on")))
        lots = book.ids("lot", programme=self.id)
        signed = self.value("signed_on")
        states = dict.fromkeys(ITEM_STATES, 0)
        for item in items:
            states[book.state(item, now)] += 1
        mine = {*items, self.id}
        open_ = [i for i, o in book.data["observations"].items() if o["target"] in mine and o["state"] == "open"]
        due = sorted(
            (o["due"], i) for i, o in book.data["inspections"].items() if o["target"] in mine and o["state"] == "due"
        )
        return {
            "programme": self.id,
            "recipient": self.value("recipient"),
            "amount_jpy": self.value("amount_jpy"),
            "state": book.programme_state(self.id, now),
            "signed_on": signed,
            "days_to_delivery": [days_between(signed, d) for d in days] if signed else [],
            "agreed": sum(book.value("lot", i, "quantity") or 0 for i in lots),
            "delivered": sum(
                book.value("tranche", t, "quantity") or 0 for t in tranches if book.value("tranche", t, "delivered_on")
            ),
            "items": {s: n for s, n in states.items() if n},
            "present": sum(n for s, n in states.items() if s not in GONE),
            "hours": self.hours(),
            "open_observations": open_,
            "inspections_due": [{"due": d, "inspection": i, "overdue": d < ns_day(now)} for d, i in due],
        }

    def hours(self) -> dict[str, float]:
        """Hours of use by grade of evidence, over all items."""
        out: dict[str, float] = {}
        for item in self.items():
            for month in self.book.item(item)["hours"].values():
                for grade, hours in month.items():
                    out[grade] = out.get(grade, 0.0) + hours
        return {g: round(out[g], 6) for g in sorted(out)}


def country_page(book: Book, country: str, now: int) -> list[dict[str, Any]]:
    """The pages of all programmes of a country (ISO 3166-1 alpha-2)."""
    return [Grant(book, p).page(now) for p in book.ids("programme", country=country)]
