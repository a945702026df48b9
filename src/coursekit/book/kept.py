"""What Sphinx keeps for us of each page from its reading on, so that a build reads no page again that it need not write."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def kept(env: BuildEnvironment, name: str) -> dict[str, Any]:
    """``{page: what is kept of it}`` under a name of its own; a page that is read again is forgotten."""
    if not hasattr(env, "course_kept"):
        env.course_kept = {}  # type: ignore[attr-defined]
    found: dict[str, Any] = env.course_kept.setdefault(name, {})  # type: ignore[attr-defined]
    return found


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is about to be read again, or is gone."""
    for pages in getattr(env, "course_kept", {}).values():
        pages.pop(docname, None)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("env-purge-doc", purge)
