"""Attacks on the talk between the two processes: forged and broken frames, handles, callbacks, errors, replies without end."""

from __future__ import annotations

from corpus.base import Draft, answers, case, cells

SEND = """
        import os, struct, sys
        frames = sys.modules["coursekit.engine.protocol.frames"]
        def shout(kind, payload, length=None):
            message = kind + struct.pack("<I", len(payload) if length is None else length) + payload
            for fd in range(3, 16):
                try: os.write(fd, message)
                except OSError: pass
"""
answers("hostile", "good", "mode_speed", {
    "forge_a_result": SEND + """
        def mode_speed(w, s):
            shout(b"D", frames.encode({"score": 100.0, "message": "", "missing": {}, "error": ""}))
            return 0.0
    """,
    "patch_own_server": """
        import sys
        peer = sys.modules["coursekit.engine.protocol.peer"]
        frames = sys.modules["coursekit.engine.protocol.frames"]
        peer.Peer.pack = lambda self, body: frames.encode(((body[0], "ok", True), []))
        def mode_speed(w, s): return 0.0
    """,
    "length_lie": SEND + """
        def mode_speed(w, s):
            shout(b"R", b"", 2**32 - 1)
            return 0.0
    """,
    "speak_as_the_checker": SEND + """
        def mode_speed(w, s):
            for kind in b"QAOX": shout(bytes([kind]), frames.encode(((1, "name", "x"), [])))
            return 0.0
    """,
}, "crashed")  # fmt: skip

answers("hostile", "good", "mode_speed", {
    "forge_replies": SEND + """
        def mode_speed(w, s):
            for number in range(200): shout(b"R", frames.encode(((number, "ok", 0.3515625), [])))
            return 0.0
    """,
    "noise_as_a_frame": SEND + """
        def mode_speed(w, s):
            shout(b"R", bytes(range(256)) * 4)
            return 0.0
    """,
    "half_a_tuple": SEND + """
        def mode_speed(w, s):
            shout(b"R", frames.encode(((1,), [])))
            return 0.0
    """,
    "forged_error": SEND + """
        def mode_speed(w, s):
            for number in range(50): shout(b"R", frames.encode(((number, "error", "x" * 10**6, "KeyboardInterrupt", "y" * 10**6, -5), [])))
            return 0.0
    """,
    "error_named_like_a_builtin": """
        class SystemExit(BaseException): pass
        def mode_speed(w, s): raise SystemExit("\\x1b[2J\\u202e" * 1000)
    """,
    "shared_array_forged": SEND + """
        def mode_speed(w, s):
            for key in range(20):
                for number in range(20): shout(b"R", frames.encode(((number, "ok", 1.0), [frames.Shared(key, [1.0, 2.0])])))
            return 0.0
    """,
    "handle_guessing": SEND + """
        def mode_speed(w, s):
            for number in range(30): shout(b"R", frames.encode(((number, "ok", frames.Handle(number, False)), [])))
            return 0.0
    """,
    "callback_guessing": """
        import sys
        def mode_speed(w, s):
            me = sys.modules["coursekit.engine.inside.student"]
            import gc
            student = next(o for o in gc.get_objects() if type(o) is me.Student)
            for number in range(50):
                try:
                    student.call_back(number, (), {})
                    return "LEAKED"
                except RuntimeError: pass
            return 0.0
    """,
    "text_of_an_error_fails": """
        class Bad(Exception):
            def __str__(self): raise SystemExit
            __repr__ = __str__
        def mode_speed(w, s): raise Bad
    """,
    "text_of_an_error_is_huge": """
        class Big(Exception):
            def __str__(self): return "b" * 10**8
        def mode_speed(w, s): raise Big
    """,
    "text_of_an_error_is_not_text": """
        class Text(str):
            def __getitem__(self, part): return self
        class Odd(Exception):
            def __str__(self): return Text("odd")
        def mode_speed(w, s): raise Odd
    """,
    "name_of_an_error_is_huge": "def mode_speed(w, s): raise type('E' * 10**6, (Exception,), {})('x')",
    "name_of_an_error_is_code": "def mode_speed(w, s): raise type('__import__(\"os\")', (Exception,), {})('x')",
    "deep_reply": """
        def mode_speed(w, s):
            x = []
            for _ in range(100_000): x = [x]
            return x
    """,
    "reply_that_contains_itself": "def mode_speed(w, s):\n    x = []\n    x.append(x)\n    return x",
    "wide_reply": "def mode_speed(w, s): return list(range(3_000_000))",
    "giant_text": "def mode_speed(w, s): return 'x' * 2**28",
    "giant_integer": "def mode_speed(w, s): return 1 << (8 * 10**6)",
    "long_integer": "def mode_speed(w, s): return 10**5000",
    "lone_surrogates": "def mode_speed(w, s): return '\\ud800\\udfff' * 10",
    "unhashable_keys": "def mode_speed(w, s): return {(1, 2): {None: {b'x': [1]}}}",
    "string_array_of_nonsense": """
        import numpy as np
        def mode_speed(w, s): return np.frombuffer(b"\\xff" * 64, dtype="<U4")
    """,
    "boolean_of_two": """
        import numpy as np
        def mode_speed(w, s): return np.frombuffer(b"\\x02", dtype=bool)[0]
    """,
    "attribute_bomb": """
        class Bomb:
            def __getattr__(self, name): return Bomb()
            def __call__(self, *a, **k): return Bomb()
            def __iter__(self): return iter([Bomb()])
            def __getitem__(self, key): return Bomb()
        def mode_speed(w, s): return Bomb()
    """,
    "metaclass_tricks": """
        class Meta(type):
            def __instancecheck__(cls, x): return True
            def __eq__(cls, other): return True
            def __hash__(cls): return hash(float)
            @property
            def __mro__(cls): raise RuntimeError
        class Thing(metaclass=Meta): pass
        def mode_speed(w, s): return Thing()
    """,
})  # fmt: skip

