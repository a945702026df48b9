"""Where in the book each claim is asserted, so that its entry on the page of claims can link back."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


class claim_places(nodes.General, nodes.Element):  # noqa: N801
    """Stands for links to the places of ``claim`` until all pages are read."""


def places(env: BuildEnvironment) -> dict[str, list[tuple[str, str]]]:
    """``{claim id: [(page, id of the element)]}``."""
    if not hasattr(env, "course_places"):
        env.course_places = {}  # type: ignore[attr-defined]
    return env.course_places  # type: ignore[attr-defined,no-any-return]


def note(env: BuildEnvironment, claim_id: str, anchor: str) -> str:
    """Keep that the page being read asserts a claim; the id that the element must get."""
    asserted = places(env).setdefault(claim_id, [])
    here = [place for page, place in asserted if page == env.docname]
    place = f"in-{anchor}" if not here else f"in-{anchor}-{len(here) + 1}"
    asserted.append((env.docname, place))
    return place


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the places on a page that is about to be read again."""
    for claim_id, found in list(places(env).items()):
        places(env)[claim_id] = [(page, place) for page, place in found if page != docname]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each ``claim_places`` by links to the chapters."""
    env = app.env
    for node in list(doctree.findall(claim_places)):
        asserted = places(env).get(node["claim"], [])
        line = nodes.paragraph("", "Asserted in " if asserted else "Not asserted in a sentence of its own yet.")
        for number, (page, place) in enumerate(asserted):
            target = f"{app.builder.get_relative_uri(docname, page)}#{place}"
            title = env.titles[page].astext() if page in env.titles else page
            line += nodes.Text(", ") if number else nodes.Text("")
            line += nodes.reference("", title, internal=True, refuri=target)
        if asserted:
            line += nodes.Text(".")
        node.replace_self(line)


def rewritten(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages of claims, when the places changed."""
    state = repr(sorted((claim, sorted(found)) for claim, found in places(env).items() if found))
    before, env.course_places_before = getattr(env, "course_places_before", ""), state  # type: ignore[attr-defined]
    return [name for name in env.found_docs if name.startswith("claims/")] if before != state else []


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.add_node(claim_places)
    app.connect("env-purge-doc", purge)
    app.connect("doctree-resolved", fill)
    app.connect("env-updated", rewritten)
