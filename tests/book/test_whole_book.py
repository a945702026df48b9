"""What the book asks of all topics together; `course topic` runs these, too, since a new topic can break them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from coursekit.assignments.parse import load, topics
from coursekit.book import front, map as course_map, toc
from coursekit.book.aims import all_aims, unserved
from coursekit.book.objectives import all_objectives
from coursekit.book.quiz import parse
from coursekit.book.search import concepts
from coursekit.course import current

COURSE = current()
SAYS = 160  # characters of what a concept means, so that it fits a card
HALF_A_DAY = 240

pytestmark = pytest.mark.whole_book


def test_every_objective_has_a_text_and_its_own_id() -> None:
    empty = [f"{id} in {page}.md" for id, (page, text) in all_objectives(COURSE.book).items() if not text.strip()]
    assert not empty, f"objectives without a sentence: {empty}; say in the front matter what a reader can do afterwards"


def test_every_objective_is_taught_asked_for_and_tested() -> None:
    lines = unserved(all_aims(COURSE.book, COURSE.exercises), COURSE.book)
    assert not lines, "\n".join(lines)


def test_every_question_is_linked_from_a_page() -> None:
    text = "".join(page for _, page in front.chapters(COURSE.book))
    lost = [
        f"{topic}/{question.id}" for topic in topics() for question in load(topic).questions
        if f"{{exercise}}`{topic}/{question.id}`" not in text
    ]  # fmt: skip
    assert not lost, (
        f"no page links {lost}: add {{exercise}}`...` under the heading Exercises of the page that teaches it"
    )


def test_every_chapter_has_a_quiz_and_no_place_in_the_list_gives_the_right_option_away() -> None:
    known = {
        name: re.findall(r"^```\{quiz\}\n(.*?)^```$", text, re.M | re.S) for name, text in front.chapters(COURSE.book)
    }
    without = [name for name, found in known.items() if not found]
    assert not without, f"no {{quiz}} in {without}: ask what a reader of the page often gets wrong"
    right = [[option.right for option in parse(text)[1]].index(True) for found in known.values() for text in found]
    place, count = Counter(right).most_common(1)[0]
    assert count <= len(right) / 2, (
        f"{count} of {len(right)} quizzes have the right option at place {place + 1}: move some"
    )


def test_the_contents_list_each_page_once_and_the_index_first() -> None:
    names = toc.pages(toc.expanded(COURSE.book))
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert not twice, f"book/_toc.yml lists {twice} more than once: leave one of each"
    assert names[0] == "index", f"book/_toc.yml begins with {names[0]!r}: its root is index"


def test_tracks_are_in_order_and_one_is_half_a_day() -> None:
    known = {track["name"]: track["pages"] for track in course_map.tracks(COURSE.book)}
    minutes = {name: front.course_metadata(text)["minutes"] for name, text in front.chapters(COURSE.book)}
    total = sum(minutes[page] for page in known["Half a day"])
    assert total <= HALF_A_DAY, (
        f"the track 'Half a day' of book/tracks.yml takes {total} minutes, at most {HALF_A_DAY}: give it fewer pages"
    )
    strange = set(known["The whole course"]) - set(minutes)
    assert not strange, f"the track 'The whole course' of book/tracks.yml lists {strange}, which are no chapters"


def test_concepts_point_to_places_and_no_name_is_given_twice() -> None:
    known = concepts.load(COURSE.book)  # raises where a place does not exist
    assert len(known) > 50
    assert not (jumbled := concepts.out_of_order(COURSE.book)), "\n".join(jumbled)
    twice = concepts.given_twice(known)
    assert not twice, "\n".join(twice)
    lost = [c.name for c in known if c.covered and not c.see]
    assert not lost, f"book/concepts.yml: {lost} say nowhere to look: give `see`, or `covered: false`"
    wrong = [f"{c.name!r} ({len(c.says)} characters)" for c in known if not c.says.endswith(".") or len(c.says) > SAYS]
    assert not wrong, (
        f"book/concepts.yml: `says` is one sentence that ends with a full stop and has at most {SAYS} characters: {wrong}"
    )


NOT_LETTERS = re.compile(r"\\(?:operatorname|mathrm|text|mathcal|mathbb|begin|end)\*?\{[^{}]*\}")


def formulas(text: str) -> list[str]:
    text = re.sub(r"```\{code-cell\}.*?```", "", text, flags=re.S)
    return [display or line for display, line in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, re.S)]


def letters(tex: str) -> set[str]:
    return set(re.findall(r"\\[A-Za-z]+|[A-Za-z]", NOT_LETTERS.sub(" ", tex)))


def rows_of_single_chapters(text: str) -> list[tuple[str, str, str]]:
    """The second table of the notation: chapter, symbols, meaning."""
    table = text.split("## In single chapters")[1].split("\n## ")[0]
    rows, chapter = [], ""
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) == 3 and cells[0] != "chapter" and "---" not in line:
            chapter = cells[0].lstrip("| ") or chapter
            rows.append((chapter, cells[1], cells[2]))
    return rows


def test_the_notation_lists_what_its_chapters_use_and_no_symbol_twice_in_one() -> None:
    texts = dict(front.chapters(COURSE.book))
    titles: dict[str, str] = {}
    for name, text in texts.items():
        titles.setdefault(re.split("[:,]", front.title(text).lower().removeprefix("the "))[0], name)
    rows = rows_of_single_chapters((COURSE.book / "notation.md").read_text(encoding="utf-8"))
    assert len(rows) > 50
    strange = {chapter for chapter, _, _ in rows if chapter.lower().removeprefix("the ") not in titles}
    assert not strange, (
        f"book/notation.md: no chapter is called {strange}: give its title up to the first colon or comma"
    )
    wrong, listed = [], set()
    for chapter, symbols, meaning in rows:
        page = titles[chapter.lower().removeprefix("the ")]
        topic = next(name for name in sorted(texts, key=len) if f"{page}_".startswith(f"{name}_"))
        pages = [text for name, text in texts.items() if f"{name}_".startswith(f"{topic}_")]
        used = set().union(*(letters(tex) for text in pages for tex in formulas(text)))
        wrong += [f"{chapter}: {tex} is not used there" for tex in formulas(symbols) if letters(tex) - used]
        again = [
            tex for tex in formulas(symbols) if (chapter, tex) in listed and not meaning.startswith(("in ", "on "))
        ]
        wrong += [f"{chapter}: {tex} has a meaning already; say where it has another: 'in …: …'" for tex in again]
        listed |= {(chapter, tex) for tex in formulas(symbols)}
    assert not wrong, "book/notation.md:\n" + "\n".join(wrong)
