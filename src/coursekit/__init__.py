"""The tools of the course: claims, the book, assignments, the grading engine, the classroom."""

import sys

# jsonschema, which reads every notebook's format, would build a parser of international web addresses whenever it is imported:
# more than a second of every command, for a check that no notebook asks for.  It does without where the package is not found.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
