"""The project: its claims are the course's, and what a plan or results lack is said."""

import copy

import numpy as np
import pytest

from coursekit.assignments.parse import load
from coursekit.claims import discover


@pytest.fixture(scope="module")
def project():
    space = {}
    for code in load("project").setups:
        exec(code, space)
    return space


PLAN = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [3, 1, 4, 15, 9],
    "measure": "ratio of two spreads",
    "at_least": 0.5,
    "at_most": None,
    "null": "a spread that shrinks",
}
RESULTS = {
    "plan": PLAN,
    "measured": {"softsign": [1.0, 1.2, 0.8, 1.1, 0.9], "sine": [1.0, 0.2, 0.6, 0.7, 1.5]},
    "null": [0.25, 0.2, 0.3, 0.25, 0.3],
    "mean": {"softsign": 1.0, "sine": 0.8},
    "spread": {"softsign": 0.1581, "sine": 0.4848},
    "verdict": {"softsign": "stands", "sine": "mixed"},
}


@pytest.mark.whole_book
def test_the_claims_to_choose_from_are_claims_of_the_course_with_the_settings_that_it_varies(project):
    known = {id: dict(claim.vary) for id, claim in discover().items()}
    stale = {id: known.get(id, "no such claim") for id, varied in project["CLAIMS"].items() if known.get(id) != varied}
    assert not stale, (
        f"CLAIMS of exercises/project.md names claims that are not in the course, or other settings than they vary; set {stale}"
    )


@pytest.mark.whole_book
def test_the_claims_to_choose_from_are_random_and_of_many_chapters(project):
    chosen = [discover()[id] for id in project["CLAIMS"]]
    fixed = [claim.id for claim in chosen if not claim.random or len(claim.seeds) < 5]
    assert not fixed, (
        f"CLAIMS of exercises/project.md: {fixed} have no five seeds, so a student could not repeat them: choose others"
    )
    topics = [claim.topic for claim in chosen]
    assert len(set(topics)) == len(topics) >= 12, (
        f"CLAIMS of exercises/project.md are of {sorted(topics)}: one of each of at least 12 topics is wanted"
    )


def test_a_complete_plan_lacks_nothing(project):
    assert project["lacks"](PLAN) == []
    assert project["lacks"](PLAN | {"setting": "width", "values": (100, 400), "at_most": 2}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"claim": "dropout.works"}, "claim: is none of CLAIMS"),
        ({"claim": ["dropout.contracts"]}, "claim: is none of CLAIMS"),
        ({"setting": " "}, "setting: name it"),
        ({"setting": "Width ", "values": [25, 400]}, "values: the course has tried one of them"),
        ({"setting": "width", "values": [50, 400]}, "values: the course has tried one of them"),
        ({"setting": "width", "values": [400.0, 50.0]}, "values: the course has tried one of them"),
        ({"values": ["sine"]}, "values: at least two, all different"),
        ({"values": ["sine", "sine"]}, "values: at least two, all different"),
        ({"values": [[1], [2]]}, "values: a list of numbers or words"),
        ({"values": [float("nan"), 1]}, "values: a list of numbers or words"),
        ({"seeds": [0, 1, 2, 3]}, "seeds: at least five"),
        ({"seeds": [0, 1, 2, 3, 3]}, "seeds: all different"),
        ({"seeds": 5}, "seeds: a list of ints"),
        ({"seeds": [0, 1, 2, 3, True]}, "seeds: a list of ints"),
        ({"seeds": [0, 1, 2, 3, 4.5]}, "seeds: a list of ints"),
        ({"at_least": None}, "at_least, at_most: one of them must be a number, or nothing could refute you"),
        ({"at_least": float("-inf")}, "at_least, at_most: a finite number or None"),
        ({"at_most": 0.5}, "at_least must be less than at_most"),
        ({"null": "none"}, "measure, null: say each in words, at least three"),
    ],
)
def test_what_a_plan_lacks_is_said_and_nothing_else(project, change, said):
    assert project["lacks"](PLAN | change) == [said]


@pytest.mark.parametrize("given", [..., None, [], {}, {key: 1 for key in list(PLAN)[1:]}])
def test_what_is_no_plan_is_told_the_keys(project, given):
    assert "the keys claim, setting" in project["lacks"](given)[0]


def test_complete_results_have_no_flaw(project):
    assert project["flaws"](RESULTS) == []
    arrays = {value: np.array(row) for value, row in RESULTS["measured"].items()}
    assert project["flaws"](RESULTS | {"measured": arrays}) == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("plan", {}, "plan: a plan is a dict"),
        ("measured", {"softsign": [1.0, 1.2, 0.8, 1.1, 0.9]}, "measured: a dict with a list for each value"),
        ("measured", [], "measured: a dict with a list for each value"),
        ("null", [0.2] * 4, "measured, null: a list with one number for each seed"),
        ("null", [0.2] * 4 + [float("nan")], "measured, null: finite numbers"),
        ("mean", {"softsign": 1.0, "sine": 0.7}, "mean: does not follow"),
        ("mean", {"softsign": 1.0}, "mean: does not follow"),
        ("spread", {"softsign": 0.1414, "sine": 0.4336}, "spread: does not follow"),
        ("verdict", {"softsign": "stands", "sine": "stands"}, "verdict: does not follow"),
        ("null", [0.25, 0.6, 0.3, 0.25, 0.3], "verdict: does not follow"),
    ],
)
def test_what_results_lack_is_said(project, key, value, said):
    results = copy.deepcopy(RESULTS) | {key: value}
    assert [flaw.startswith(said) for flaw in project["flaws"](results)] == [True]


def test_the_verdict_follows_the_seeds_and_the_null(project):
    verdict, out = project["verdict"], [9.0]
    assert verdict([1, 2], out, 1, 2) == "stands"
    assert verdict([0, 2], out, 1, 2) == "mixed"
    assert verdict([0, 3], out, 1, None) == "blind"
    assert verdict([0, 3], [-9.0], 4, None) == "fails"
    assert verdict([float("nan")], out, None, 2) == "fails"
