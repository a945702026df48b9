"""The cleaner and the renderers agree on what a line, a heading and a code block are, and cleaning takes time in proportion."""

import random
import re
import time

import pytest
from nbconvert.filters.markdown import markdown2html

from coursekit.classroom.collect.lone_zip import named
from coursekit.classroom.collect.whose import Reader
from coursekit.classroom.show.clean import inert_markdown
from coursekit.classroom.show.feedback import cleaned
from coursekit.engine.matching.unanswered import _words
from coursekit.engine.messages import scrubbed

ENDS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
BEGINNINGS = (
    "# explain{0}",
    "x{0}# explain{0}",
    "explain{0}==={0}",
    "x{0}{0}explain{0}---",
    "```explain```{0}===",
    "> x{0}> # explain",
)
PIECES = (
    *["explain"] * 6, *ENDS, *["\n"] * 8, " ", "    ", "\t", "# ", "#", "## ", "===", "---", "=", "-", "- ", "* ", "> ", "1. ", ": ",
    "- [ ] ", "```", "~~~", "`", "~", "mermaid", "``` mermaid", "~~~ mermaid", "~~~~mermaid `x`", "\\", "|", "[^explain]",
    "[^explain]: ", "[a]: b", "**", "<!--", "-->", "<h1 id=explain>", "$", "$$", "&#35; ", "&#13;", "&#109;ermaid", "javascript:",
    "[#](#explain)", "\u200b", "\xa0",
)  # fmt: skip


def faults(text):
    """The anchors of a question and the diagrams that nbconvert's renderer makes of a cleaned text, and every anchor of ours."""
    page, own = markdown2html(inert_markdown(text)), cleaned(text)
    return [
        *re.findall(r'<[^<>]*\bid="explain"', page),
        *re.findall('class="mermaid"', page),
        *re.findall(r"<[^<>]*\bid=", own),
    ]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("form", BEGINNINGS)
def test_no_end_of_a_line_brings_a_heading_past_the_cleaner(form, end):
    assert faults(form.format(end)) == []


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("fence", ["```mermaid", "~~~mermaid", "~~~ mermaid `x`", "> ~~~~Mermaid", "- ```mermaid"])
def test_no_code_block_is_a_diagram(fence, end):
    page = markdown2html(inert_markdown(f"x{end}{fence}{end}A<img src=x>{end}{fence[:3]}{end}"))
    assert 'class="mermaid"' not in page and "<img" not in page


@pytest.mark.parametrize("seed", range(8))
def test_no_mixture_has_the_anchor_of_a_question(seed):
    chosen = random.Random(seed)
    for _ in range(250):
        text = "".join(chosen.choice(PIECES) for _ in range(chosen.randint(2, 14)))
        assert faults(text) == [], repr(text)


def test_a_code_block_before_a_rule_still_ends():
    page = markdown2html(inert_markdown("```python\nx = 1\n```\n---\nafter"))
    assert "<hr" in page and "<p>after</p>" in page


LINES = {
    "tildes": ("~", "`"), "ticks": ("`", "x"), "language": (" ", "!", "~~~"), "signs": ("- ", "x"), "numbers": ("1. ", "#!"),
    "hashes": ("#", "`"), "brackets": ("] ", "("), "targets": ("](#", ")"), "pictures": ("![](attachment:", ")"),
    "backslashes": ("\\", "url"), "schemes": ("data ", ":"), "ends": ("\r", "#"), "rules": ("=-", "x"), "comments": ("<!--", "x"),
    "escapes": ("\x1b[0;", "x"), "folders": ("/a", "!"), "numbers in names": ("1_", "x"), "moodle": ("_1_assignsubmission_", "!"),
}  # fmt: skip
READERS = {
    "the cleaner": inert_markdown,
    "blank or not": _words,
    "messages": scrubbed,
    "names of files": lambda text: named((text, "adam.ipynb"), "", Reader("adam")),
}


def cost(reader, text):
    """Seconds of this process's own processor time, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        reader(text)
        found.append(time.process_time() - start)
    return min(found)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("reader", READERS)
def test_a_text_eight_times_as_long_takes_about_eight_times_as_long(line, reader):
    """What grows with the square takes 64 times as long; below a millisecond a clock tells nothing."""
    unit, end, *beginning = LINES[line]
    short, long = ("".join(beginning) + unit * (length // len(unit)) + end for length in (8_000, 64_000))
    assert cost(READERS[reader], long) < 25 * max(cost(READERS[reader], short), 0.001)
