"""One process with the libraries loaded, from which the fork servers of all workers of this machine are forked.

So they are loaded once, not once a worker, their memory is shared, and the fork server of a worker that takes a dead one's
place is there at once.  Like a fork server it never sees a notebook or a test.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict

from coursekit.engine.processes.spawn import GRACE
from coursekit.library import NOTHING, Library
from coursekit.sandbox.environment import clean_environment

ADDRESS = "COURSE_LIBRARIES"  # the variable that tells a worker's process where to ask
WAITING = 1024  # workers that may wait in line while the libraries are loaded


class LibraryServer:
    """The process.  It is started at once; who asks before it is ready waits in line."""

    def __init__(self, library: Library = NOTHING) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="course-libraries-")  # which nobody else may enter
        self.address = os.path.join(self._folder.name, "line")
        self._life, life = socket.socketpair()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener, life:
            with _near(self.address) as place:
                listener.bind(place)
            listener.listen(WAITING)
            files = [listener.fileno(), life.fileno()]
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-m", "coursekit.engine.processes.library_server", *map(str, files),
                 json.dumps(asdict(library))],
                pass_fds=files, stdin=subprocess.DEVNULL, cwd=self._folder.name,
                env=clean_environment(self._folder.name, library.path), start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> LibraryServer:
        """Tell the processes that are started from here on where it is."""
        os.environ[ADDRESS] = self.address
        return self

    def __exit__(self, *error: object) -> None:
        """End it.  Fork servers that came of it live as long as their workers."""
        os.environ.pop(ADDRESS, None)
        self._life.close()
        self._process.kill()
        self._process.wait(GRACE)
        self._folder.cleanup()


def ask(control: socket.socket, folder: str, mode: str) -> bool:
    """Have a fork server forked that works in ``folder`` and listens to ``control``; False where nobody does that."""
    address = os.environ.get(ADDRESS)
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        try:
            with _near(address) as place:
                line.connect(place)
            socket.send_fds(line, [json.dumps([folder, mode]).encode()], [control.fileno()])
        except OSError:
            return False  # it is gone, or was never on this machine
    return True


@contextlib.contextmanager
def _near(address: str) -> Iterator[str]:
    """A short name of a socket's file: the kernel takes 107 bytes, and folders for temporary files may have longer names."""
    folder = os.open(os.path.dirname(address), os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(address)}"
    finally:
        os.close(folder)


def main() -> None:
    """Load the libraries, then fork a fork server for everyone who asks, until the one who started us is gone."""
    # only in the process itself: who asks it for a fork server needs none of this
    from coursekit.engine.processes import fork_server

    listener, life = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    library = Library.read(json.loads(sys.argv[3]))
    sys.argv = [""]
    fork_server.preload(library)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a fork server ended
    while life not in select.select([listener, life], [], [])[0]:
        with listener.accept()[0] as line:
            message, descriptors, _, _ = socket.recv_fds(line, 4096, 1)
        if not descriptors:
            continue  # who asked has ended
        if os.fork() == 0:
            listener.close()
            life.close()
            _be(socket.socket(fileno=descriptors[0]), library, *json.loads(message))
        os.close(descriptors[0])


def _be(control: socket.socket, library: Library, folder: str, mode: str) -> None:
    # only in the process itself: who asks it for a fork server needs none of this
    from coursekit.engine.processes import fork_server

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.chdir(folder)
        os.environ |= clean_environment(folder, library.path)
        tempfile.tempdir = None
        fork_server.work(control, mode, library)
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
