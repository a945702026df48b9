"""The Sphinx extension of the book: cache keys, claims, the parts of a chapter, scripts."""

from __future__ import annotations

from sphinx.application import Sphinx

from coursekit.book import chapter_directives, claim_directives, scripts, uses
from coursekit.paths import CACHE, ROOT


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    app.add_config_value("course_src", str(ROOT / "src"), "env", [str])
    app.add_config_value("course_claims_file", str(CACHE / "book" / "claims.json"), "", [str])
    for part in (uses, claim_directives, chapter_directives, scripts):
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}
