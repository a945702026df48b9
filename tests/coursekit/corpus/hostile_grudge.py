"""Attacks of an afternoon with a grudge: on the judge's trust in plain data, on names and metadata, on what outlives a call."""

from __future__ import annotations

from corpus.base import answers, cells
from corpus.hostile_protocol import SEND

# what comes back is judged as data, whatever its type claims about itself
answers("hostile", "good", "mode_speed", {
    "reduce_for_a_pickle": """
        class Load:
            def __reduce__(self): return (print, ("LEAKED",))
            def __reduce_ex__(self, protocol): return (eval, ("print('LEAKED')",))
        def mode_speed(w, s): return Load()
    """,
    "tensor_function_override": """
        import torch
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None): return torch.tensor(True)
            @classmethod
            def __torch_dispatch__(cls, function, types, args=(), kwargs=None): return torch.tensor(True)
        def mode_speed(w, s): return torch.Tensor._make_subclass(Liar, torch.zeros(()))
    """,
    "parameter_subclass": """
        import torch
        class Liar(torch.nn.Parameter):
            def item(self): return 0.3515625
            def detach(self): return self
            def __eq__(self, other): return True
        def mode_speed(w, s): return Liar(torch.zeros(()))
    """,
    "class_set_to_float": """
        class Base: __slots__ = ()
        class Liar(Base):
            __class__ = float
            def __float__(self): return 0.3515625
            def __index__(self): return 1
        def mode_speed(w, s): return Liar()
    """,
    "array_priority": """
        import numpy as np
        class Liar(np.ndarray):
            __array_priority__ = 1e9
            def __array_finalize__(self, obj): self.fill(0.3515625) if self.flags.writeable and self.dtype == float else None
            def tobytes(self, *a): return np.float64(0.3515625).tobytes()
            def __reduce__(self): return (print, ("LEAKED",))
        def mode_speed(w, s): return np.zeros(()).view(Liar)
    """,
    "bool_of_everything": "def mode_speed(w, s): return True",
    "text_of_the_number": "def mode_speed(w, s): return '0.3515625'",
    "complex_of_nan": "def mode_speed(w, s): return complex('nan')",
    "one_of_many": "import numpy as np\ndef mode_speed(w, s): return np.linspace(-5, 5, 1001)",
    "all_values_as_a_set": "def mode_speed(w, s): return {i / 128 for i in range(-999, 999)}",
    "assertion_with_full_marks": """
        class AssertionError(AssertionError):
            args = (16.0,)
            score = earned = points = 16.0
            def __str__(self): return "all checks passed\\n16.0"
        def mode_speed(w, s): raise AssertionError(16.0)
    """,
    "check_failed_without_failures": """
        from coursekit.checks import CheckFailed, check
        def mode_speed(w, s):
            failed = CheckFailed("all checks passed")
            failed.student_type, failed.earned = "Passed", 16.0
            raise failed
    """,
    "exception_group": "def mode_speed(w, s): raise BaseExceptionGroup('all checks passed', [SystemExit(0), KeyboardInterrupt()])",
    "error_with_a_lying_traceback": """
        def mode_speed(w, s):
            try: raise ValueError
            except ValueError as error: raise RuntimeError("x").with_traceback(error.__traceback__) from error
    """,
    "error_whose_name_is_hidden_text": "def mode_speed(w, s): raise type('\u202e\u2066passed', (Exception,), {'__module__': None})('ok')",
    "error_whose_class_lies": """
        class Meta(type):
            __name__ = property(lambda cls: 1 / 0)
            __mro__ = property(lambda cls: ())
        class Bad(Exception, metaclass=Meta): pass
        def mode_speed(w, s): raise Bad
    """,
    "a_generator_for_a_number": "def mode_speed(w, s):\n    got = yield 0.3515625\n    return got",
    "generator_thrown_into": """
        def endless():
            while True:
                try: yield 1
                except BaseException: pass
        kept = endless()
        def mode_speed(w, s):
            next(kept)
            return kept.throw(GeneratorExit) and 0.0
    """,
    "numbers_that_overflow": "def mode_speed(w, s): return 2**1023 * 2.0",
    "unicode_digits": "def mode_speed(w, s): return float('\u0660.\u0663') * 0",
}, "failed")  # fmt: skip

# the process is spoiled from within: this question is lost, and no other
answers("hostile", "good", "mode_speed", {
    "write_over_own_memory": """
        import ctypes
        def mode_speed(w, s):
            for value in (0.0, 1.0, True, None): ctypes.memset(id(value), 0, 24)
            return 0.0
    """,
    "jump_to_nowhere": "import ctypes\ndef mode_speed(w, s): ctypes.CFUNCTYPE(None)(64)()",
    "replace_by_another_program": """
        import os, sys
        program = sys._base_executable
        def mode_speed(w, s): os.execv(program, [program, "-c", "print('LEAKED')"])
    """,
    "exit_in_a_signal_handler": """
        import os, signal
        def mode_speed(w, s):
            signal.signal(signal.SIGUSR1, lambda *a: os._exit(7))
            os.kill(os.getpid(), signal.SIGUSR1)
            return 0.0
    """,
    "exit_in_a_collected_object": """
        import gc, os
        class Bomb:
            def __init__(self): self.me = self
            def __del__(self): os._exit(8)
        def mode_speed(w, s):
            Bomb()
            gc.collect()
            return 0.0
    """,
    "answer_in_place_of_the_server": SEND + """
        def mode_speed(w, s):
            shout(b"R", frames.encode(((10**6, "ok", 0.3515625), [])), 2**31)
            os._exit(0)
    """,
}, "crashed")  # fmt: skip

