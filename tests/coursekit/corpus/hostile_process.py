"""Attacks on the machine: loops, deaths, bombs, floods, files, network, signals.  Each may cost its own question and no more."""

from __future__ import annotations

from corpus.base import Draft, answers, case, cells

answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "loop_in_a_function": "def mode_speed(w, s):\n    while True: pass",
        "loop_that_swallows_interrupts": """
        def mode_speed(w, s):
            while True:
                try:
                    while True: pass
                except BaseException: pass
    """,
        "long_sleep": "import time\ndef mode_speed(w, s): time.sleep(1000)",
        "endless_str_of_an_error": """
        class Slow(Exception):
            def __str__(self):
                while True: pass
        def mode_speed(w, s): raise Slow
    """,
        "stop_the_process": """
        import os, signal, time
        def mode_speed(w, s):
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(100)
    """,
        "loop_in_a_cell": "def mode_speed(w, s): return 1.0\nwhile True: pass",
    },
    "timeout",
    seconds=3.0,
)

answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "exit_in_a_function": "import os\ndef mode_speed(w, s): os._exit(0)",
        "exit_in_a_cell": "import os\nos._exit(3)",
        "abort": "import os\ndef mode_speed(w, s): os.abort()",
        "segmentation_fault": "import ctypes\ndef mode_speed(w, s): ctypes.string_at(8)",
        "stack_overflow_in_c": """
        import sys
        def mode_speed(w, s):
            sys.setrecursionlimit(10**9)
            x = []
            for _ in range(10**6): x = [x]
            return repr(x)
    """,
        "close_all_descriptors": "import os\ndef mode_speed(w, s): os.closerange(0, 256)",
        "fork_and_leave": """
        import os, time
        def mode_speed(w, s):
            if os.fork() == 0:
                os.setsid()
                while True: time.sleep(1)
            os._exit(0)
    """,
        "shut_the_channel": """
        import os, socket
        def mode_speed(w, s):
            for fd in range(3, 64):
                try: socket.socket(fileno=fd).shutdown(2)
                except OSError: pass
    """,
    },
    "crashed",
)

answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "twenty_gigabytes": "def mode_speed(w, s): return len(bytearray(20 * 2**30))",
        "numpy_gigabytes": "import numpy as np\ndef mode_speed(w, s): return np.ones((2**31, 8)).sum()",
        "torch_gigabytes": "import torch\ndef mode_speed(w, s): return torch.ones(2**33).sum()",
        "growing_list": "def mode_speed(w, s):\n    x = [0] * 10**6\n    while True: x = x + x",
    },
    "memory",
)

answers(
    "hostile",
    "good",
    "mode_speed",
    {
        "recursion": "def mode_speed(w, s): return mode_speed(w, s)",
        "read_input": "def mode_speed(w, s): return float(input())",
        "exit_politely": "import sys\ndef mode_speed(w, s): sys.exit(0)",
        "raise_the_limits": """
        import resource
        def mode_speed(w, s):
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print("LEAKED")
    """,
        "write_outside": """
        def mode_speed(w, s):
            for path in ("/etc/passwd", "/usr/planted", "/planted", "/root/planted", "/home/planted", "/var/planted", "/dev/planted"):
                try:
                    open(path, "w").write("x")
                    print("LEAKED", path)
                    return 0.0
                except OSError: pass
            return 1.0
    """,
        "connect_out": """
        import socket
        def mode_speed(w, s):
            for address in (("127.0.0.1", 22), ("127.0.0.1", 8786), ("10.0.0.1", 80), ("1.1.1.1", 53)):
                with socket.socket() as c:
                    c.settimeout(0.2)
                    if c.connect_ex(address) == 0: raise RuntimeError("LEAKED connection")
            return 1.0
    """,
        "odd_sockets": """
        import socket
        def mode_speed(w, s):
            for family in (socket.AF_NETLINK, socket.AF_PACKET, 40, 38, 31):
                try:
                    socket.socket(family, socket.SOCK_RAW if family < 38 else socket.SOCK_STREAM)
                    raise RuntimeError("LEAKED socket")
                except OSError: pass
            return 1.0
    """,
        "kernel_calls": """
        import ctypes, os
        def mode_speed(w, s):
            libc = ctypes.CDLL(None, use_errno=True)
            calls = {"unshare": (0x10000000,), "mount": (b"none", b"/tmp", b"tmpfs", 0, None), "ptrace": (0, 0, 0, 0), "setns": (0, 0),
                     "chroot": (b"/tmp",), "umount2": (b"/proc", 2), "sethostname": (b"x", 1)}
            for name, arguments in calls.items():
                if getattr(libc, name)(*arguments) == 0: raise RuntimeError("LEAKED " + name)
            if libc.syscall(425, 8, 0) >= 0 or libc.syscall(321, 0, 0, 0) >= 0: raise RuntimeError("LEAKED call")
            return 1.0
    """,
        "become_root": """
        import os
        def mode_speed(w, s):
            for change in (os.setuid, os.setgid, os.seteuid):
                try:
                    change(0)
                    raise RuntimeError("LEAKED root")
                except OSError: pass
            return 1.0
    """,
        "write_memory_of_others": """
        import os
        def mode_speed(w, s):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                if int(pid) != os.getpid(): raise RuntimeError("LEAKED process")
            return 1.0
    """,
    },
)

