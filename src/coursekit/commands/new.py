"""``course new``: a topic that passes every check, to be replaced piece by piece."""

from __future__ import annotations

import click

from coursekit.author import scaffold
from coursekit.course import current

NEXT = """
It is a whole topic, about gradient descent on one parameter. Next:
  course claims {topic} --settings   measures its varied settings into claims.lock
  course prove {topic} --mutants     measures the checks of its questions into mutants.lock
  course topic {topic}               runs all that concerns it
Then replace the text, the claims and the questions by your own, and run `course topic` again. What each file is for:
book/guides/author.md. Also to be thought of: symbols in book/notation.md, names in book/concepts.yml, papers in
book/references.bib, CHANGELOG.md. To take the topic away again, delete what is listed above and its line in _toc.yml."""


@click.command("new")
@click.argument("topic")
@click.option(
    "--part", default="", help="The part of the book it belongs to, as _toc.yml calls it (default: the first)."
)
@click.option("--title", default="", help="The chapter's title (default: the name in words).")
def command(topic: str, part: str, title: str) -> None:
    """Write TOPIC: its science, claims, chapter, explorable, assignment with solutions, and tests."""
    course = current()
    for path in scaffold.make(course, topic, part, title):
        click.echo(f"{'changed' if path.name == '_toc.yml' else 'wrote'} {path.relative_to(course.root)}")
    click.echo(NEXT.format(topic=topic))
