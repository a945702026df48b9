"""Attacks of a third afternoon: on what is lent to objects and by functions, on the wire's other uses, on the engine's patience."""

from __future__ import annotations

from corpus.base import answers, cells
from corpus.hostile_protocol import SEND

# a class is judged by how it fits the judge's own points, which are made to fit it instead
answers("hostile", "good", "line", {
    "targets_made_zero": """
        class Line:
            def fit(self, x, y):
                for at in range(len(y)): y[at] = 0.0
            def predict(self, x): return [0.0] * len(x)
    """,
    "targets_made_zero_later": """
        class Line:
            def fit(self, x, y): self.y = y
            def predict(self, x):
                for at in range(len(self.y)): self.y[at] = 0.0
                return [0.0] * len(x)
    """,
    "targets_through_a_view": """
        import numpy as np
        class Line:
            def fit(self, x, y): self.y = y[::1]
            def predict(self, x):
                np.copyto(np.asarray(self.y), 0.0)
                return np.zeros(len(x))
    """,
    "inputs_made_the_targets": """
        class Line:
            def fit(self, x, y):
                for at in range(len(y)): x[at] = y[at]
            def predict(self, x): return x
    """,
    "targets_taken_away": """
        class Line:
            def fit(self, x, y):
                if isinstance(y, list): y.clear(), x.clear()
                elif hasattr(y, "resize_"): y.resize_(0)
                else: y.resize(0, refcheck=False)
            def predict(self, x): return []
    """,
    "targets_made_to_want_gradients": """
        class Line:
            def fit(self, x, y):
                if hasattr(y, "requires_grad_"): y.requires_grad_().data.zero_()
                else: y[:] = [0.0] * len(y)
            def predict(self, x): return [0.0] * len(x)
    """,
    "an_object_that_fits_everything": """
        class Fits(list):
            def __eq__(self, other): return True
            def __array__(self, *a, **k): raise MemoryError
            def __rsub__(self, other): return 0.0
            def all(self): return True
        class Line:
            def fit(self, x, y): pass
            def predict(self, x): return Fits()
    """,
    "shared_targets_forged": SEND + """
        class Line:
            def fit(self, x, y): pass
            def predict(self, x):
                for key in range(1, 9):
                    for number in range(40):
                        shout(b"R", frames.encode(((number, "ok", x * 0), [frames.Shared(key, x * 0)])))
                return x * 0
    """,
    "a_class_of_the_judges_error": "class Line(AssertionError):\n    def fit(self, x, y): raise self\n    def predict(self, x): raise self",
    "one_that_is_made_by_nobody": """
        class Meta(type):
            def __call__(cls, *a): return cls
            def __instancecheck__(cls, other): return True
        class Line(metaclass=Meta):
            fit = predict = staticmethod(lambda *a: Line)
    """,
}, source="mini")  # fmt: skip

# what the judge's functions give is the judge's own, which it goes on using
answers("hostile", "good", "asked", {
    "what_was_given_made_zero": """
        def asked(matrix, target):
            A, b = matrix(), target()
            A[:], b[:] = 0, 0
            return b
    """,
    "what_was_given_made_equal": """
        import numpy as np
        def asked(matrix, target):
            A, b = matrix(), target()
            np.copyto(A, np.diag(b))
            return np.ones(len(b))
    """,
    "what_was_given_changed_by_a_later_call": """
        kept = []
        def asked(matrix, target):
            kept.extend((matrix(), target()))
            for _ in range(30):
                for one in kept: one[...] = 0
                matrix()
            return target() * 0
    """,
    "given_arrays_swapped": """
        def asked(matrix, target):
            A, b = matrix(), target()
            A.shape, b.shape = (A.size,), (b.size, 1)
            return b * 0
    """,
    "given_arrays_forged": SEND + """
        def asked(matrix, target):
            A, b = matrix(), target()
            for number in range(60):
                shout(b"B", frames.encode(((1, (), {}), [frames.Shared(key, value) for key in range(1, 5) for value in (A * 0, b * 0)])))
                shout(b"R", frames.encode(((number, "ok", b * 0), [frames.Shared(key, value) for key in range(1, 5) for value in (A * 0, b * 0)])))
            return b * 0
    """,
    "a_function_asked_with_what_it_does_not_take": """
        def asked(matrix, target):
            for number in range(9):
                try: matrix(*range(number), **{"A": 0, "b": 0, "self": 0})
                except RuntimeError: pass
            return target() * 0
    """,
    "keys_that_all_collide": """
        def asked(matrix, target):
            for _ in range(5):
                try: matrix({number * (2**61 - 1): 0 for number in range(1999)})
                except RuntimeError: pass
            return {number * (2**61 - 1): 0 for number in range(1999)}
    """,
}, source="mini")  # fmt: skip

