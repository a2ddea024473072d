"""What holds for any case: equal rules change nothing, and no limit holds more for being higher."""

from __future__ import annotations

import copy
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.matching import ENGINE_VERSION, answer, case_from, match, policy_from
from tests.matching.drawn import questions, texts, tolerances

tried_out = settings(max_examples=60, deadline=None, derandomize=True)
HELD = ("blocked", "unreadable")


def ask_again(case, policy):
    from reconciliation.trials import ask_again

    then = answer(match(case_from(case)))
    return ask_again(case, then, ENGINE_VERSION, policy_from(policy))


@tried_out
@given(case=questions())
def test_equal_rules_change_nothing(case):
    tried = ask_again(case, case["policy"])

    assert (tried.change, tried.gone, tried.came) == ("same", [], [])
    assert tried.outcome_then == tried.outcome_tried
    assert tried.leaks_then == tried.leaks_tried


@tried_out
@given(case=questions(), rules=tolerances())
def test_the_outcome_as_tried_is_that_of_the_engine_under_these_rules(case, rules):
    other = {**case, "policy": {**case["policy"], "rules": rules}}

    tried = ask_again(case, other["policy"])

    expected = answer(match(case_from(other)))
    assert tried.outcome_tried == expected["outcome"]
    was_held, is_held = tried.outcome_then in HELD, expected["outcome"] in HELD
    assert (tried.change == "released") == (was_held and not is_held)
    assert (tried.change == "blocked") == (is_held and not was_held)


@tried_out
@given(case=questions(), more=texts("0", "30", 2), which=st.sampled_from(["percent", "amount", "quantity"]))
def test_a_higher_limit_never_holds_more_money(case, more, which):
    looser = copy.deepcopy(case["policy"])
    for stated in looser["rules"]:
        if which in stated["upper"]:
            stated["upper"][which] = str(Decimal(stated["upper"][which]) + Decimal(more))

    tried = ask_again(case, looser)

    assert tried.change != "blocked"
    assert tried.came == []


@tried_out
@given(case=questions(), rules=tolerances())
def test_leaks_are_positive_and_only_where_the_invoice_gets_through(case, rules):
    tried = ask_again(case, {**case["policy"], "rules": rules})

    for outcome, found in (
        (tried.outcome_then, tried.leaks_then),
        (tried.outcome_tried, tried.leaks_tried),
    ):
        assert all(amount > 0 for amount in (found or {}).values())
        assert outcome not in HELD or found == {}
