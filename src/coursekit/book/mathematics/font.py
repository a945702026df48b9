"""The font of the formulas, cut to the glyphs that the pages of a book use."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from coursekit.paths import write_atomically

FULL = Path(__file__).with_name("STIXTwoMath.woff")
FORMULA = re.compile(r"<math\b.*?</math>", re.S)
TAG = re.compile(r"<[^>]*>")
ROOT = re.compile(r"<m(?:sqrt|root)\b")  # a browser draws its sign, which stands in no text
# by letter; Unicode has the slanted h as Planck's constant
SLANTED = {"h": "\u210e"} | {
    chr(int(unicodedata.decomposition(c).split()[1], 16)): c
    for c in map(chr, range(0x1D434, 0x1D7CC))
    if unicodedata.name(c, "").startswith("MATHEMATICAL ITALIC ")
}
FEATURES = ["ssty", "dtls", "ss01", "ss04"]  # small forms of indices, dotless i and j, script capitals, primes


def characters(pages: Iterable[str]) -> set[str]:
    """The characters of all formulas on these pages of HTML, and the slanted ones that a browser shows for single letters."""
    formulas = [formula for page in pages for formula in FORMULA.findall(page)]
    plain = {c for formula in formulas for c in unescape(TAG.sub("", formula))}
    roots = {"√"} if any(map(ROOT.search, formulas)) else set()
    return plain | {SLANTED[c] for c in plain if c in SLANTED} | roots


def cut(wanted: set[str]) -> bytes:
    """The font with these characters alone, all sizes of their brackets and roots included."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(FULL)
    subsetter = Subsetter(Options(layout_features=FEATURES, hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=[ord(character) for character in wanted if not character.isspace()])
    subsetter.subset(font)
    font.flavor = "woff"
    made = io.BytesIO()
    font.save(made, reorderTables=False)
    return made.getvalue()


def write(html: Path, into: Path, noted: Path) -> None:
    """Write the font for all pages below ``html``; not where it is there already, as ``noted`` says, cut from the same."""
    wanted = characters(page.read_text(encoding="utf-8") for page in html.rglob("*.html"))
    of = hashlib.sha256(FULL.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    text = f"{of} {''.join(sorted(wanted))}"
    if into.is_file() and noted.is_file() and noted.read_text(encoding="utf-8") == text:
        return
    write_atomically(into, cut(wanted))
    write_atomically(noted, text)