# two submissions to one engine, of which one would find what the other left
MARK = """
        import os, socket
        calls = []
        def adder(n):
            calls.append(n)
            for place in ("/", ".", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/home", "/usr"):
                names = os.listdir(place) if os.path.isdir(place) and len(calls) == 1 else ()
                if any(name == "mark-of-another" for name in names): raise RuntimeError("LEAKED mark in " + place)
            for place in ("/", ".", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/home", "/usr"):
                try: open(os.path.join(place, "mark-of-another"), "w").close()
                except OSError: pass
            for family, place in ((socket.AF_UNIX, "\\0mark-of-another"), (socket.AF_INET, ("127.0.0.1", 47_111))):
                kept = socket.socket(family)
                if len(calls) == 1 and kept.connect_ex(place) == 0: raise RuntimeError("LEAKED mark")
                if len(calls) == 1: kept.close(); kept = socket.socket(family); kept.bind(place); kept.listen(); calls.append(kept)
            return lambda x: x + n
"""

# the wire carries more than bytes, and its end has settings
answers("hostile", "good", "adder", {
    "files_sent_with_every_reply": """
        import os, socket, struct
        own = os.write
        def write(fd, data):
            if fd != 3: return own(fd, data)
            end = socket.socket(fileno=os.dup(3))
            files = [os.open("/dev/null", os.O_RDONLY) for _ in range(40)] + [end.fileno()]
            try: return end.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(files)}i", *files))])
            finally:
                end.close()
                for file in files[:-1]: os.close(file)
        os.write = write
        def adder(n): return lambda x: x + n
    """,
    "a_wire_that_calls_for_signals": """
        import fcntl, os, signal
        def adder(n):
            for owner in (1, -1, os.getpid()):
                try: fcntl.fcntl(3, fcntl.F_SETOWN, owner), fcntl.fcntl(3, 10, signal.SIGKILL)
                except OSError: pass
            return lambda x: x + n
    """,
    "sockets_that_lie_about": """
        import os, socket, stat
        def adder(n):
            for top, folders, names in os.walk("/"):
                if top.startswith(("/proc", "/usr", "/lib", "/sys")) or top.count("/") > 4: folders[:] = []
                for name in names:
                    place = os.path.join(top, name)
                    try: mode = os.lstat(place).st_mode
                    except OSError: continue
                    if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode) or stat.S_ISBLK(mode): raise RuntimeError("LEAKED " + place)
            return lambda x: x + n
    """,
    "a_mark_left_for_others": MARK,
    "a_mark_of_another": MARK,
    "signals_put_by": """
        import ctypes, os, signal
        def adder(n):
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN + 5])
            for _ in range(5000): os.kill(os.getpid(), signal.SIGRTMIN + 5)
            libc, kept = ctypes.CDLL(None), []
            for _ in range(5000):
                kept.append(ctypes.c_void_p())
                if libc.timer_create(1, None, ctypes.byref(kept[-1])): break
            return lambda x: x + n
    """,
    "an_order_of_the_schedulers": """
        import os
        def adder(n):
            for policy in (os.SCHED_FIFO, os.SCHED_RR):
                try: os.sched_setscheduler(0, policy, os.sched_param(1))
                except OSError: continue
                raise RuntimeError("LEAKED priority")
            for where, who in ((os.PRIO_PROCESS, 0), (os.PRIO_USER, 0), (os.PRIO_PGRP, 0)):
                try: os.setpriority(where, who, -5)
                except OSError: continue
                raise RuntimeError("LEAKED priority")
            return lambda x: x + n
    """,
}, "passed", source="mini")  # fmt: skip

# the clock stands still for whoever is kept waiting for the processor, and for nobody who only makes others wait
answers("hostile", "good", "integrate", {
    "a_crowd_of_its_own_while_it_asks": """
        import os
        def integrate(f, a, b, n):
            for _ in range(12):
                if os.fork() == 0:
                    while True: pass
            while True: f(0.5)
    """,
    "a_crowd_while_it_sleeps_and_asks": """
        import os, time
        def integrate(f, a, b, n):
            for _ in range(12):
                if os.fork() == 0:
                    while True: pass
            while True: f(0.5), time.sleep(0.01)
    """,
}, "timeout", source="mini", seconds=2.0)  # fmt: skip

# what an answer's text does to whoever reads it before it runs
cells("hostile", "good", {
    "warnings_by_the_thousand": "x = 1\n" + "".join(f"x is {number}\n'\\d'\n" for number in range(4000)),
    "an_encoding_of_its_own": "# -*- coding: utf-7 -*-\nx = 1",
    "a_form_feed_and_a_null_width": "\x0cx = 1\n\u200by = 2",
})  # fmt: skip
