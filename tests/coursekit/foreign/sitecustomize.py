"""Makes the course's own modules believe that they run on Windows or macOS: what those systems lack is missing or refuses.

Python imports this file first when its folder is on PYTHONPATH and FOREIGN names the system; it puts itself in front of the
processes that are started, too.  Only modules of the course see the disguise: numpy and torch choose their libraries by the
system, so they must know the real one.  What cannot be shown this way (DLLs, drive letters, locked files) is not shown.
"""

import builtins
import os
import signal
import subprocess
import sys
import types

SYSTEM = os.environ.get("FOREIGN", "")
HERE = os.path.dirname(os.path.abspath(__file__))
LOCALE = ("LC_ALL", "PYTHONUTF8", "PYTHONCOERCECLOCALE", "PYTHONIOENCODING", "PYTHONWARNDEFAULTENCODING")
UNIX = {
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "posix",
    "syslog",
    "readline",
    "curses",
    "crypt",
    "spwd",
}
LINUX_ONLY = {"memfd_create", "pidfd_open", "sched_getaffinity", "sched_setaffinity", "setns", "unshare", "prlimit"}
NOT_ON_WINDOWS = {
    "os": LINUX_ONLY | {
        "fork", "forkpty", "register_at_fork", "setsid", "killpg", "getpgid", "setpgid", "getpgrp", "wait", "wait3", "wait4",
        "waitid", "WNOHANG", "getuid", "geteuid", "getgid", "getegid", "setuid", "chown", "fchown", "fchmod", "mkfifo", "uname",
        "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "set_blocking", "posix_spawn", "pipe2", "nice", "sysconf", "chroot",
        "getloadavg", "statvfs", "sendfile", "openpty", "ttyname", "sync", "fdatasync",
    },
    "signal": {
        "SIGKILL", "SIGALRM", "SIGPROF", "SIGVTALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGXFSZ", "SIGCHLD", "SIGHUP", "SIGSTOP",
        "SIGPIPE", "setitimer", "getitimer", "alarm", "pause", "pthread_sigmask", "pthread_kill", "sigwait", "pidfd_send_signal",
        "ITIMER_REAL", "ITIMER_PROF", "ITIMER_VIRTUAL", "siginterrupt", "sigpending",
    },
    "socket": {"AF_UNIX", "SCM_RIGHTS", "send_fds", "recv_fds", "CMSG_LEN", "SOCK_CLOEXEC", "SOCK_NONBLOCK"},
    "select": {"poll", "epoll", "kqueue", "EPOLLIN", "POLLIN"},
}  # fmt: skip
NOT_ON_MACOS = {
    "os": LINUX_ONLY,
    "signal": {"pidfd_send_signal"},
    "socket": {"SOCK_CLOEXEC", "SOCK_NONBLOCK"},
    "select": {"epoll", "EPOLLIN"},
}


class Disguised(types.ModuleType):
    """A module as another system has it: some names are missing, some are others."""

    def __init__(self, real, missing, **other):
        super().__init__(real.__name__)
        self.__dict__.update(_real=real, _missing=missing, **other)

    def __getattr__(self, name):
        if name in self._missing:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on {SYSTEM}")
        return getattr(self._real, name)

    def __setattr__(self, name, value):
        setattr(self._real, name, value)  # sys.stdout and the like


class Popen(subprocess.Popen):
    """Starts processes that wear the same disguise, and refuses what Windows' own refuses."""

    def __init__(self, args, *rest, env=None, **more):
        if SYSTEM == "win32":
            assert not more.get("pass_fds"), "pass_fds not supported on Windows."
            assert not more.get("start_new_session"), "sessions are not for Windows"
            if more.get("preexec_fn") is not None:
                raise ValueError("preexec_fn is not supported on Windows platforms")
            missing = {"SYSTEMROOT", "USERPROFILE"} - set(env or os.environ)  # sockets and Path.home() need them there
            assert not missing, f"the environment lacks {missing}"
        env = dict(os.environ if env is None else env)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (HERE, env.get("PYTHONPATH"))))
        env |= {name: os.environ[name] for name in ("FOREIGN", *LOCALE) if name in os.environ}
        super().__init__(args, *rest, env=env, **more)


def killpg(group, number):
    """macOS refuses a signal to a group in which only a zombie is left."""
    try:
        ended = os.waitid(os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        ended = False
    if ended:
        raise PermissionError(1, "Operation not permitted")
    os.killpg(group, number)


def setrlimit(limit, values):
    """macOS refuses most limits on the address space."""
    import resource

    if limit == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    resource.setrlimit(limit, values)


def hide_proc():
    """There is no /proc on macOS."""
    for module, name in (
        (builtins, "open"),
        (os, "open"),
        (os, "stat"),
        (os, "listdir"),
        (os, "scandir"),
        (os, "readlink"),
    ):
        real = getattr(module, name)

        def hidden(path=".", *rest, real=real, **more):
            asking = sys._getframe(1).f_globals.get("__name__", "")
            if asking.startswith("psutil"):  # it is at home on the real system
                return real(path, *rest, **more)
            if isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith("/proc"):
                raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
            return real(path, *rest, **more)

        setattr(module, name, hidden)


def disguises():
    """The modules as the course's own modules get them."""
    missing = NOT_ON_WINDOWS if SYSTEM == "win32" else NOT_ON_MACOS
    others = {"os": {}, "signal": {}, "socket": {}, "select": {}}
    if SYSTEM == "win32":
        others["os"] = {"name": "nt", "O_BINARY": 0, "sep": os.sep}
        msvcrt = types.ModuleType("msvcrt")
        msvcrt.setmode = lambda descriptor, flags: 0
        extra = {"msvcrt": msvcrt}
    else:
        others["os"] = {"killpg": killpg}
        import resource

        extra = {"resource": Disguised(resource, {"prlimit"}, setrlimit=setrlimit)}
    import select
    import socket

    real = {"os": os, "signal": signal, "socket": socket, "select": select}
    made = {name: Disguised(module, missing[name], **others[name]) for name, module in real.items()}
    made |= {"sys": Disguised(sys, set(), platform=SYSTEM), "subprocess": Disguised(subprocess, set(), Popen=Popen)}
    return made | extra


def put_on():
    """From here on, what the course's modules import is in disguise."""
    made, importing = disguises(), builtins.__import__
    if SYSTEM == "darwin":
        hide_proc()

    def disguised(name, globals=None, locals=None, fromlist=(), level=0):
        asking = str((globals or {}).get("__name__", "")), str((globals or {}).get("__package__", ""))
        ours = any(who.split(".")[0] in ("coursekit", "training_dynamics") for who in asking)
        if ours and SYSTEM == "win32" and name.split(".")[0] in UNIX:
            raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
        if ours and not level and name in made:
            return made[name]
        return importing(name, globals, locals, fromlist, level)

    builtins.__import__ = disguised


if SYSTEM:
    put_on()
