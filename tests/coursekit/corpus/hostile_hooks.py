"""Attacks of an afternoon with a grudge, on what is around the judge: hooks, the machine, metadata, and the engine's own patience."""

from __future__ import annotations

import json

from corpus.base import Draft, answers, case, cells
from corpus.hostile_protocol import SEND

# what outlives a cell: hooks, patched libraries, threads; the notebook is right and must stay right
cells(
    "hostile",
    "good",
    {
        "hooks_of_the_collector": "import gc\ngc.callbacks.append(lambda *a: 1 / 0)\ngc.set_threshold(1)",
        "audit_hook_that_refuses": """
        import sys
        def refuse(event, arguments):
            if event in ("os.system", "subprocess.Popen", "socket.connect"): raise RuntimeError(event)
        sys.addaudithook(refuse)
    """,
        "import_hook_that_refuses": """
        import sys
        class Refuse:
            def find_spec(self, name, path=None, target=None): raise ImportError(name)
        sys.meta_path.insert(0, Refuse())
    """,
        "descriptors_used_up": """
        import os
        try:
            while True: os.open("/dev/null", os.O_RDONLY)
        except OSError: pass
    """,
        "abstract_sockets": """
        import socket
        kept = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for number, end in enumerate(kept): end.bind(f"\\0course-{number}"); end.listen()
        for name in open("/proc/net/unix").read().split():
            if "dbus" in name or "X11" in name or "/run/" in name: print("LEAKED", name)
    """,
        "files_of_the_first_process": """
        import os
        for path in ("/proc/1/environ", "/proc/1/maps", "/proc/1/fd", "/proc/self/mountinfo", "/proc/sys/kernel/core_pattern"):
            try: text = open(path).read() if not path.endswith("fd") else " ".join(os.listdir(path))
            except OSError: continue
            if "solutions" in text or "classroom" in text or "gradebook" in text: print("LEAKED", path)
        for name in os.listdir("/proc/self/fd"):
            try: target = os.readlink("/proc/self/fd/" + name)
            except OSError: continue
            if target.endswith((".ipynb", ".db", ".json", ".py")): print("LEAKED", target)
    """,
        "kernel_settings_written": """
        for path in ("/proc/sys/kernel/core_pattern", "/proc/self/oom_score_adj", "/proc/self/uid_map", "/proc/sysrq-trigger"):
            try:
                open(path, "wb", buffering=0).write(b"-1000")
                print("LEAKED", path)
            except OSError: pass
    """,
        "signals_to_the_outside": """
        import os, signal
        for pid in (0, -1, 2, 3, 100, 1000, os.getppid()):
            try: os.kill(pid, signal.SIGCONT if pid in (0, -1) else signal.SIGKILL) if pid != os.getpid() else None
            except OSError: pass
    """,
        "scheduling_and_limits": """
        import os
        for change in (lambda: os.nice(-20), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))):
            try:
                change()
                print("LEAKED")
            except OSError: pass
    """,
        "exit_handlers_that_write": """
        import atexit, sys, threading
        atexit.register(lambda: open("/planted", "w").write("x"))
        threading._register_atexit(print, "LEAKED")
        sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: 1 / 0
    """,
        "unicode_names": "\uff50\uff52\uff49\uff4e\uff54 = 5\n\u212a = \ufb01 = 1\ndel \uff50\uff52\uff49\uff4e\uff54",
        "names_of_the_tests": "check = expected = earned = points = score = __variant_seed__ = 99\nassert_ = lambda *a: True",
        "codecs_that_lie": """
        import codecs
        codecs.register(lambda name: codecs.lookup("rot13") if "course" in name else None)
        str_type = str
    """,
        "time_stands_still": "import time\ntime.sleep = time.monotonic = time.time = time.perf_counter = lambda *a: 0.0",
        "patched_libraries_that_tests_read": """
        import numpy as np, math, operator
        np.asarray = np.array = np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
        math.isclose = operator.eq = lambda *a, **k: True
        del np.asarray
        from numpy._core.multiarray import asarray, array
        np.asarray, np.array = asarray, array
    """,
    },
)

