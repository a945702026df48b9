"""Which topics the course has, read from its folders: a topic is a package of the science, its claims a package inside."""

from __future__ import annotations

from pathlib import Path

from coursekit.paths import ROOT

PACKAGE = "training_dynamics"
CLAIMS = "claims"


def topics(src: Path = ROOT / "src", package: str = PACKAGE) -> list[str]:
    """The topics of which there is a package with claims, sorted."""
    return sorted(folder.parent.name for folder in (src / package).glob(f"[a-z]*/{CLAIMS}") if folder.is_dir())


def claim_modules(src: Path = ROOT / "src", only: tuple[str, ...] = (), package: str = PACKAGE) -> list[str]:
    """The modules that hold claims, of the topics ``only`` (all, when empty), in the order of topics and then of files."""
    return [
        f"{package}.{topic}.{CLAIMS}.{file.stem}"
        for topic in topics(src, package)
        if not only or topic in only
        for file in sorted((src / package / topic / CLAIMS).glob("[a-z]*.py"))
    ]


def topic_of(module: str) -> str:
    """The topic of a module of claims, ``package.topic.claims.file``."""
    return module.split(".")[-3]
