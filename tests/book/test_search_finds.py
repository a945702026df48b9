"""Questions as readers type them lead to a page that answers them, by the built book's own index."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from py_mini_racer import MiniRacer
from test_browser import HTML

FOLDER = HTML / "_static" / "search"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the book is not built: run `course book` first"),
]
SEEN = 3  # places that a reader looks at
ASKED = {
    "why does a network with linear layers learn in steps": "deep_linear_networks",
    "learning rate too large what happens": "gradient_descent|edge_of_stability|diagnostics",
    "how should I choose the batch size": "gradient_descent_noise|scale_laws|training_in_practice",
    "critical batch size": "gradient_descent_noise",
    "do small batches generalise better": "gradient_descent",
    "when should I stop training": "training_in_practice",
    "does dropout help": "dropout",
    "double descent peak where": "double_descent",
    "why do losses fall as power laws": "scale_laws",
    "loss spike": "diagnostics",
    "why is the loss NaN": "diagnostics|training_in_practice",
    "dead relu": "diagnostics|training_in_practice",
    "vanishing gradients": "diagnostics|training_in_practice",
    "how to initialise weights": "training_in_practice",
    "sharpness 2/eta": "edge_of_stability",
    "do flat minima generalise": "edge_of_stability|sgd_noise",
    "does batch norm help": "normalization_benefit",
    "grokking without weight decay": "emergence",
    "induction heads": "emergence_induction",
    "early warning of a transition": "emergence_alarms",
    "what is a phase transition": "phase_transitions",
    "average the weights of two networks": "mode_connectivity",
    "why does sgd find the minimum norm solution": "implicit_regularization",
    "what does momentum do": "gradient_descent|optimizers",
    "temperature of sgd": "sgd_noise",
    "neural tangent kernel": "wide_networks",
    "muon": "optimizers",
    "saddle points": "gradient_descent|deep_linear_networks",
}


@pytest.fixture(scope="module")
def engine() -> Any:
    engine = MiniRacer()
    for name in ("find.js", "search-data.js"):
        engine.eval((FOLDER / name).read_text(encoding="utf-8"))
    return engine


@pytest.mark.parametrize("query", ASKED)
def test_a_question_leads_to_a_page_that_answers_it(engine: Any, query: str) -> None:
    found = json.loads(engine.eval(f"JSON.stringify(TDSearch.find(TDSearchData, {json.dumps(query)}).found)"))
    first = [entry["address"] for entry in found[:SEEN]]
    places = [entry["address"] for entry in found[:SEEN] if entry["kind"] != "claim"]
    assert any(re.match(ASKED[query], place) for place in places), first


def test_a_claim_is_found_by_its_name(engine: Any) -> None:
    name = "adam.first_step"
    found = json.loads(engine.eval(f"JSON.stringify(TDSearch.find(TDSearchData, '{name}').found[0])"))
    assert (found["kind"], name in found["text"]) == ("claim", True)
