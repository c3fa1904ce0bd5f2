"""The register as a state machine: whatever is tried, the invariants hold, and a rebuilt book is the same book."""

from __future__ import annotations

import tempfile

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from selat.assist.facts import GONE, HELD, ITEM_STATES, Fact
from selat.assist.register import open_register
from selat.model.clock import DAY, HOUR, parse_time
from selat.model.errors import ConfigError

START = parse_time("2024-04-01")
ITEMS = [f"I{n}" for n in range(4)]
DAYS = st.integers(0, 400)
BUDGET, AMOUNT = 1000, 800


class Machine(RuleBasedStateMachine):
    """Random deeds, right and wrong ones; a wrong one is refused and changes nothing."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.register = open_register(self.folder.name + "/sea", create=True)
        self.observed: set[str] = set()
        self.tried = self.refused = 0
        self.do("budget", "B", 0, fiscal_year=2024, donor="JP", amount_jpy=BUDGET)
        self.do(
            "programme",
            "P",
            0,
            fiscal_year=2024,
            donor="JP",
            country="MY",
            recipient="MAF",
            amount_jpy=AMOUNT,
            signed_on="2024-04-01",
        )
        self.do("lot", "L", 0, programme="P", quantity=3)
        self.do("tranche", "T", 5, programme="P", lot="L", quantity=3, delivered_on="2024-04-06")
        self.do("document", "D", 5, sha256="0" * 64, title="t")
        for item in ITEMS[:3]:
            self.do("item", item, 5, programme="P", tranche="T", serial=item)
        assert self.refused == 0

    def do(self, kind, subject, day, /, **data):
        before = self.register.end()
        self.tried += 1
        try:
            self.register.write([Fact(kind, subject, START + day * DAY, data, "test", "machine", "A")])
        except ConfigError as error:
            assert error.hint
            assert self.register.end() == before
            self.refused += 1

    @rule(amount=st.integers(-10, 1200), subject=st.sampled_from(["P", "Q"]))
    def programme(self, amount, subject):
        self.do("programme", subject, 0, fiscal_year=2024, donor="JP", country="MY", amount_jpy=amount)

    @rule(
        amount=st.one_of(st.integers(0, 900), st.floats(0, 900)),
        subject=st.sampled_from(["L", "L2"]),
        quantity=st.integers(0, 5),
    )
    def lot(self, amount, subject, quantity):
        self.do("lot", subject, 1, programme="P", amount_jpy=amount, quantity=quantity)

    @rule(
        item=st.sampled_from(ITEMS),
        day=DAYS,
        state=st.sampled_from(ITEM_STATES),
        organisation=st.sampled_from(["", "Other"]),
    )
    def state(self, item, day, state, organisation):
        self.do("item_state", item, day, state=state, unit="U1", organisation=organisation)

    @rule(item=st.sampled_from(ITEMS[:3]), day=st.integers(6, 60))
    def usual_life(self, item, day):
        for n, state in enumerate(("received", "accepted", "in_service")):
            self.do("item_state", item, day + n, state=state, unit="U1")

    @rule(item=st.sampled_from(ITEMS), day=DAYS, organisation=st.sampled_from(["", "MAF", "Other"]))
    def custody(self, item, day, organisation):
        self.do("custody", item, day, unit="U2", organisation=organisation)

    @rule(item=st.sampled_from(ITEMS), day=DAYS, value=st.sampled_from(["533000001", "533000002", "", "5"]))
    def identity(self, item, day, value):
        self.do("identity", item, day, what="mmsi", value=value)

    @rule(item=st.sampled_from(ITEMS), day=DAYS, length=st.integers(-1, 50), hours=st.floats(0, 50))
    def use(self, item, day, length, hours):
        self.do("use", item, day, ended=START + day * DAY + length * HOUR, hours=hours, grade="B")

    @rule(day=DAYS, what=st.sampled_from(["transfer", "disposal"]), n=st.integers(0, 1))
    def consent(self, day, what, n):
        self.do("consent", f"C{n}", day, what=what, granted_on=f"2024-{day % 12 + 1:02d}-01", items="I0; I1")

    @rule(data=st.data(), document=st.sampled_from(["D", "E", ""]), reason=st.sampled_from(["", "so"]))
    def close(self, data, document, reason):
        if self.observed:
            one = data.draw(st.sampled_from(sorted(self.observed)))
            self.do("close", one, 400, reason=reason, person="p", document=document)

    @rule(data=st.data())
    def retract(self, data):
        entry = data.draw(st.integers(0, self.register.end()[0] - 1))
        self.do("retract", "P", 400, entry=entry, reason="wrong")

    @rule(
        day=DAYS, kind=st.sampled_from(["inspection_due", "inspection_done", "inspection_waived"]), n=st.integers(0, 1)
    )
    def inspection(self, day, kind, n):
        told = {
            "inspection_due": {"target": "I0", "due": "2024-06-01"},
            "inspection_done": {"outcome": "found", "by": "x"},
            "inspection_waived": {"reason": "x"},
        }
        self.do(kind, f"N{n}", day, **told[kind])

    @invariant()
    def money(self):
        book = self.register.book()
        spent = [book.value("programme", p, "amount_jpy") for p in book.ids("programme", fiscal_year=2024)]
        assert all(type(x) is int for x in spent if x is not None)
        budgets = [book.value("budget", b, "amount_jpy") for b in book.ids("budget", fiscal_year=2024)]
        assert all(sum(x or 0 for x in spent) <= budget for budget in budgets)  # none where it was retracted
        lots = [book.value("lot", i, "amount_jpy") or 0 for i in book.ids("lot", programme="P")]
        assert all(type(x) is int for x in lots) and sum(lots) <= book.value("programme", "P", "amount_jpy")

    @invariant()
    def counts_and_order(self):
        book = self.register.book()
        ordered, delivered = book.value("lot", "L", "quantity"), book.value("tranche", "T", "quantity")
        assert delivered is None or len(book.ids("item", tranche="T")) <= delivered <= ordered
        for item in ITEMS:
            rows = book.item(item)["states"]
            assert [r[0] for r in rows] == sorted({r[0] for r in rows})
            for at, state, _ in rows:
                keeper = book.keeper(item, at)
                assert (keeper is not None) == (state in HELD)  # exactly one from acceptance to the end
                assert not (state in GONE and keeper)
            times = [c[0] for c in book.item(item)["custody"]]
            accepted = [r[0] for r in rows if r[1] == "accepted"]
            assert times == sorted(set(times)) and (not times or times[0] == accepted[0])

    @invariant()
    def one_item_an_identity(self):
        spans = [
            (i[1], i[0], i[2] or 2**62)
            for item in ITEMS
            for i in self.register.book().item(item)["ids"].get("mmsi", ())
        ]
        for n, (value, begin, end) in enumerate(spans):
            assert not any(v == value and b < end and begin < e for v, b, e in spans[n + 1 :])

    @invariant()
    def use_lies_in_service(self):
        book = self.register.book()
        for item in ITEMS:
            for f in self.register.standing(item, "use"):
                assert f.data["hours"] * HOUR <= f.data["ended"] - f.at + 10**9
                assert book.state(item, f.at) == "in_service"
            total = sum(f.data["hours"] for f in self.register.standing(item, "use"))
            assert abs(total - sum(h for m in book.item(item)["hours"].values() for h in m.values())) < 1e-6

    @invariant()
    def transfers_are_observed_and_nothing_vanishes(self):
        book = self.register.book()
        now = set(book.data["observations"])
        assert self.observed <= now
        self.observed = now
        for one in book.data["observations"].values():
            assert one["state"] == "open" or (one["reason"] and one["person"] and one["document"] == "D")
        consents = book.data["consents"].values()
        for item in ITEMS:
            for at, _, organisation, *_ in book.item(item)["custody"]:
                agreed = any(
                    c["what"] == "transfer" and item in c["items"] and parse_time(c["granted_on"]) <= at
                    for c in consents
                )
                if organisation not in ("", "MAF") and not agreed:
                    assert f"obs-U5:{item}:{at}" in now

    @invariant()
    def the_log_holds_and_rebuilds(self):
        assert self.register.first_break() is None
        assert self.register.saved_book_agrees()

    def teardown(self):
        if hasattr(self, "register"):
            self.register.engine.dispose()
            self.folder.cleanup()


Machine.TestCase.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
TestRegister = Machine.TestCase
