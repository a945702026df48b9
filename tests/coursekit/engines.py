"""The engine that grades strangers' work, for tests: with its sandbox, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fixture import COURSE

from coursekit.course import Course
from coursekit.engine.engines import SandboxUnavailable, grading_engine
from coursekit.engine.grade import SplitEngine


@contextmanager
def sandboxed(course: Course = COURSE) -> Iterator[SplitEngine]:
    """A grading engine for ``course``, closed at the end; the test is skipped where there is no sandbox."""
    try:
        engine = grading_engine(library=course.given)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield engine
    engine.close()
