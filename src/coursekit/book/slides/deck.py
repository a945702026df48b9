"""A finished chapter as a deck: few words on each slide, the chapter's own sentences in the speaker's notes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Comment, Tag

FULL = 10.0  # what fits a slide, in lines of text
LINE = 76  # characters
FORMULA = 2.4  # lines
ROW = 1.2  # lines that each further row of a formula adds
AT_ITS_END = re.compile(r"(?<!\bi\.e)(?<!\be\.g)(?<!\bcf)(?<!\bvs)(?<!\bal)[.!?]\s+\Z")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)  # an address with a scheme or of another host
LEFT_OUT = {"all claims of this chapter", "exercises", "reading"}
GONE = ".td-try, .td-anchor, .td-note, .headerlink, .cell_input, details.hide > summary, button, script"
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\bi\.e\.)(?<!\be\.g\.)(?<!\bcf\.)(?<!\bvs\.)(?<!\bal\.)\s+(?=\S)")
KEYS = '<p class="td-keys">Arrow keys or swipes: on. Esc: all slides. S: the speaker\'s notes. F: full screen.</p>'
# What the theme loads beside the scripts of explorables.
THEME = (
    "documentation_options",
    "doctools",
    "sphinx_highlight",
    "clipboard",
    "copybutton",
    "design-tabs",
    "togglebutton",
)
THEMES_STYLES = ("pygments", "basic", "copybutton", "mystnb", "togglebutton", "sphinx-", "icons", "design-")
SIGNS = {"td-holds-if": "✓ if", "td-holds": "✓", "td-fails": "✗", "td-missed": "!"}


@dataclass
class Slide:
    """One slide: its heading, what stands on it as HTML, what the speaker sees, and how full it is."""

    heading: str
    parts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: float = 0.0

    def add(self, part: str, lines: float) -> None:
        """Put one more thing on the slide."""
        self.parts.append(part)
        self.lines += lines


@dataclass(frozen=True)
class Deck:
    """The slides of a chapter as HTML, and what else their page needs."""

    title: str
    slides: str
    scripts: list[str]
    styles: list[str]
    icon: str


def deck(text: str, name: str) -> Deck:
    """The slides of the finished page ``text`` in the file ``name``, for a file in a folder beside it."""
    soup = BeautifulSoup(text, "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None or article.h1 is None:
        raise ValueError(f"{name} is no finished page: it has no article with a heading")
    _relink(article, name)
    for span in article.select(".td-tested"):
        sign = next((SIGNS[name] for name in SIGNS if name in _classes(span)), "")
        mark = BeautifulSoup(f' <span class="td-sign">{sign}</span>', "html.parser")
        span.append(mark)
    for node in article.select(GONE):
        node.decompose()
    for node in article.select("[id]"):  # the same place may stand on two slides, but for a question and what moves
        if node.find_parent(class_=["td-quiz", "td-explorable-frame"]) is None:
            del node["id"]
    title = article.h1.decode_contents()
    slides = [[_title(article, title, name)]]
    slides += [found for section in article.select("section > section") if (found := list(_section(section)))]
    plain = html.escape(article.h1.get_text().strip())
    return Deck(plain, "\n".join(_stack(column) for column in slides), _scripts(text), _styles(soup), _icon(soup))


def _scripts(text: str) -> list[str]:
    """The explorable's scripts that a page loads, in order, as addresses from a folder beside it."""
    found = re.findall(r'<script[^>]*\bsrc="(_static/[^"/]+)"', text)
    return [f"../{address}" for address in found if not address.removeprefix("_static/").startswith(THEME)]


def _styles(soup: BeautifulSoup) -> list[str]:
    """The book's own stylesheets, without the theme's."""
    found = (str(link["href"]) for link in soup.select("link[rel=stylesheet][href]"))
    own = [address for address in found if re.match(r"_static/[^/]+\.css", address)]
    return [f"../{address}" for address in own if not address.removeprefix("_static/").startswith(THEMES_STYLES)]


