"""A quiz has one right option, and each option says why."""

from __future__ import annotations

import pytest

from coursekit.book.quiz import Option, parse

GOOD = "What does $x$ do?\n\n- [ ] It *falls* +++ It has no\n  reason to.\n- [x] It rises. +++ By the equation."


def test_a_quiz_is_read() -> None:
    question, options = parse(GOOD)
    assert question == "What does $x$ do?"
    assert options == [
        Option("It *falls*", "It has no reason to.", False),
        Option("It rises.", "By the equation.", True),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- [x] a +++ b\n- [ ] c +++ d", "2 options, 1 of them right"),  # no question
        ("Q?\n\n- [x] a +++ b", "got 1 options"),
        ("Q?\n\n- [x] a +++ b\n- [x] c +++ d", "2 of them right"),
        ("Q?\n\n- [ ] a +++ b\n- [ ] c +++ d", "0 of them right"),
        ("Q?\n\n- [x] a +++ b\n- [ ] c", "got '- \\[ \\] c'"),
    ],
)
def test_one_that_is_none_is_named(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse(text)
