"""A formula in a line of text, as one would read it aloud or type it to look for it."""

from __future__ import annotations

import re
import unicodedata

GREEK = {
    name.split()[-1].lower() if "SMALL" in name else name.split()[-1].capitalize(): letter
    for letter in map(chr, range(0x391, 0x3CA))
    if (name := unicodedata.name(letter, "")) and "FINAL" not in name
}
SIGNS = GREEK | {
    "lambda": "λ", "Lambda": "Λ", "epsilon": "ε", "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ",
    "infty": "∞", "nabla": "∇", "partial": "∂", "ell": "ℓ", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "ll": "≪", "gg": "≫", "approx": "≈", "sim": "~",
    "propto": "∝", "equiv": "≡", "in": "∈", "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "mapsto": "↦",
    "cdot": "·", "times": "×", "pm": "±", "odot": "⊙", "otimes": "⊗", "oplus": "⊕", "circ": "∘", "mid": "|",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|", "langle": "⟨", "rangle": "⟩",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "top": "ᵀ", "dots": "…", "ldots": "…", "cdots": "…",
    "prime": "′", "quad": " ", "qquad": " ", ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "\\": ", ",
    "{": "{", "}": "}", "%": "%", "#": "#", "_": "_",
}  # fmt: skip
BETWEEN = frozenset("≤≥≠≪≫≈~∝≡∈→←↦|")  # stand with a space on both sides
RAISED = str.maketrans("0123456789+-−=()nixk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣᵏ")
NOT_SHOWN = re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\{[^{}]*\})?|\\(?:label|tag)\{[^{}]*\}|&")
FONTS = r"operatorname\*?|math(?:rm|bf|bb|cal|sf|it)|text(?:bf)?|boldsymbol|bm|[bB]ig[lr]?|left|right"
ACCENTS = r"hat|bar|tilde|dot|ddot|vec|overline|widehat|widetilde|underline"
PART = r"(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\s*([^\s\\{}]|\\[A-Za-z]+))"  # a group, with groups in it, or one sign


def letters(tex: str) -> str:
    r"""``\tfrac12\theta^\top H\theta`` is ``1/2 θᵀ H θ``, and ``\eta_t \le 2/\lambda_1`` is ``η_t ≤ 2/λ_1``."""
    plain = NOT_SHOWN.sub(" ", tex)
    plain = re.sub(rf"\\(?:{FONTS})(?![A-Za-z])\s*\.?", "", plain)
    plain = re.sub(rf"\\(?:{ACCENTS})(?![A-Za-z])", "", plain)
    plain = re.sub(rf"\\sqrt{PART}", lambda m: rf"\sqrt{{}}{_held(m[1] or m[2])}", plain)
    for _ in range(3):  # fractions may hold fractions
        plain = re.sub(rf"\\[td]?frac{PART}{PART}", lambda m: f" {_held(m[1] or m[2])}/{_held(m[3] or m[4])} ", plain)
    plain = re.sub(rf"\^{PART}", lambda m: _raised(_signs(m[1] or m[2])), plain)
    plain = re.sub(rf"_{PART}", lambda m: f"_{_held(_signs(m[1] or m[2]))}", plain)
    return re.sub(r"[{}$]", "", _signs(plain)).replace("\x00", "{").replace("\x01", "}")


def _signs(tex: str) -> str:
    """With signs for commands; a name that has none, ``log``, stays and is set apart."""

    def sign(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        known = SIGNS.get(name)
        if known is None:
            return f" {name} " if found[1] else ""
        if known in BETWEEN:
            return f" {known} "
        return {"{": "\x00", "}": "\x01"}.get(known, known)

    return re.sub(r"\\(?:([A-Za-z]+)(?:\s(?=[A-Za-z\\]))?|(.))", sign, tex)


def _held(part: str) -> str:
    """In brackets, where it is more than a number, a letter or a command."""
    part = part.strip()
    return part if re.fullmatch(r"\d+|\\[A-Za-z]+(_\w)?|[^\W\d_](_\w)?|[^\W\d_]{2,4}|\W", part) else f"({part})"


def _raised(part: str) -> str:
    part = part.strip()
    high = part.translate(RAISED)
    if part == "ᵀ" or not part or (high != part and not set(high) & set(part)):
        return high
    return f"^{_held(part)}"