def _icon(soup: BeautifulSoup) -> str:
    link = soup.select_one("link[rel=icon][href]")
    return f"../{link['href']}" if link is not None else ""


def _relink(article: Tag, name: str) -> None:
    """Have links and pictures hold in a folder beside the page."""
    for attribute in ("href", "src", "srcset"):
        for node in article.select(f"[{attribute}]"):
            address = str(node[attribute])
            if not ELSEWHERE.match(address):
                node[attribute] = f"../{name}{address}" if address.startswith("#") else f"../{address}"


def _title(article: Tag, title: str, name: str) -> Slide:
    slide = Slide("")
    aims = [str(summary.decode_contents()) for summary in article.select(".td-head li summary, .td-head li > p")]
    listed = "".join(f"<li>{aim}</li>" for aim in dict.fromkeys(a for a in aims if not a.startswith("Taught in")))
    slide.add(
        f'<h1><a href="../{name}">{title}</a></h1><p>After this you can</p><ul class="td-aims">{listed}</ul>{KEYS}',
        FULL,
    )
    for paragraph in article.h1.find_next_siblings("p") if article.h1 else []:
        slide.notes.append(paragraph.get_text(" ", strip=True))
    return slide


def _section(section: Tag) -> Iterator[Slide]:
    """The slides of a section; none when it has nothing to show."""
    head = section.find(["h2", "h3", "h4"], recursive=False)
    heading = head.decode_contents().strip() if head is not None else ""
    if re.sub(r"<[^>]+>", "", heading).lower() in LEFT_OUT:
        return
    slide = Slide(heading)
    nodes = [node for node in section.find_all(True, recursive=False) if node is not head and node.name != "section"]
    for node, following in zip(nodes, [*nodes[1:], None]):
        if node.name == "p" and node.get_text(strip=True):
            slide.notes.append(node.get_text(" ", strip=True))
        kept = (
            _formula(following) if node.name == "p" and following and _is_formula(following) else 0.0
        )  # what it leads to
        for part, lines in _parts(node, following):
            if slide.parts and slide.lines + lines + kept > FULL:
                yield slide
                slide = Slide(heading)
            slide.add(part, lines)
    if slide.parts:
        yield slide


def _parts(node: Tag, following: Tag | None) -> Iterator[tuple[str, float]]:
    """What of a part of the text goes on slides, each with its lines; ``following`` comes next in the text."""
    classes = _classes(node)
    if node.name == "p":
        yield from _points(node, _is_formula(following))
    elif node.name in ("ul", "ol"):
        for item in node.find_all("li", recursive=False):
            said = sentences(item.p if item.p is not None else item)
            yield from (_point(one) for n, one in enumerate(said) if n == 0 or 'class="td-tested' in one)
    elif "math" in classes:
        yield f'<div class="td-formula">{node}</div>', _formula(node)
    elif "td-predict" in classes:
        yield _prediction(node), FULL
    elif "td-quiz" in classes:
        yield str(node), FULL
    elif "td-claim" in classes:
        yield str(node), 1.0 + 0.8 * _lines(node.get_text())
    elif "td-explorable-frame" in classes:
        yield f'<div class="td-live" data-prevent-swipe>{node}</div>', FULL
    else:
        for figure in [node] if node.name == "figure" else node.select("figure"):
            drawn = _figure(figure)
            if drawn:
                yield drawn, FULL


def _is_formula(node: Tag | None) -> bool:
    return node is not None and "math" in _classes(node)


def _formula(node: Tag) -> float:
    """The lines of a formula: those with cases, or aligned on several lines, take more."""
    return FORMULA + ROW * max(0, len(node.find_all("mtr")) - 1)


def _classes(node: Tag) -> list[str]:
    return list(node.get_attribute_list("class"))


