"""Attacks of a second afternoon: on how points are counted, on what is lent to the judge's functions, on the engine itself."""

from __future__ import annotations

from corpus.base import Draft, answers, case, cells
from corpus.hostile_protocol import SEND
from corpus.mini import QUESTIONS

# points that are summed up take the type of the answer's numbers; whatever that is, they are counted
answers(
    "hostile",
    "good",
    "shares",
    {
        "points_as_numpy_numbers": "import numpy as np\ndef shares(x): return np.int64(0), np.float64(9)",
        "points_as_a_tensor": "import torch\ndef shares(x): return torch.zeros(()), torch.full((), 9.0)",
        "points_as_an_array": "import numpy as np\ndef shares(x): return np.full(5, 8.0), np.full(5, 4.0)",
        "points_as_an_empty_array": "import numpy as np\ndef shares(x): return np.zeros(0), np.zeros(0)",
        "points_as_a_complex_number": "def shares(x): return 8j, 4j",
        "points_as_not_a_number": "import numpy as np\ndef shares(x): return 8, np.float64('nan')",
        "points_without_end": "def shares(x): return 8, -float('inf')",
        "points_beyond_all_numbers": "import numpy as np\ndef shares(x): return 8, np.int64(2**63 - 1) * 2.0**1000",
    },
    source="mini",
)
answers(
    "honest",
    "good",
    "shares",
    {
        "points_for_numpy_numbers": "import numpy as np\ndef shares(x): return np.float32(x / 2), np.sqrt(x)",
        "points_for_tensors": "import torch\ndef shares(x): return torch.tensor(x / 2), torch.tensor(x).sqrt()",
        "points_for_arrays_of_one": "import numpy as np\ndef shares(x): return np.array(x / 2), np.array(x ** 0.5)",
    },
    "passed",
    source="mini",
)

# a function of the judge's that writes where it is told to is told to write into the judge's own array
answers(
    "hostile",
    "good",
    "twice",
    {
        "the_judges_array_overwritten": """
        def twice(f, x):
            for _ in range(60): f(x, x)
            return x
    """,
        "the_judges_array_as_output": "def twice(f, x):\n    for _ in range(60): f(x, out=x)\n    return x",
        "the_judges_array_in_a_tuple": """
        import numpy as np
        def twice(f, x):
            for _ in range(60): f(x, out=(x,))
            return np.ones(2)
    """,
        "the_judges_function_with_a_mask": "def twice(f, x): return f(x, where=False, out=x)",
    },
    source="mini",
)

