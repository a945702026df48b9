"""One browser for all tests of a file.  Not for the whole run: as long as it is open, nothing else may start an event loop."""

from collections.abc import Iterator
from typing import Any

import pytest

from chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running
