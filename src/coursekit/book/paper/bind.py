"""The finished pages as one document: typeset as PDF by typst, or as an EPUB by pandoc; the site itself as a zip."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursekit.book import toc
from coursekit.book.mathematics.keep import KEPT
from coursekit.book.paper import clean
from coursekit.book.project import Project
from coursekit.paths import write_atomically

TEMPLATE = Path(__file__).with_name("book.typ")

NOT_ON_PAPER = ("claims", "assignments/", "claims/", "guides/", "index", "concepts")
OWN_LABEL = re.compile(r"(?m)^<(?!p-)[a-z0-9-]+>$")  # pandoc's own for headings, which two pages may share
SCALED = re.compile(
    r"(#scale\([^)]*\))\[([a-z]+(?:\.[a-z]+)*)\]"
)  # a symbol's name, which stands for it in formulas only
RENAMED = re.compile(r"\b(dot|times|plus|minus)\.circle\b")  # symbols that typst calls otherwise now
NUMBERED = re.compile(r'(?m)^\$ (.*) #h\(2em\) upright\("(\(\d+(?:\.\d+)?\))"\) \$')


@dataclass(frozen=True)
class Cover:
    """What stands on the first page."""

    title: str
    author: str
    copyright: str


def chapters(pages: list[str]) -> list[str]:
    """The pages that make the book on paper: chapters, notation and references."""
    return [
        page for page in pages if not any(page == n or (n.endswith("/") and page.startswith(n)) for n in NOT_ON_PAPER)
    ]


def document(site: Path, pages: list[str], formulas: dict[str, str]) -> str:
    """All pages as one of HTML, with formulas in TeX."""
    included = set(pages)
    bodies = [clean.cleaned(site / f"{page}.html", site, included, formulas) for page in pages]
    places = {node["id"] for body in bodies for node in body.find_all(id=True)}
    for body in bodies:
        for link in body.find_all("a", href=re.compile("^#")):
            if link["href"][1:] not in places:  # what paper leaves out
                link.unwrap()
    articles = [body.decode_contents() for body in bodies]
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body>{"".join(articles)}</body></html>'


def pdf(html: str, cover: Cover, target: Path) -> None:
    """Typeset ``html``.  Raises ``RuntimeError`` with what typst says."""
    import pypandoc
    import typst

    made = pypandoc.convert_text(html, "typst", format="html+tex_math_single_backslash", extra_args=["--wrap=none"])
    head = TEMPLATE.read_text(encoding="utf-8")
    for name, value in (("TITLE", cover.title), ("AUTHOR", cover.author), ("COPYRIGHT", cover.copyright)):
        head = head.replace(f"[{name}]", f"[#{json.dumps(value, ensure_ascii=False)}]")
    source = target.with_suffix(".typ")
    made = NUMBERED.sub(r"#math.equation(block: true, numbering: _ => [\2], $ \1 $)", OWN_LABEL.sub("", made))
    made = made.replace("#block[\n$ ", "#block(width: 100%)[\n$ ")  # a formula stands in the middle of the line
    made = SCALED.sub(r"\1[$\2$]", made)
    write_atomically(source, head + RENAMED.sub(r"\1.o", made))
    try:
        target.write_bytes(typst.compile(str(source), root="/"))
    except typst.TypstError as error:
        raise RuntimeError(f"{source}: {error}") from error
    source.unlink()


def epub(html: str, cover: Cover, target: Path) -> None:
    """Bind ``html`` as EPUB 3 with formulas as MathML."""
    import pypandoc

    extra = [
        "--mathml",
        "--toc",
        "--toc-depth=2",
        f"--metadata=title:{cover.title}",
        f"--metadata=author:{cover.author}",
        "--metadata=lang:en",
    ]
    pypandoc.convert_text(
        html, "epub3", format="html+tex_math_single_backslash", outputfile=str(target), extra_args=extra
    )


def packed(site: Path, target: Path) -> None:
    """The site as a zip; the same pages give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in site.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo((Path(target.stem) / file.relative_to(site)).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def bind(project: Project, kinds: list[str]) -> list[Path]:
    """Make what is asked for, ``pdf``, ``epub`` or ``zip``, of the finished pages, beside them; the files.

    Raises ``ValueError`` where a library is missing, ``RuntimeError`` with what the typesetter says.
    """
    made = []
    config = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    cover = Cover(*(str(config.get(name, "")) for name in ("title", "author", "copyright")))
    stem = re.sub(r"[^a-z0-9]+", "-", cover.title.lower()).strip("-") or "book"
    html = ""
    for kind in kinds:
        target = project.html.parent / f"{stem}.{kind}"
        if kind == "zip":
            packed(project.html, target)
        else:
            pages = chapters(toc.pages(toc.expanded(project.book, project.only)))
            html = html or document(project.html, pages, kept(project.doctrees))
            try:
                {"pdf": pdf, "epub": epub}[kind](html, cover, target)
            except ImportError as error:
                raise ValueError(f"--{kind} needs {error.name}: pip install -c constraints.txt -e .[paper]") from error
        made.append(target)
    return made


def kept(folder: Path) -> dict[str, str]:
    """The TeX of every formula that a build has typeset, by its MathML."""
    file = folder / KEPT
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