answers(
    "hostile",
    "good",
    "integrate",
    {
        "callback_with_a_liar": """
        class Liar:
            def __mul__(self, other): return 0
            __pow__ = __rmul__ = __mul__
        def integrate(f, a, b, n): return f(Liar())
    """,
        "callback_attributes": """
        def integrate(f, a, b, n):
            found = [name for name in ("__globals__", "__closure__", "__code__", "func_globals") if hasattr(f, name)]
            return 1e9 if not found else "LEAKED"
    """,
        "callback_recursion": """
        def integrate(f, a, b, n): return f(lambda *x: integrate(f, a, b, n))
    """,
        "callback_keywords": "def integrate(f, a, b, n): return f(**{'x': 1.0, '__class__': 2})",
        "callback_with_giant": "import numpy as np\ndef integrate(f, a, b, n): return f(np.zeros(2**25))",
        "callback_kept": """
        kept = []
        def integrate(f, a, b, n):
            kept.append(f)
            return kept[0](0.5)
    """,
    },
    source="mini",
)
answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "giant_array": "import numpy as np\ndef mode_speed(w, s): return np.zeros(2**27)",
        "giant_array_without_memory": "import numpy as np\ndef mode_speed(w, s): return np.broadcast_to(1.0, (2**20, 2**20))",
    },
)
answers("hostile", "good", "integrate", {
    "callback_loop": "def integrate(f, a, b, n):\n    while True: f(1.0)",
}, "timeout", source="mini", seconds=3.0)  # fmt: skip
answers("hostile", "good", "halving", {
    "generator_of_liars": """
        def halving(x):
            class Liar:
                def __eq__(self, other): return True
            while True: yield Liar()
    """,
    "generator_that_ends": "def halving(x):\n    yield x",
    "generator_that_raises": "def halving(x):\n    yield x\n    raise SystemExit",
    "iterator_class_that_lies": """
        class halving:
            def __init__(self, x): pass
            def __iter__(self): return 5
            def __next__(self): return self
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "sgd", {
    "class_that_lies_about_itself": """
        class SGD:
            lr = 0.5
            def __init__(self, params, lr): self.params = list(params)
            def step(self): self.params[0].__dict__["tolist"] = lambda: [0.0, 0.0]
    """,
    "class_that_changes_shapes": """
        import torch
        class SGD:
            def __init__(self, params, lr): self.params, self.lr = list(params), lr
            def step(self): self.params[0].data = torch.zeros(10**6)
    """,
    "class_with_hostile_attributes": """
        class SGD:
            def __init__(self, params, lr): pass
            def __getattr__(self, name): raise SystemExit
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "parts", {
    "points_above_the_maximum": """
        class Many(int):
            def __eq__(self, other): return True
        def parts(x): return Many(5), Many(5)
    """,
    "points_not_a_number": "def parts(x): return float('nan'), float('nan')",
}, source="mini")  # fmt: skip
cells("hostile", "bad", {
    "callback_machinery_patched": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"]
        student.Student.do_name = lambda self, name: (True, 1)
        student.Student.do_len = lambda self, thing: 3
    """,
}, source="mini")  # fmt: skip


@case("hostile", "good", "mini", seconds=3.0, halving="timeout")
def generator_that_hangs(d: Draft) -> None:
    d.answer("halving", "def halving(x):\n    yield x\n    while True: pass")


@case("hostile", "bad")
def forged_cell_reports(d: Draft) -> None:
    d.first("""
        import sys
        student = sys.modules["coursekit.engine.inside.student"]
        student.Student.do_cell = lambda self, label, source: {"output": "o" * 10**7, "error": None, "score": 100}
    """)


@case("hostile", "bad")
def forged_cell_errors(d: Draft) -> None:
    d.first("""
        import sys
        student = sys.modules["coursekit.engine.inside.student"]
        student.Student.do_cell = lambda self, label, source: {"output": 5, "error": ("a", "b")}
    """)


def _arrays_for_reports(name: str, report: str, **differs: str) -> None:
    def write(d: Draft) -> None:
        d.first("pass")
        d.first(f"""
            import sys, numpy
            student, frames = sys.modules["coursekit.engine.inside.student"].Student, sys.modules["coursekit.engine.protocol.frames"]
            {report}
        """)

    write.__name__ = name
    case("hostile", "good", source="mini", **differs)(write)


_arrays_for_reports("an_array_for_a_cell_report", "student.do_cell = lambda *_: numpy.zeros(3)", every="crashed")
_arrays_for_reports(
    "a_text_in_an_array_for_a_cell_report", "student.do_cell = lambda *_: numpy.array('x')", every="crashed"
)
_arrays_for_reports(
    "an_array_for_a_message", "student.pack = lambda *_: frames.encode(numpy.zeros((2, 3)))"
)  # that cell is left out
