"""What a watch has done, one JSON line an arrival: read again after a kill, so that nothing is graded twice or forgotten."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.classroom.layout import Classroom
from coursekit.paths import naming

HOUR = 3600.0


@dataclass
class Ledger:
    """The arrivals that are done, and when each student's last ones were."""

    path: Path
    done: set[str] = field(default_factory=set)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits: list[float] = field(default_factory=list)  # seconds, of what this process did

    @classmethod
    def of(cls, classroom: Classroom) -> Ledger:
        """The classroom's own; a line that a kill cut short is as if it were not there."""
        ledger = cls(classroom.root / "watch" / "done.jsonl")
        for text in ledger.path.read_text(encoding="utf-8").splitlines() if ledger.path.is_file() else ():
            try:
                line = json.loads(text)
                ledger._take(line["key"], line["student"], line["at"])
            except (ValueError, KeyError, TypeError):
                continue
        return ledger

    def _take(self, key: str, student: str, at: float) -> None:
        self.done.add(key)
        self.times[student].append(at)

    def note(self, key: str, student: str, waited: float, said: str) -> None:
        """Write down that an arrival is done, how long it waited, and what became of it."""
        at = time.time()
        line = {"key": key, "student": student, "at": at, "waited": round(waited, 3), "said": said}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with naming(self.path), self.path.open("a+b") as file:
            if file.tell() and not self._ends_a_line():
                file.write(b"\n")  # after a line that a kill cut short
            file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        self._take(key, student, at)
        self.waits.append(waited)

    def _ends_a_line(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"

    def in_the_last_hour(self, student: str) -> int:
        """How many of a student's arrivals were done within an hour."""
        since = time.time() - HOUR
        self.times[student] = [at for at in self.times[student] if at > since]
        return len(self.times[student])
