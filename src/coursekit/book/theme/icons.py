"""The icons that pages show, as one small style sheet; the theme would load two thousand as a script and as fonts."""

from __future__ import annotations

import re
from collections.abc import Iterable

CLASSES = re.compile(r'class="([^"]*\bfa[srb]?[ -][^"]*)"')
NAME = re.compile(r"\bfa-([a-z0-9-]+)")
DRAWN = re.compile(r'(?:"([a-z0-9-]+)"|([a-z0-9]+)):\[(\d+),(\d+),\[([^\]]*)\],"[^"]*","([^"]+)"\]')
GLYPHS = re.compile(r"(?:\.fa-[\w-]+:+before,?)+\{[^}]*\}")
FONTS = re.compile(r"@font-face\{font-display:block;font-family:Font Awesome[^}]*\}")
ALL = ".fa,.fas,.far,.fab,.fa-solid,.fa-regular,.fa-brands"
STYLE = (
    f":is({ALL}){{display:inline-block;width:1.1em;height:1em;vertical-align:-.125em;background:currentColor;"
    "-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat}\n"
    f":is({ALL})::before{{content:none}}\n"
)


def used(pages: Iterable[str]) -> set[str]:
    """The names in the classes of the pages' icons, those of sizes and ways to turn among them."""
    return {name for page in pages for classes in CLASSES.findall(page) for name in NAME.findall(classes)}


def drawings(script: str) -> dict[str, tuple[str, str, str]]:
    """Width, height and path of each icon of Font Awesome's script, under all of its names."""
    found: dict[str, tuple[str, str, str]] = {}
    for quoted, plain, width, height, aliases, path in DRAWN.findall(script):
        for name in [quoted or plain, *re.findall(r'"([a-z0-9-]+)"', aliases)]:
            found.setdefault(name, (width, height, path))
    return found


def style(names: Iterable[str], script: str) -> str:
    """A style sheet with the icons among ``names``, each a mask in the colour of the text."""
    known = drawings(script)
    rules = [_rule(name, *known[name]) for name in sorted(set(names)) if name in known]
    return STYLE + "\n".join(rules) + "\n"


def without_font(sheet: str) -> str:
    """The theme's style sheet without the rules and the fonts that show icons as letters."""
    return FONTS.sub("", GLYPHS.sub("", sheet))


def _rule(name: str, width: str, height: str, path: str) -> str:
    svg = f"%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'%3E%3Cpath d='{path}'/%3E%3C/svg%3E"
    return f'.fa-{name}{{--icon:url("data:image/svg+xml,{svg}")}}'
