"""Rules in other orders and with other limits: what must not change, and what must."""

from __future__ import annotations

from training_dynamics.diagnostics.judged import faulty, misnamed
from training_dynamics.diagnostics.orders import first_of, shuffled, speaking, strayed
from training_dynamics.toolbox.diagnose import RULES, Limits, diagnose


def test_in_the_order_of_the_rules_the_first_is_what_diagnose_says():
    for one in faulty(0):
        assert first_of(RULES, one.readings, Limits()) == diagnose(one.readings).name == one.said


def test_limits_that_do_not_stray_name_as_before_and_far_ones_do_not():
    runs = faulty(0)
    assert strayed(runs, 0, 1.0, draws=2) == misnamed(runs)
    assert strayed(runs, 0, 10.0, draws=10) > misnamed(runs) + 0.1


def test_no_order_names_what_no_rule_sees():
    runs = faulty(1)
    assert shuffled(runs, 1, orders=5) >= 1 - speaking(runs)
