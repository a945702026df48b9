"""A pytest plugin, ``-p coursekit.author.topic_tests --topic NAME``: the tests of one topic, and those of the whole book.

A test that is marked ``whole_book`` asks something of all topics together, which a new or changed one may break.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection

import pytest
from _pytest.terminal import TerminalReporter

from coursekit.book import toc
from coursekit.course import current
from coursekit.topics import owner_of, topics

WHOLE_BOOK = "whole_book"
FEW = 10  # tests that a command line may name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--topic``."""
    parser.addoption("--topic", help="run the tests of this topic alone")


def every_topic() -> list[str]:
    """The topics of the course, with claims or with an assignment."""
    course = current()
    return sorted({*topics(course.src, course.package), *course.topics()})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the topic's own files, those whose parameters name it, and those of the whole book."""
    topic, others = config.getoption("--topic"), every_topic()
    pages = toc.of_topic(current(), topic)
    chosen = [
        item
        for item in items
        if item.get_closest_marker(WHOLE_BOOK) or concerns(item.path.stem, item.name, topic, others, pages)
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how to run alone what failed, unless it is much."""
    reports = [report for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])]
    failed = list(dict.fromkeys(report.nodeid for report in reports))
    if 0 < len(failed) <= FEW:
        terminalreporter.write_line(f"these alone: pytest -m '' {shlex.join(failed)}")


def concerns(file: str, test: str, topic: str, others: list[str], pages: Collection[str] = ()) -> bool:
    """Whether a test belongs to ``topic``: by its file ``test_<topic>[_…]``, or by it or one of its pages among the parameters.

    A file belongs to the topic with the longest name that it begins with, so that ``test_adam_w`` may be another's.
    """
    owner = owner_of(file.removeprefix("test_"), others)
    parameters = re.split(r"[^\w]+", test.partition("[")[2])
    return owner == topic if owner else not {topic, *pages}.isdisjoint(parameters)