cells(
    "hostile",
    "good",
    {
        "fork_bomb": """
        import os, time
        try:
            for _ in range(1000):
                if os.fork() == 0:
                    time.sleep(60)
                    os._exit(0)
        except OSError: pass
    """,
        "a_child_that_goes_on": "import os\npid = os.fork()",
        "fork_without_end": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        "kill_everyone": "import os, signal\ntry: os.kill(-1, signal.SIGKILL)\nexcept OSError: pass",
        "kill_itself": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nos.kill(os.getpid(), signal.SIGKILL)",
        "signal_games": """
        import signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    """,
        "print_flood": "for _ in range(2000): print('x' * 50_000)",
        "one_giant_line": "print('y' * 100_000_000)",
        "stderr_flood": "import sys, os\nsys.stderr.write('z' * 10**7)\nos.write(2, b'z' * 10**6)\nos.write(1, b'z' * 10**6)",
        "threads_that_print": """
        import threading, time
        def chatter():
            while True:
                print("still here")
                time.sleep(0.001)
        for _ in range(5): threading.Thread(target=chatter, daemon=True).start()
    """,
        "fill_the_disk": """
        try:
            for i in range(100): open(f"big{i}", "wb").write(bytes(2**24))
        except OSError: pass
    """,
        "many_files": """
        try:
            for i in range(100_000): open(f"f{i}", "w").close()
        except OSError: pass
    """,
        "links_out": """
        import os
        os.symlink("/", "up")
        os.symlink("/proc/self/mem", "mem")
        os.mkdir("a"); os.chdir("a"); os.rmdir("../a")
    """,
        "at_exit": "import atexit, time\natexit.register(lambda: time.sleep(100))\natexit.register(print, 'LEAKED')",
        "tracing": """
        import sys, threading
        sys.settrace(lambda *a: None)
        sys.setprofile(lambda *a: None)
        threading.settrace(lambda *a: None)
    """,
        "closed_output": "import sys\nsys.stdout.close()\nsys.stdout = sys.stderr = sys.__stdout__ = None",
        "strange_output": """
        import sys
        class Bad:
            def __getattr__(self, name): raise RuntimeError(name)
        sys.stdout = sys.stderr = Bad()
    """,
        "warnings_are_errors": "import warnings\nwarnings.simplefilter('error')",
        "faults_and_limits": """
        import faulthandler, gc, sys
        faulthandler.enable(open("faults", "w"))
        faulthandler.dump_traceback(file=open("faults2", "w"))
        faulthandler.dump_traceback_later(600, exit=True)  # a dump while others work may crash CPython by itself
        gc.disable()
        sys.setrecursionlimit(500)
    """,
        "other_backend": "import matplotlib\ntry: matplotlib.use('TkAgg', force=True)\nexcept Exception: pass",
        "broken_pyplot": "import matplotlib.pyplot as plt\ndef close(*a): raise RuntimeError('no')\nplt.close = close",
        "shadow_modules": """
        open("numpy.py", "w").write("raise RuntimeError('shadow')")
        open("scipy.py", "w").write("raise RuntimeError('shadow')")
        open("coursekit.py", "w").write("print('LEAKED')")
        import sys
        sys.path.insert(0, ".")
    """,
        "no_main": "import sys\nsys.modules.pop('__main__')\nsys.modules['json'] = None",
        "patched_seeds": "import numpy as np, random\nrandom.seed = np.random.seed = lambda *a: None",
        "delete_everything": "for name in list(globals()):\n    if name != 'name': del globals()[name]",
        "await_forever_briefly": "import asyncio\nawait asyncio.sleep(0.01)",
        "subprocesses": """
        import subprocess, sys
        subprocess.Popen([sys._base_executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    """,
    },
)


@case("hostile", "good", seconds=3.0)
def sleeping_cells(d: Draft) -> None:
    for _ in range(3):
        d.first("import time\ntime.sleep(1)")


@case("hostile", "good", seconds=3.0)
def looping_extra_cell(d: Draft) -> None:
    d.add("while True: pass", before="conserved_answer")


@case("hostile", "good")
def recorded_inputs(d: Draft) -> None:
    """Inputs of hidden checks are kept by the answer and printed by a later cell: nothing of them may show."""
    answer = d.cell("mode_speed_answer")
    answer["source"] += (
        "\nseen = []\ninner = mode_speed\ndef mode_speed(w, s):\n    seen.append(s)\n    return inner(w, s)\n"
    )
    d.add("print('LEAKED' if len(seen) else 'nothing', seen)")
