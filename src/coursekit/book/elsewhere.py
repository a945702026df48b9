"""What a page shows of other pages and of the bibliography: it is written again when that changes.

Sphinx alone writes again what it read again, so the old number of an equation would stay on every other page that names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from coursekit.book.kept import kept

CITED = "cite"


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what a page refers to."""
    references = doctree.findall(addnodes.pending_xref)
    kept(app.env, "refers")[app.env.docname] = sorted(
        {tuple(str(node.get(name) or "") for name in ("refdomain", "reftarget", "reftargetid")) for node in references}
    )


def changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that showed something else of what they refer to when they were last written."""
    citations = _citations(env)
    lists = {key.docname for key in env.get_domain(CITED).bibliographies} if CITED in env.domains else set()  # type: ignore[attr-defined]
    shown, other = kept(env, "elsewhere"), []
    for page, references in kept(env, "refers").items():
        parts = [part for reference in references for part in _shown(env, citations, *reference)]
        parts += sorted(citations.items()) if page in lists else []
        state = hashlib.sha256(repr(parts).encode()).hexdigest()
        if shown.get(page, state) != state:
            other.append(page)
        shown[page] = state
    return other


def _shown(env: BuildEnvironment, citations: dict[str, str], domain: str, target: str, place: str) -> Iterator[Any]:
    """What a page shows of a reference's target: names, numbers, titles, and where it lies."""
    if domain == CITED:
        yield from (citations.get(one.key) for one in parse_citation_targets(target))
        return
    labels = env.get_domain("std").data
    yield from (labels[kind].get(target.lower()) for kind in ("labels", "anonlabels"))
    yield env.get_domain("math").data["objects"].get(target)
    slug = env.metadata.get(target, {}).get("myst_slugs", {}).get(place)  # type: ignore[attr-defined]
    yield slug and slug[1:]  # without its line


def _citations(env: BuildEnvironment) -> dict[str, str]:
    """What is shown of each entry of the bibliography, by its key."""
    if CITED not in env.domains:
        return {}
    known = env.get_domain(CITED).citations  # type: ignore[attr-defined]
    return {one.key: f"{one.formatted_entry.label} {one.formatted_entry.text!r} {one.entry!r}" for one in known}


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events; when the bibliography has its labels."""
    app.connect("doctree-read", remember)
    app.connect("env-updated", changed, priority=900)