# everything of one's own process is patched so that it lies; nothing was answered
cells(
    "hostile",
    "bad",
    {
        "patched_encoder": """
        import sys
        arrays, frames = sys.modules["coursekit.engine.protocol.arrays"], sys.modules["coursekit.engine.protocol.frames"]
        arrays.array_parts = lambda a: ("float64", (), b"\\0" * 8)
        frames._WRITERS.clear()
    """,
        "patched_operations": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"].Student
        for name in [n for n in dir(student) if n.startswith("do_")]:
            setattr(student, name, lambda self, *a: (True, 0.0) if len(a) == 1 else 0.0)
    """,
        "ok_to_every_question": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"].Student
        student.answer = lambda self, payload: self.wire.send(b"R", self.pack((self.unpack(payload)[0], "ok", True)))
    """,
        "the_expected_in_own_frames": """
        import gc, sys
        for thing in gc.get_objects():
            if isinstance(thing, dict) and ("expected" in thing or "outcomes" in thing) and "mode_speed" in str(thing)[:10_000]:
                if "BEGIN HIDDEN" in str(thing)[:100_000]: print("LEAKED")
    """,
    },
    source="mini",
)
cells(
    "hostile",
    "bad",
    {
        "the_question_sent_back": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"].Student
        student.answer = lambda self, payload: self.wire.send(b"R", payload)
    """,
    },
    source="mini",
    every="crashed",
)


@case("hostile", "bad")
def points_and_ids_in_every_cell(d: Draft) -> None:
    for number, cell in enumerate(d.cells):
        graded = cell["metadata"].get("nbgrader", {})
        graded.update(points=1e308, grade=True, locked=True, schema_version=-1, task=number % 2 == 0, checksum="0" * 32)


@case("hostile", "bad", sharp_colleague="manual")
def ids_of_tests_on_own_cells(d: Draft) -> None:
    """Cells of one's own come first and carry the ids of the tests, as cell id and as grade_id."""
    for cell in [c for c in d.cells if c["metadata"].get("nbgrader", {}).get("grade")]:
        own = json.loads(json.dumps(cell)) | {"cell_type": "code", "source": "assert True\n100"}
        d.cells.insert(0, own)


@case("hostile", "good")
def ids_of_tests_on_answers(d: Draft) -> None:
    """Cell ids swapped between answers and tests; grade_ids are right and count."""
    for cell in d.cells:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        cell["id"] = name.removesuffix("_answer") if name.endswith("_answer") else name + "_answer"


@case("hostile", "bad")
def metadata_of_strange_types(d: Draft) -> None:
    for cell, strange in zip(
        d.cells, (None, [], 5, "x", {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}, True, 1e400)
    ):
        if not cell["metadata"].get("nbgrader", {}).get("grade_id"):
            cell["metadata"] = strange
    d.notebook["metadata"] = {
        "kernelspec": {"name": "../../sh", "language": ["python"]},
        "coursekit": {"assignment": "x" * 10**5},
    }


@case("hostile", "good")
def outputs_that_are_huge_and_hostile(d: Draft) -> None:
    for cell in d.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/html": "<script>LEAKED</script>"}, "metadata": {}}
            ] * 50
            cell["execution_count"] = "<b>99</b>"


@case("hostile", "bad")
def json_of_nan_and_duplicates(d: Draft) -> None:
    """NaN where points belong, and every key of a cell twice: the last one counts."""
    text = json.dumps(d.notebook).replace('"grade": true', '"grade": true, "points": NaN, "points": Infinity')
    d.raw = text.replace('"cell_type": "code"', '"cell_type": "raw", "cell_type": "code"').encode()


# texts and values that are made to keep the engine or the checker busy
answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "newlines_without_end": "def mode_speed(w, s): return (1.0" + "\n" * 90_000,
        "sum_of_a_thousand_ones": "def mode_speed(w, s): return " + "1 + " * 2000 + "1",
        "thousand_branches": "def mode_speed(w, s):\n    if w is s: pass\n" + "    elif w is s: pass\n" * 800,
        "keys_that_collide": "def mode_speed(w, s): return {i * (2**61 - 1): 0 for i in range(1500)}",
        "too_many_keys": "def mode_speed(w, s): return dict.fromkeys(range(60_000), 0)",
        "too_many_keys_in_a_frame": SEND
        + """
        def mode_speed(w, s):
            wide = frames.Limits(pairs=10**7, values=10**7)
            colliding = {i * (2**61 - 1) + i // 2**60: 0 for i in range(6_000)}
            for number in range(9): shout(b"R", frames.encode(((number, "ok", colliding), []), None, wide))
            return 0.0
    """,
        "error_of_slashes": "def mode_speed(w, s): raise ValueError('/ ' * 10**6)",
        "answer_cut_into_lines": "def mode_speed(w, s): return 0.0\n" + "x = 1\n" * 60_000,
    },
)
answers(
    "hostile",
    "good",
    "size",
    {
        "answer_that_is_a_size": "def size(n): return 6 * 2**30",
        "answer_that_is_an_impossible_size": "def size(n): return 2**62",
        "answer_that_is_a_negative_size": "def size(n): return -1",
    },
    source="mini",
)


@case("hostile", "good")
def output_that_keeps_a_search_busy(d: Draft) -> None:
    d.add("""
        import sys
        student = sys.modules["coursekit.engine.inside.student"]
        student.Student.do_cell = lambda self, label, source: {"output": "/ " * 400_000, "error": None}
    """)
    d.add("pass")


@case("hostile", "bad", every="refused")
def half_a_million_characters_of_code(d: Draft) -> None:
    for _ in range(6):
        d.add("x = 1\n" * 16_000)
