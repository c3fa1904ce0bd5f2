"""Leeway classes: every number of the published table, names, and errors that help."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model.errors import ConfigError
from selat.rescue import objects

# Typed from the published reports, not from our table: id, key, the nine numbers.
KNOWN = [
    (1, "PIW-1", (0.96, 0.0, 12.0, 0.54, 0.0, 9.4, -0.54, 0.0, 9.4)),
    (4, "PIW-4", (1.71, 1.12, 3.93, 1.36, -3.3, 1.71, -0.13, -2.65, 1.62)),
    (26, "LIFE-RAFT-NB-1", (3.7, 0.0, 12.0, 1.98, 0.0, 9.4, -1.98, 0.0, 9.4)),
    (50, "FISHING-VESSEL-1", (2.47, 0.0, 12.0, 2.76, 0.0, 9.4, -2.76, 0.0, 9.4)),
    (67, "SLDMB", (0.0,) * 9),
]


@pytest.mark.parametrize(("number", "key", "values"), KNOWN)
def test_classes_hold_the_published_numbers(number, key, values):
    o = objects.drift_object(number)
    assert o.key == key and o is objects.drift_object(key.lower())
    assert [round(100 * v, 6) for v in o.coefficients] == list(values)


def test_every_class_of_the_record_is_there(shared):
    with (shared / "rescue" / "leeway.csv").open(encoding="utf-8") as f:
        rows = list(csv.reader(f))[1:]
    assert len(rows) == 85
    for row, o in zip(rows, objects.classes(), strict=False):
        assert [str(o.id), o.key, o.description] == [row[0], row[1], row[3]]
        assert o.coefficients == pytest.approx([float(v) / 100 for v in row[4:]])


def test_strait_craft_keep_the_published_leeway_speed_and_say_what_was_assumed():
    craft = [o for o in objects.classes() if o.id > 200]
    assert len(craft) == 4
    for o, total in zip(craft, (7.71, 4.40, 2.40, 4.24), strict=True):
        speed = (o.downwind.speed(10.0) ** 2 + o.right.speed(10.0) ** 2) ** 0.5
        assert 100 * speed / 10.0 == pytest.approx(total, abs=0.01)
        assert "assumed" in o.note and "2014" in o.source


def test_keys_numbers_and_names_are_each_their_own():
    found = objects.classes()
    assert len({o.key for o in found}) == len({o.id for o in found}) == len(found) == 89
    keys = {o.key for o in found}
    assert all(key in keys and name == name.lower() for name, (key, _) in objects.names().items())
    assert not set(objects.names()) & {k.lower() for k in keys}


def test_sides_are_signed_so_that_left_goes_left_in_the_middle():
    """The middle of right and left is to their own side at 15 m/s for all classes but the almost straight ones."""
    for o in objects.classes():
        assert o.right.speed(15.0) >= o.left.speed(15.0) - 0.2, o.key
        assert min(s.error for s in (o.downwind, o.right, o.left)) >= 0.0


@pytest.mark.parametrize(
    ("asked", "key"),
    [("Person", "PIW-1"), ("life raft", "LIFE-RAFT-DB-10"), (" sampan ", "STRAIT-SKIFF-1"), ("85", "MED-WASTE-7")],
)
def test_names_that_people_use(asked, key):
    assert objects.drift_object(asked).key == key


@given(st.text(max_size=12).filter(lambda t: t.strip().lower() not in objects.names() and not t.strip().isdigit()))
def test_an_unknown_name_is_an_error_with_a_way_on(text):
    if text.strip().lower() in {o.key.lower() for o in objects.classes()}:
        return
    with pytest.raises(ConfigError) as e:
        objects.drift_object(text)
    assert e.value.hint


def test_near_names_are_offered():
    with pytest.raises(ConfigError) as e:
        objects.drift_object("life rfat")
    assert "life raft" in e.value.hint
    assert [o.key for o in objects.search("raft refugee sail no")] == ["REFUGEE-RAFT-1"]
    assert len(objects.search()) == 89
