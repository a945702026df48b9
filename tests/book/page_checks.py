"""What is wrong with a page of the book: it is loaded once, then made wide and narrow, light and dark."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from chromium import DRAWN

WIDE, NARROW = 1400, 390
# The only rules of axe-core that judge colours; all others ask what stands where, which the scheme does not change.
COLOURS = ["color-contrast", "link-in-text-block"]
ASKED = {"preload": False, "resultTypes": ["violations"]}  # to tell of what passes would take longer than to look
INSIDE = ("file:", "data:", "blob:")
AT_REST = "*, ::before, ::after { transition: none !important; animation: none !important }"
# Whether the page has found what scrolls in it, and lets the keyboard reach it.
LOOKED_THROUGH = "() => !document.querySelector('script[src*=\"/course.js\"]') || 'tdMarked' in document.body.dataset"
LETTERED = "() => document.fonts.status === 'loaded'"
TURNED = "([width, scheme]) => innerWidth === width && matchMedia(`(prefers-color-scheme: ${scheme})`).matches"
UNFOLD = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
# Whether all explorables are built; brings the next one near, since they are built only then.
BUILT = """() => {
    const next = document.querySelector(".td-waiting");
    next?.scrollIntoView();
    return !next;
}"""
# In words, what is wrong with the page as it stands, for a reader who prefers `scheme`.
WRONG = """(scheme) => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const other = scheme === "dark" ? "light" : "dark";
    const elements = all("[class*='td-explorable-frame'] > *").filter((node) => node.localName.startsWith("td-"));
    const wrong = [];
    if (document.documentElement.dataset.theme !== scheme) wrong.push(`does not follow the reader's ${scheme} setting`);
    if (document.documentElement.scrollWidth > innerWidth) wrong.push("scrolls sideways");
    if (all("img:not([alt]), img[alt='']").length) wrong.push("has images without alt text");
    for (const math of all("article div.math > math")) {
        const range = document.createRange();
        range.selectNodeContents(math);
        const cut = range.getBoundingClientRect().width > math.parentElement.clientWidth + 1;
        const moves = [math, math.parentElement].some((node) => node.scrollWidth > node.clientWidth);
        if (cut && !moves) wrong.push(`cuts the formula ${math.textContent.slice(0, 40)}`);
    }
    const clips = (node) => getComputedStyle(node).display.startsWith("inline") && getComputedStyle(node).overflowY !== "visible";
    if (all("article span.math").some(clips)) wrong.push("cuts what a formula draws beyond its box");
    const fonts = [...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family);
    if (all("math *").length && !fonts.some((name) => name.includes("STIX Two Math"))) wrong.push("shows formulas without their font");
    const headings = ["h1", "h2", "h3", "h4"].flatMap((level) => all(`article ${level}`).slice(0, 1));
    const sizes = headings.map((node) => parseFloat(getComputedStyle(node).fontSize));
    if (sizes.some((size, i) => i && size > sizes[i - 1])) wrong.push("has a heading larger than one of the level above it");
    for (const node of elements) if (!node.querySelector("svg, canvas")) wrong.push(`<${node.localName}> draws nothing`);
    for (const figure of all("figure.dynfig")) {
        const shown = [...figure.querySelectorAll("img")].filter((image) => getComputedStyle(image).display !== "none");
        if (!shown.length) wrong.push("hides a figure");
        if (shown.some((image) => image.matches(`.dynfig-${other}`))) wrong.push(`shows a figure for a ${other} page`);
    }
    return wrong;
}"""
# Leaves one token of each kind in a block of code: the others have its colours and the same ground.  No line moves.
THIN_CODE = """() => {
    for (const block of document.querySelectorAll("pre")) {
        const kinds = new Set();
        for (const token of block.querySelectorAll("span:not(:has(*))")) {
            const kind = `${token.className} in ${token.parentElement.className}`;
            if (kinds.has(kind)) token.replaceWith(token.textContent.replace(/\\S/g, " "));
            kinds.add(kind);
        }
    }
}"""
# Empties formulas, whose parts are the same at every width and in every scheme, and leaves each the room that it took.
THIN_FORMULAS = """() => {
    const boxes = [...document.querySelectorAll("math")].map((math) => {
        const range = document.createRange();
        range.selectNodeContents(math);
        return [math, range.getBoundingClientRect()];
    });
    for (const [math, { width, height }] of boxes) {
        math.replaceChildren();
        math.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px`;
    }
}"""
# Marks one of all texts that look alike: same colours, also of everything behind, same size, weight and decoration.
ONE_OF_A_LOOK = """() => {
    const known = new Map();
    const behind = (node) => {
        if (!node) return "";
        if (!known.has(node)) {
            const style = getComputedStyle(node);
            known.set(node, [style.backgroundColor, style.backgroundImage, style.opacity, behind(node.parentElement)].join());
        }
        return known.get(node);
    };
    const seen = new Set();
    for (const node of document.querySelectorAll("body *")) {
        node.removeAttribute("data-look");
        const text = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
        if (!(text || node.matches("input, select, textarea")) || !node.checkVisibility()) continue;
        const style = getComputedStyle(node);
        const around = getComputedStyle(node.parentElement);
        const look = [node.localName, style.color, style.fontSize, style.fontWeight, style.textDecoration, style.textShadow,
                      around.color, around.fontWeight, behind(node)].join();
        if (!seen.has(look)) node.setAttribute("data-look", "");
        seen.add(look);
    }
}"""


def problems(browser: Any, address: str) -> list[str]:
    """Everything wrong with one page, at both widths and in both colour schemes.

    All rules judge all of the page once at each width and once in each scheme; where the other scheme and a width meet,
    those on colours judge one of all texts that look alike.
    """
    page, heard = opened(browser, address, WIDE, "light")
    wrong = as_it_stands(page, "light")
    page.evaluate(THIN_CODE)
    wrong += violations(page)
    page.evaluate(THIN_FORMULAS)
    for width, scheme, whole in ((WIDE, "dark", False), (NARROW, "dark", True), (NARROW, "light", False)):
        turn(page, width, scheme)
        found = [*as_it_stands(page, scheme), *violations(page, whole)]
        wrong += [f"{problem} ({width} px, {scheme})" for problem in found]
    wrong += unmoved(page)
    page.context.close()
    return heard + wrong


def opened(browser: Any, address: str, width: int, scheme: str) -> tuple[Any, list[str]]:
    """A page whose scripts and fonts are done, and a list that grows by each of its errors and requests."""
    size = {"width": width, "height": 1000}
    page = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()
    heard: list[str] = []
    page.on("console", lambda m: heard.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"script error: {error}"))
    page.on("request", lambda r: None if r.url.startswith(INSIDE) else heard.append(f"asks {r.url}"))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    page.add_style_tag(content=AT_REST)  # colours are judged at rest
    page.wait_for_function(BUILT)
    page.evaluate("scrollTo(0, 0)")
    settle(page)
    return page, heard


def turn(page: Any, width: int, scheme: str, height: int = 1000) -> None:
    """Give the page another size and its reader another taste."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(TURNED, arg=[width, scheme])
    settle(page)


def settle(page: Any) -> None:
    """Wait until what a change sets off has run, and until the fonts are there that were asked for only then."""
    page.evaluate(DRAWN)
    page.wait_for_function(LOOKED_THROUGH)
    page.evaluate(DRAWN)
    page.wait_for_function(LETTERED)


def as_it_stands(page: Any, scheme: str) -> list[str]:
    """What is wrong at a glance; then everything is unfolded."""
    wrong = page.evaluate(WRONG, scheme)
    page.evaluate(UNFOLD)
    return wrong


def violations(page: Any, whole: bool = True) -> list[str]:
    """What axe-core says: of the whole page, or of the colours of one of all texts that look alike."""
    context, asked = None, ASKED
    if not whole:
        page.evaluate(ONE_OF_A_LOOK)
        context, asked = {"include": [["[data-look]"]]}, {**ASKED, "runOnly": COLOURS}
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in Axe().run(page, context, asked).response["violations"]
        for node in violation["nodes"]
    ]


def unmoved(page: Any) -> list[str]:
    """The controls of explorables that an arrow key does not move."""
    stuck = []
    for control in page.locator(".td-explorable input[type=range], .td-explorable fieldset").all():
        inputs = control.locator("input") if control.evaluate("node => node.localName") == "fieldset" else control
        value = "nodes => nodes.map((node) => (node.type === 'radio' ? node.checked : node.value)).join()"
        before = inputs.evaluate_all(value)
        place = inputs.evaluate_all("nodes => Math.max(0, nodes.findIndex((node) => node.checked))")
        at_end = inputs.first.evaluate("node => node.type === 'range' && node.value === node.max")
        inputs.nth(place).press("ArrowLeft" if at_end else "ArrowRight")
        page.evaluate(DRAWN)
        if inputs.evaluate_all(value) == before:
            stuck.append(f"{control.evaluate('node => node.outerHTML.slice(0, 120)')} does not move with the keyboard")
    return stuck
