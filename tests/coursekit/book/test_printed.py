"""What cells print: words may be broken into lines, columns may not."""

import pytest

from coursekit.book.printed import in_words

BLOCK = '<div class="output stream{} highlight-myst-ansi notranslate"><div class="highlight"><pre><span></span>{}</pre></div></div>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate_too_high\ndivide the rate by ten, or warm it up\n", True),
        ("a &lt;b&gt; of 2.0\n", True),
        ("  indented, and no column\n", True),
        ("name      loss\nadam      0.1\n", False),
        ('a <span class="k">name</span>  and a number\n', False),
        ("name\tloss\n", False),
    ],
)
def test_words_are_told_from_columns(text, words):
    page = f"<p>One  two.</p>{BLOCK.format('', text)}<p>Three.</p>"
    assert in_words(page) == page.replace("output stream", "output stream td-words" if words else "output stream")