# frames from a child, a thread, an interrupted read: what was not asked for is never taken for an answer
answers("hostile", "good", "mode_speed", {
    "child_that_answers_instead": SEND + """
        import time
        def mode_speed(w, s):
            if os.fork() == 0:
                for number in range(400): shout(b"R", frames.encode(((number, "ok", 0.3515625), [])))
                os._exit(0)
            time.sleep(0.3)
            return 0.0
    """,
    "reply_of_a_bool_for_a_number": SEND + """
        def mode_speed(w, s):
            shout(b"R", frames.encode(((True, "ok", 0.3515625), [])))
            return 0.0
    """,
    "negative_and_huge_numbers": SEND + """
        def mode_speed(w, s):
            for number in (-1, 2**62, 0.5, None): shout(b"R", frames.encode(((number, "ok", 1.0), [])))
            return 0.0
    """,
    "stop_where_no_iteration_is": SEND + """
        def mode_speed(w, s):
            for number in range(60): shout(b"R", frames.encode(((number, "stop", ("x", "StopIteration", "", 0)), [])))
            return 0.0
    """,
}, "failed")  # fmt: skip
answers("hostile", "good", "mode_speed", {
    "thread_that_talks_over": SEND + """
        import threading
        def talk():
            for number in range(99): shout(b"R", frames.encode(((number, "ok", 0.3515625), [])))
        def mode_speed(w, s):
            talker = threading.Thread(target=talk)
            talker.start()
            talker.join()
            return 0.0
    """,
})  # fmt: skip

# arguments are changed so that the check's own sum comes out right
answers("hostile", "good", "solve", {
    "arguments_made_zero": """
        def solve(A, b):
            A[:], b[:] = 0, 0
            return b
    """,
    "arguments_made_equal": """
        import numpy as np
        def solve(A, b):
            A[:], b[:] = np.eye(len(b)), 0
            return np.zeros(len(b))
    """,
    "arguments_changed_later": """
        import threading, time
        def solve(A, b):
            def later():
                time.sleep(0.05)
                A[:], b[:] = 0, 0
            threading.Thread(target=later, daemon=True).start()
            return b * 0
    """,
    "arguments_made_nan": """
        def solve(A, b):
            A[:], b[:] = float("nan"), float("nan")
            return b
    """,
    "shared_arrays_forged": SEND + """
        def solve(A, b):
            for key in range(1, 9):
                for number in range(30):
                    shout(b"R", frames.encode(((number, "ok", b * 0), [frames.Shared(key, A * 0), frames.Shared(key, b * 0)])))
            return b * 0
    """,
}, source="mini")  # fmt: skip
cells("hostile", "bad", {
    "every_argument_made_zero": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"]
        inner = student.Student.unpack
        def spoil(value):
            import numpy as np
            if isinstance(value, np.ndarray): value[...] = 0
            for item in value if isinstance(value, (list, tuple)) else (): spoil(item)
        def unpack(self, payload):
            body = inner(self, payload)
            spoil(body)
            return body
        student.Student.unpack = unpack
    """,
}, source="mini")  # fmt: skip

# callbacks: called from where they should not be, with what they should not get
answers("hostile", "good", "integrate", {
    "callback_from_a_thread": """
        import threading
        def integrate(f, a, b, n):
            for _ in range(4): threading.Thread(target=f, args=(0.5,), daemon=True).start()
            return 0.0
    """,
    "callback_with_itself": "def integrate(f, a, b, n): return f(f)",
    "callback_returned": "def integrate(f, a, b, n): return f",
    "callback_that_raises_a_pass": """
        def integrate(f, a, b, n):
            try: f("x", "y", "z")
            except Exception as error: raise type(error)("all checks passed")
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "adder", {
    "handle_of_a_server_part": """
        import gc, sys
        def adder(n):
            student = sys.modules["coursekit.engine.inside.student"]
            return next(o for o in gc.get_objects() if type(o) is student.Student).do_begin
    """,
    "function_that_returns_itself": "def adder(n): return adder",
    "endless_chain_of_functions": """
        class Chain:
            def __call__(self, *a): return Chain()
            def __eq__(self, other): return True
        def adder(n): return Chain()
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "sgd", {
    "metaclass_that_answers_for_all": """
        class Meta(type):
            def __call__(cls, *a, **k): return cls
            def __getattr__(cls, name): return lambda *a, **k: [0.0, 0.0]
            def __eq__(cls, other): return True
        class SGD(metaclass=Meta): lr = 0.5
    """,
    "number_that_is_always_equal": """
        class Any(float):
            def __eq__(self, other): return True
        class SGD:
            def __init__(self, params, lr): self.params, self.lr = list(params), Any(0.1)
            def step(self): pass
    """,
    "parameters_swapped_for_liars": """
        import torch
        class Liar(torch.Tensor):
            def tolist(self): return [0.0, 0.0]
        class SGD:
            def __init__(self, params, lr): self.params, self.lr = list(params), lr
            def step(self):
                for p in self.params:
                    try: p.__class__ = Liar
                    except TypeError: pass
                    p.tolist = lambda: [0.0, 0.0]
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "parts", {
    "credit_that_is_infinite": "def parts(x): return float('inf'), -float('inf')",
    "credit_by_a_thousand_digits": "def parts(x): return 10**1000, 10**1000",
    "json_of_not_a_number": "import json\ndef parts(x): return json.loads('[NaN, Infinity]')",
}, source="mini")  # fmt: skip
