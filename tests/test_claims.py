"""Everything the course asserts, tested: one seed a claim by default, all seeds and their headroom under ``all_seeds``."""

from __future__ import annotations

import re

import pytest

from coursekit.claim import Claim
from coursekit.claims import discover, run
from coursekit.paths import BOOK
from coursekit.topics import topic_of

# claims of a module share experiments, so one process runs them all
CLAIMS = [
    pytest.param(claim, id=claim.id, marks=pytest.mark.xdist_group(claim.function.__module__))
    for claim in discover().values()
]
HEADROOM = 1.5


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_at_its_first_seed(claim: Claim) -> None:
    outcome = run(claim, claim.seeds[:1])
    assert outcome.ok, f"{claim.id}: {outcome.values} must lie in {outcome.measured[0]}"


@pytest.mark.all_seeds
@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_at_all_seeds_with_headroom(claim: Claim) -> None:
    outcome = run(claim)
    assert outcome.ok, f"{claim.id}: {outcome.values} must lie in {outcome.measured[0]}"
    assert outcome.headroom >= HEADROOM, f"{claim.id}: headroom {outcome.headroom:.2f} over the seeds {outcome.values}"


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_is_documented_and_its_source_is_in_the_bibliography(claim: Claim) -> None:
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", (BOOK / "references.bib").read_text(encoding="utf-8"), re.M))
    missing = {key.strip() for key in claim.source.split(",") if key.strip()} - keys
    assert not missing, f"{claim.id} cites {missing}, which book/references.bib does not have"
    assert (claim.function.__doc__ or "").strip(), (
        f"{claim.id}: its function needs a docstring that says what is measured"
    )
    assert topic_of(claim.function.__module__) == claim.topic
