"""What a draft's pages quote of topics that the draft does not measure: from the whole book's results, or named as missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from coursekit.book import claimdata, toc
from coursekit.book.aims import claims_of
from coursekit.book.project import Project
from coursekit.topics import CLAIMS, claim_modules

MISSING = "[{}: not measured in this draft]"


def quoted(project: Project) -> set[str]:
    """The claims of other topics on the pages of a draft; none for a whole book."""
    if not project.only:
        return set()
    names = toc.pages(toc.expanded(project.book, project.only))
    texts = [(project.book / f"{name}.md").read_text(encoding="utf-8") for name in names]
    return {claim for text in texts for claim in claims_of(text) if claim.partition(".")[0] not in project.only}


def unmeasured_on(project: Project) -> list[str]:
    """A line for each of the topic's own pages that quotes what has no result; a draft takes others along, as the front page."""
    there = set(claimdata.load(project.claims_file))
    lines = []
    for name in project.only:
        text = (project.book / f"{name}.md").read_text(encoding="utf-8")
        missing = sorted({claim for claim in claims_of(text) if claim.partition(".")[0] not in project.only} - there)
        if missing:
            lines.append(f"{name}.md quotes of other topics, not measured here: {', '.join(missing)}")
    return lines


def kept(project: Project) -> dict[str, Any]:
    """What the whole book's results hold of them, by module, as long as its code, data and libraries are the same."""
    wanted = quoted(project)
    file = replace(project, only=()).claims_file
    if not wanted or not file.is_file():
        return {}
    topics = tuple({claim.partition(".")[0] for claim in wanted})
    whole, found = json.loads(file.read_text(encoding="utf-8")), {}
    for module in claim_modules(project.src, project.package, topics):
        claims = [claim for claim in whole.get(module, {}).get("claims", []) if claim["id"] in wanted]
        if claims and whole[module]["digest"] == claimdata.module_digest(module, project.src):
            found[module] = {**whole[module], "claims": claims}
    return found


def unmeasured(src: Path, package: str, draft: list[str], name: str) -> str:
    """What a page of a draft says in place of another topic's claim; empty where no module names such a claim."""
    topic = name.partition(".")[0]
    if not draft or topic in draft or not topic:
        return ""
    files = src.joinpath(*package.split("."), topic, CLAIMS).glob("*.py")
    there = any(f'"{name}"' in file.read_text(encoding="utf-8") for file in files)
    return MISSING.format(name) if there else ""
