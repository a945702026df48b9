"""Topics whose every answer is tried, which takes minutes for each: all, or under ``.ci/run`` those at stake and two drawn."""

import hashlib
import os

from coursekit.assignments.parse import topics
from coursekit.course import current
from coursekit.locks import git

DRAWN = 2


def topics_to_try(since: str | None = None) -> list[str]:
    """The topics of which a file changed since the commit ``COURSE_SINCE`` (all where none is named), and two of the others.

    The hash of the last commit draws the two, so that another commit tries others.
    """
    since = os.environ.get("COURSE_SINCE", "") if since is None else since
    changed = git(current().root, "diff", "--name-only", since, "HEAD", "--").split("\n") if since else []
    if not any(changed):  # no commit is named, git does not know it, or nothing changed
        return topics()
    head = git(current().root, "rev-parse", "HEAD").strip()
    of_its_own = {topic for topic in topics() if any(_belongs(path, topic) for path in changed)}
    others = sorted(
        set(topics()) - of_its_own, key=lambda topic: hashlib.sha256(f"{head} {topic}".encode()).hexdigest()
    )
    return sorted(of_its_own | set(others[:DRAWN]))


def _belongs(path: str, topic: str) -> bool:
    """Whether a file is one of those that make the topic's exercises."""
    return path == f"exercises/{topic}.md" or path.startswith(f"solutions/{topic}/")
