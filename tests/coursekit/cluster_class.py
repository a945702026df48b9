"""A made-up class for the tests of clusters: handed in, and judged after grading."""

import json
import socket
from contextlib import ExitStack

from fixture import ROOT as COURSE

from coursekit.assignments.parse import load
from coursekit.assignments.release import release
from coursekit.classroom import records
from coursekit.classroom.demo.students import KINDS, make


def free_ports(count):
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


SLOW = ("loops", "steals")  # one never ends, one reads every folder it sees; on a busy machine the budget may end first


def hand_in_made_up(room, topic, without=SLOW):
    """Made-up students of every kind but a few; returns them."""
    release([topic], room.root, root=COURSE)
    (room.root / "course.key").write_text("00" * 32)
    released = json.loads(room.release(topic).read_text())
    students = [made for made in make(load(topic, COURSE), released, len(KINDS)) if made.kind not in without]
    for student in students:
        path = room.submitted(topic, student.student)
        path.parent.mkdir(parents=True)
        path.write_bytes(student.data)
    return students


def faults(room, topic, students):
    """All that is not as it must be: a question's score, status or message, a missing record, one graded twice."""
    found, wrong = records.read_all(room, topic), []
    for student in students:
        entries = found[student.student]["questions"] if student.student in found else {}
        for name, expected in student.expected.items():
            if name not in entries or not expected.met(entries[name]):
                wrong.append((student.student, student.kind, name, entries.get(name), expected))
    graded = [json.loads(line)["student"] for line in room.timings(topic).read_text().splitlines()]
    return wrong + [("graded twice", name) for name in set(graded) if graded.count(name) > 1]