# the student's process does not even begin a question as it is told to
cells(
    "hostile",
    "good",
    {
        "begins_with_an_object": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"].Student
        inner = student.do_begin
        student.do_begin = lambda self, *rest: inner(self, *rest) or object()
    """,
        "begins_with_a_module": """
        import sys
        student = sys.modules["coursekit.engine.inside.student"].Student
        inner = student.do_begin
        student.do_begin = lambda self, *rest: inner(self, *rest) or sys
    """,
    },
    source="mini",
    **{name: "crashed" for name in QUESTIONS if name not in ("sgd", "line")},
)

# a process's name, which it gives itself, where the fork server reads what the process takes and waits for
answers(
    "hostile",
    "good",
    "adder",
    {
        "a_name_that_is_no_text": """
        import ctypes, threading, time
        def adder(n):
            libc = ctypes.CDLL(None)
            for name in (b"\\xff\\xfe", b"\\x0bVmPTE: x", b"\\rRssAnon:", b") Z 1 (", b"a) R 1 1", b"\\nNSpid: 1 1 1"):
                libc.prctl(15, name, 0, 0, 0)
                others = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(3)]
                for other in others: other.start()
                for other in others: other.join()
            return lambda x: x + n
    """,
    },
    "passed",
    source="mini",
)

# the kernel asked in ways that a filter may not think of
answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "calls_by_half_of_a_number": """
        import ctypes
        def mode_speed(w, s):
            libc, wide = ctypes.CDLL(None), 1 << 32
            def call(*numbers): return libc.syscall(*(ctypes.c_ulong(number) for number in (*numbers, 0, 0, 0)))
            for option in (1, 4):  # the signal at a parent's death, whether memory can be looked at
                if call(157, option | wide, 0) == 0: raise RuntimeError("LEAKED prctl")
            for family in (16, 17, 38, 40):
                if call(41, family | wide, 3) >= 0: raise RuntimeError("LEAKED socket")
            return 1.0
    """,
        "the_engine_through_its_socket": """
        import ctypes, signal, socket
        def mode_speed(w, s):
            channel, libc = socket.socket(fileno=3), ctypes.CDLL(None)
            try: other = int.from_bytes(channel.getsockopt(socket.SOL_SOCKET, 77, 4), "little")  # a file for the process at its other end
            except OSError: return 1.0
            finally: channel.detach()
            if libc.syscall(424, other, signal.SIGTERM, 0, 0) == 0 or libc.syscall(438, other, 0, 0) >= 0: raise RuntimeError("LEAKED engine")
            return 1.0
    """,
        "books_of_the_kernel_that_have_no_end": """
        import ctypes, errno, fcntl, mmap, os, socket, struct
        def mode_speed(w, s):
            libc, machine = ctypes.CDLL(None, use_errno=True), os.uname().machine
            def got(result, *errors):
                if result >= 0 or ctypes.get_errno() not in (errors or (errno.EPERM,)): raise RuntimeError("LEAKED book")
            for wide in (0, 1 << 32):
                got(libc.prctl(78 | wide, ctypes.c_ulong(1), ctypes.c_ulong(1 << 10), ctypes.c_ulong(0), ctypes.c_ulong(0)))
            got(libc.prctl(62, ctypes.c_ulong(1), 0, 0, 0))
            got(libc.syscall(444, struct.pack("QQ", 0, 3), ctypes.c_size_t(16), 0))
            got(libc.syscall(463, -100, b"/tmp", 0, b"user.x", 0, 0), errno.ENOSYS)
            table = struct.pack("<I" + 4 * "HHI", 2, 1, 7, 2**32 - 1, 4, 7, 2**32 - 1, 16, 7, 2**32 - 1, 32, 7, 2**32 - 1)
            for target in ("/tmp", os.open("/tmp", os.O_RDONLY)):
                try: os.setxattr(target, "system.posix_acl_access", table)
                except PermissionError: continue
                raise RuntimeError("LEAKED list")
            page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            place = ctypes.c_ulong(ctypes.addressof(ctypes.c_char.from_buffer(page)))
            if machine == "x86_64": got(libc.syscall(237, place, ctypes.c_ulong(4096), 2, ctypes.byref(ctypes.c_ulong(1)), ctypes.c_ulong(2), 0))
            if machine == "x86_64": got(libc.syscall(206, 100, ctypes.byref(ctypes.c_ulong(0))))
            program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
                got(libc.setsockopt(one.fileno(), 1, 26, struct.pack("HxxxxxxP", 1, ctypes.addressof(program)), 16))
            for family, level, option, group in ((2, 0, 35, "224.0.1.9"), (10, 41, 20, "ff02::99")):
                with socket.socket(family, socket.SOCK_DGRAM) as one:
                    got(libc.setsockopt(one.fileno(), level, option, socket.inet_pton(family, group) + struct.pack("I", 1), 20 if level else 8))
            file = os.open("locked", os.O_RDWR | os.O_CREAT)
            for command in (fcntl.F_SETLK, fcntl.F_SETLKW): fcntl.fcntl(file, command, struct.pack("hhqqi", fcntl.F_WRLCK, 0, 10, 1, 0))
            if "POSIX" in open("/proc/locks").read(): raise RuntimeError("LEAKED lock")
            return 1.0
    """,
        "crashes_that_start_programs": """
        import ctypes, os, resource, struct
        def mode_speed(w, s):
            core, libc, machine = resource.RLIMIT_CORE, ctypes.CDLL(None), os.uname().machine
            number = {"x86_64": 160, "aarch64": 164}[machine]
            for lower in (lambda: resource.setrlimit(core, (0, 0)), lambda: resource.prlimit(os.getpid(), core, (0, 0)),
                          lambda: libc.syscall(number, ctypes.c_ulong(core | 1 << 32), struct.pack("QQ", 0, 0)) and os.chroot("/")):
                try: lower()
                except (OSError, ValueError): continue
                raise RuntimeError("LEAKED crash")  # the system starts a program for each where this is 0
            return float(resource.getrlimit(core)[0])
    """,
        "many_that_want_the_processor": """
        import os, time
        def mode_speed(w, s):
            session, end = os.getsid(0), time.monotonic() + 15
            for _ in range(20):
                if os.fork() == 0:
                    os.setsid()
                    while time.monotonic() < end: pass
                    os._exit(0)
            while os.getpriority(os.PRIO_PROCESS, 0) < 10:
                if time.monotonic() > end: raise RuntimeError("LEAKED processor")
            child = os.fork()
            if child == 0:
                os.setsid()
                os._exit(os.getsid(0) != session or os.getpriority(os.PRIO_PROCESS, 0) < 10)
            if os.waitpid(child, 0)[1] or os.getsid(0) != session: raise RuntimeError("LEAKED session")
            return 1.0
    """,
        "watches_on_files": """
        import ctypes
        def mode_speed(w, s):
            if ctypes.CDLL(None).inotify_init1(0) >= 0: raise RuntimeError("LEAKED watch")
            return 1.0
    """,
    },
)
answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "calls_of_another_processor": """
        import ctypes, mmap, os
        def mode_speed(w, s):
            if os.uname().machine != "x86_64": os.abort()
            code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
            code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # getpid as on 32 bits
            return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() * 0.0
    """,
        "calls_of_the_third_kind": """
        import ctypes, os
        def mode_speed(w, s):
            if os.uname().machine != "x86_64": os.abort()
            return ctypes.CDLL(None).syscall(ctypes.c_ulong(0x40000000 | 39)) * 0.0
    """,
    },
    "crashed",
)


@case("hostile", "bad", every="refused")
def text_that_would_be_parsed_for_an_hour(d: Draft) -> None:
    """Cells of text that bear the name of an answer."""
    for number in range(40):
        d.cells.insert(
            0, d.cell("mode_speed_answer") | {"cell_type": "markdown", "source": "...\n" * 20_000 + str(number)}
        )


@case("hostile", "good", every="missing")
def text_that_might_be_an_answer(d: Draft) -> None:
    """Cells of text that are Python as well, in a notebook without names, ids or code."""
    long = "f'" + "{1}" * 30_000 + "'"
    d.notebook["cells"] = [{"cell_type": "markdown", "metadata": {}, "source": long + f" # {i}"} for i in range(40)]


@case("hostile", "good")
def a_written_answer_of_millions_of_words(d: Draft) -> None:
    d.cell("sharp_colleague")["source"] = "ab " * 2_000_000


# small on the wire and large for the judge
answers("hostile", "good", "one_step_drift", {
    "a_million_empty_rows": "import numpy as np\ndef one_step_drift(W1, W2, M, eta): return np.zeros((2**31 - 1, 0))",
    "a_product_of_nothing": "import torch\ndef one_step_drift(W1, W2, M, eta): return torch.zeros((2**20 + 1, 0))",
    "lists_of_nothing": "def one_step_drift(W1, W2, M, eta): return [[[]] * 1000] * 90",
    "one_long_text_among_many": "def one_step_drift(W1, W2, M, eta): return ['x' * 10**7] + [''] * 10**5",
})  # fmt: skip
answers("hostile", "good", "one_step_drift", {
    "empty_rows_past_the_writer": SEND + """
        import numpy as np
        arrays = sys.modules["coursekit.engine.protocol.arrays"]
        inner = arrays.array_parts
        arrays.array_parts = lambda a: ("float64", (2**31 - 1, 0), b"") if a.size == 7 else inner(a)
        def one_step_drift(W1, W2, M, eta):
            for number in range(60): shout(b"R", frames.encode(((number, "ok", np.zeros(7)), [])))
            return 0.0
    """,
})  # fmt: skip
answers("hostile", "good", "descend", {
    "an_array_without_entries": "import numpy as np\ndef descend(grad, w): return np.zeros((0, 2))",
    "an_array_of_too_many": "import numpy as np\ndef descend(grad, w): return np.stack([w * 0.8**50, 1 - 0.9**50 + 0 * w])",
}, source="mini")  # fmt: skip

# what a cell leaves armed or doubled must not reach the questions that follow
cells("hostile", "good", {
    "a_fork_that_python_does_not_see": "import ctypes\nctypes.CDLL(None).fork()",
    "an_alarm_left_behind": """
        import signal
        def ring(*_): raise TimeoutError
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.02)
    """,
}, source="mini")  # fmt: skip
answers("hostile", "good", "adder", {
    "one_byte_after_the_other": SEND + """
        import time
        def adder(n):
            os.write(3, b"R" + struct.pack("<I", 10**7))
            while True:
                os.write(3, b"x")
                time.sleep(0.05)
    """,
}, "timeout", source="mini", seconds=2.0)  # fmt: skip
