"""Which topics of a course have claims, read from its folders: a topic is a package, its claims a package inside."""

from __future__ import annotations

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


def topic_of(module: str) -> str:
    """The topic of a module of claims, ``package.topic.claims.file``."""
    return module.split(".")[-3]
