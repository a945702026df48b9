"""What a test does where a program or package is missing that only some machines have."""

import importlib
import os

import pytest


def absent(reason):
    """Skip, saying why; fail under ``.ci/run``, which installs everything and sets COURSE_ALL_TESTS."""
    if os.environ.get("COURSE_ALL_TESTS"):
        pytest.fail(f"{reason} (COURSE_ALL_TESTS is set, so that nothing may be skipped)")
    pytest.skip(reason)


def needed(module, way):
    """A module that the course itself does without; ``way`` says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return absent(f"{module} is not installed: {way}")
