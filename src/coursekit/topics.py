"""The topics of a course and what is whose: a topic is a package, its claims a package inside, read from its folders."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

CLAIMS = "claims"


def topics(src: Path, package: str) -> list[str]:
    """The topics of which ``package`` below ``src`` holds a package with claims, sorted; none without a package."""
    if not package:
        return []
    return sorted(
        folder.parent.name for folder in src.joinpath(*package.split(".")).glob(f"[a-z]*/{CLAIMS}") if folder.is_dir()
    )


def claim_modules(src: Path, package: str, only: tuple[str, ...] = ()) -> list[str]:
    """The modules that hold claims, of the topics ``only`` (all, when empty), in the order of topics and then of files."""
    return [
        f"{package}.{topic}.{CLAIMS}.{file.stem}"
        for topic in topics(src, package)
        if not only or topic in only
        for file in sorted(src.joinpath(*package.split("."), topic, CLAIMS).glob("[a-z]*.py"))
    ]


def owner_of(name: str, topics: Collection[str]) -> str:
    """The topic that a page or file ``<topic>`` or ``<topic>_<part>`` belongs to; empty when it is none's.

    It is the longest that fits: ``adam_w_noise`` is of ``adam_w``, where there is such a topic, and not of ``adam``.
    """
    parts = name.split("_")
    names = ("_".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((topic for topic in names if topic in topics), "")


def topic_of(module: str) -> str:
    """The topic of a module of claims, ``package.topic.claims.file``."""
    return module.split(".")[-3]