def _points(paragraph: Tag, before_formula: bool) -> Iterator[tuple[str, float]]:
    """The sentences that assert something tested; else the one that leads to a formula; else what bold words open."""
    said = sentences(paragraph)
    if not said:
        return
    opening = re.match(r"<strong>.*?</strong>\s*", said[0]) if said else None
    label = opening[0] if opening else ""
    chosen = [sentence for sentence in said if 'class="td-tested' in sentence]
    if before_formula and said[-1] not in chosen:
        chosen.append(said[-1])
    if label and not chosen:
        chosen = [" ".join(said[:2])]
    for number, sentence in enumerate(chosen):
        own = label if number == 0 and not sentence.startswith("<strong") else ""
        leads = before_formula and sentence == said[-1] and not own and not sentence.startswith("<strong")
        yield _point(own + sentence, "td-lead" if leads and 'class="td-tested' not in sentence else "td-point")


def _point(sentence: str, kind: str = "td-point") -> tuple[str, float]:
    return f'<p class="{kind}">{sentence}</p>', 0.5 + _lines(sentence)


def _lines(text: str) -> float:
    """About how many lines a text takes; a formula counts as what it shows."""
    words = re.sub(r"\s+", " ", re.sub(r"<annotation\b.*?</annotation>|<[^>]+>", "", text, flags=re.S))
    return max(1, -(-len(words) // LINE))


def sentences(paragraph: Tag) -> list[str]:
    """The sentences of a paragraph as HTML; what stands between tags is never cut."""
    made = [""]
    for child in paragraph.children:
        if isinstance(child, Tag):
            made[-1] += str(child)
            continue
        if isinstance(child, Comment):
            continue
        first, *rest = SENTENCE_END.split(html.escape(str(child), quote=False))
        made[-1] += first
        made += rest
        if AT_ITS_END.search(made[-1]):
            made.append("")
    return [text.strip() for text in made if re.sub(r"<(?!img|math|svg)[^>]*>|\s", "", text)]


def _prediction(node: Tag) -> str:
    asked = copy(node)
    answer = asked.details
    folded = ""
    if answer is not None:
        answer.extract()
        if answer.summary is not None:
            answer.summary.decompose()
        folded = f'<div class="fragment td-said">{answer.decode_contents()}</div>'
    return f'<div class="td-predict">{asked.decode_contents()}{folded}</div>'


def _figure(figure: Tag) -> str:
    """A drawing of each kind beside each other as one picture that follows the reader's theme, with its caption."""
    caption = figure.figcaption.decode_contents() if figure.figcaption is not None else ""
    shown = []
    lights = figure.select("img.dynfig-light") or figure.select("img")
    darks = figure.select("img.dynfig-dark")
    for number, light in enumerate(lights):
        dark = (
            f'<source media="(prefers-color-scheme: dark)" srcset="{darks[number]["src"]}">'
            if number < len(darks)
            else ""
        )
        size = "".join(f' {name}="{light[name]}"' for name in ("width", "height") if light.get(name))
        alt = html.escape(str(light.get("alt", "")))
        shown.append(f'<picture>{dark}<img src="{light["src"]}" alt="{alt}"{size} loading="lazy"></picture>')
    if not shown:
        return ""
    return f'<figure class="td-shown">{"".join(shown)}<figcaption>{caption}</figcaption></figure>'


def _stack(slides: list[Slide]) -> str:
    made = "\n".join(_slide(slide, number) for number, slide in enumerate(slides))
    return f"<section>\n{made}\n</section>" if len(slides) > 1 else made


def _slide(slide: Slide, number: int) -> str:
    heading = f"<h2>{slide.heading}</h2>" if slide.heading else ""
    notes = (
        f'<aside class="notes">{"".join(f"<p>{html.escape(n)}</p>" for n in slide.notes)}</aside>'
        if slide.notes
        else ""
    )
    return f"<section>{heading}{''.join(slide.parts)}{notes}</section>"
