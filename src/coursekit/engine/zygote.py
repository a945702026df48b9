"""The fork server: imports the libraries once, then forks one process after the other.  It never sees a notebook or a test.

For each process a guardian stands between: it holds the lifeline to the engine, kills the process (and with its process
namespace everything that it started) when the lifeline closes, and says how it ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from typing import Any

_LIBRARIES = """
numpy numpy.linalg numpy.testing numpy.random torch torch.nn torch.optim torch.func torch.utils.data torch.linalg
scipy scipy.linalg scipy.integrate scipy.optimize scipy.special scipy.stats scipy.sparse sklearn.datasets
matplotlib matplotlib.pyplot matplotlib.backends.backend_agg IPython.core.inputtransformer2 IPython.display
asyncio concurrent.futures copy dataclasses decimal fractions functools inspect itertools json math random statistics typing
encodings.idna encodings.ascii encodings.latin_1 unicodedata jaxtyping
coursekit.checks coursekit.engine.student coursekit.engine.checker coursekit.engine.worker
"""
LIBRARIES = _LIBRARIES.split()


def preload() -> None:
    """Import what students' and checkers' processes will want.  What is not installed is left out."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        toolbox = importlib.import_module("training_dynamics.toolbox")
        for module in pkgutil.iter_modules(toolbox.__path__):
            importlib.import_module(f"training_dynamics.toolbox.{module.name}")
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        with contextlib.suppress(ImportError):
            importlib.import_module("torch._dynamo")  # imported by the first step of an optimizer otherwise
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve orders from the engine until it closes the control socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    sys.argv = [""]
    preload()
    confinement = None
    if sys.platform.startswith("linux"):
        with contextlib.suppress(ImportError, RuntimeError):
            from coursekit.sandbox.enter import prepare

            confinement = prepare(os.getcwd())
    signal.signal(signal.SIGCHLD, reap)
    control.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not message or len(descriptors) != 2:
            return
        if os.fork() == 0:
            control.close()
            guard(json.loads(message), confinement, *descriptors)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def reap(*_: object) -> None:
    """Take leave of guardians that have ended; their CPU time then counts as this process's children's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def guard(order: dict[str, Any], confinement: Any, channel: int, lifeline: int) -> None:
    """Fork the process, wait for its end or for the lifeline's, and say on the lifeline how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    channel, lifeline = _only(channel, lifeline)
    if order["sandbox"]:
        from coursekit.sandbox.enter import leave_namespaces

        leave_namespaces()
    child = os.fork()
    if child == 0:
        os.close(lifeline)
        _be(order, confinement, channel)
        os._exit(0)
    os.close(channel)
    watched = os.pidfd_open(child)
    select.select([watched, lifeline], [], [])
    ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        if not order["sandbox"]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return
    code = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(OSError):
        os.write(lifeline, (f"signal {-code}" if code < 0 else f"exit {code}").encode())


def _only(channel: int, lifeline: int) -> tuple[int, int]:
    """Close every descriptor but these two and the standard ones; number them 3 and 4."""
    low, high = os.dup(channel), os.dup(lifeline)
    while low < 5 or high < 5:
        low, high = os.dup(low), os.dup(high)
    os.dup2(low, 3)
    os.dup2(high, 4)
    os.closerange(5, 4096)
    return 3, 4


def _be(order: dict[str, Any], confinement: Any, channel: int) -> None:
    """Become the student's or the checker's process."""
    from coursekit.engine.wire import Wire
    from coursekit.engine.worker import serve

    budget = order["budget"]
    os.setsid()
    if order["role"] == "student":
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.close(nowhere)
    if order["sandbox"]:
        from coursekit.sandbox.enter import confine

        if confinement is None:
            os._exit(97)
        confine(confinement, budget["memory_bytes"], budget["processes"], int(budget["submission_seconds"]) + 10)
    elif order["role"] == "student":
        from coursekit.sandbox import limits

        limits.apply(budget["memory_bytes"], 4096, int(budget["submission_seconds"]) + 10)
    serve(order["role"], Wire(channel, channel), budget["output_bytes"])


if __name__ == "__main__":
    main()
