"""The fixture course is the one that these tests work on, wherever they are started."""

import contextlib

import pytest
from fixture import ROOT


@pytest.fixture(autouse=True, scope="module")
def in_the_fixture_course():
    """Stand in the fixture course, which is then found from the working folder as any course is."""
    with contextlib.chdir(ROOT):
        yield
