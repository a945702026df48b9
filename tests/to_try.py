"""What takes minutes to try: all of it, or under ``.ci/run`` what is at stake since a commit and some drawn of the rest."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import PurePosixPath

from coursekit.assignments.parse import topics
from coursekit.course import current
from coursekit.locks import git

TOPICS_DRAWN = 2
PAGES_DRAWN = 3  # one page in so many
SLOW_DRAWN = 2  # one slow test in so many
# what every page of the book is made with
STATIC = "book/_static/"  # but for files that bear a page's name
OF_EVERY_PAGE = ("src/coursekit/book/", "src/coursekit/live/", "_config.yml", "constraints.txt")
# what every slow test runs on
OF_EVERY_SLOW_TEST = ("src/coursekit/engine/", "src/coursekit/sandbox/", "tests/conftest.py", "constraints.txt")


def topics_to_try(since: str | None = None) -> list[str]:
    """The topics of whose exercises a file changed since the commit ``COURSE_SINCE`` (all where none is named), and two of the others.

    The hash of the last commit draws the two, so that another commit tries others.
    """
    changed = _changed(since)
    if not changed:
        return topics()
    of_its_own = {topic for topic in topics() if any(_belongs(path, topic) for path in changed)}
    return sorted(of_its_own | set(_drawn(set(topics()) - of_its_own, TOPICS_DRAWN)))


def pages_to_try(pages: list[str], since: str | None = None) -> list[str]:
    """The built pages of topics of which a file changed, and a third of the others; all where what makes every page changed."""
    changed = _changed(since)
    names = {PurePosixPath(page).stem for page in pages}
    shared = [path for path in changed if path.startswith(STATIC) and not _names(path) & names]
    shared += [path for path in changed if path.startswith(OF_EVERY_PAGE)]
    if not changed or shared:
        return pages
    touched = set().union(*map(_names, changed))
    of_its_own = {page for page in pages if PurePosixPath(page).stem in touched}
    others = set(pages) - of_its_own
    return sorted(of_its_own | set(_drawn(others, -(-len(others) // PAGES_DRAWN))))


def slow_tests_to_try(tests: list[str], since: str | None = None) -> set[str]:
    """The slow tests (as ``path::name``) of packages in which a file changed, and half of the others; all where what they run on changed.

    Those at the top of ``tests/`` are all tried: they choose topics for themselves.
    """
    changed = _changed(since)
    if not changed or any(path.startswith(OF_EVERY_SLOW_TEST) for path in changed):
        return set(tests)
    kept = {test for test in tests if any(path.startswith(_tests_what(test)) for path in changed)}
    others = set(tests) - kept
    return kept | set(_drawn(others, -(-len(others) // SLOW_DRAWN)))


def _tests_what(test: str) -> tuple[str, ...]:
    """The folders that a test file's folder stands for: its own, and the package that it mirrors; all for the top."""
    parts = PurePosixPath(test.split("::")[0]).parent.parts[1:]
    if not parts:
        return ("",)
    package = parts if parts[0] == "coursekit" else ("coursekit", *parts)
    return "/".join(("tests", *parts, "")), "/".join(("src", *package, ""))


def _changed(since: str | None) -> list[str]:
    """The files that differ from the commit; none where no commit is named, git does not know it, or nothing changed."""
    since = os.environ.get("COURSE_SINCE", "") if since is None else since
    return git(current().root, "diff", "--name-only", since, "HEAD", "--").splitlines() if since else []


def _drawn(names: Iterable[str], count: int) -> list[str]:
    head = git(current().root, "rev-parse", "HEAD").strip()
    return sorted(names, key=lambda name: hashlib.sha256(f"{head} {name}".encode()).hexdigest())[:count]


def _names(path: str) -> set[str]:
    """The folders and the stem of a path: what a topic may be called in it (``dropout_data.js`` is the topic dropout's, too)."""
    return {*PurePosixPath(path).parts[:-1], PurePosixPath(path).stem.removesuffix("_data")}


def _belongs(path: str, topic: str) -> bool:
    """Whether a file is one of those that make the topic's exercises."""
    return path == f"exercises/{topic}.md" or path.startswith(f"solutions/{topic}/")


if __name__ == "__main__":
    print(*topics_to_try(), sep="\n")
