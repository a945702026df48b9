"""The few system calls that the sandbox needs and that Python does not offer, by hand.  Linux only; nothing else is unsafe here.

Every function raises OSError with the call's name.  Sources: unshare(2), setns(2), mount(2), mount_setattr(2), pivot_root(2),
prctl(2), capset(2), capget(2), seccomp(2), madvise(2).
"""

from __future__ import annotations

import ctypes
import os
import platform

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWTIME = 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x80
NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS = 21, 39
PR_SCHED_CORE, PR_FUTEX_HASH = 62, 78
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER = 2
MADV_COLLAPSE = 25
CAPABILITY_VERSION_3 = 0x2008_0522
# pivot_root and mount_setattr have no wrapper in older C libraries; the second has one number on every architecture
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
MOUNT_SETATTR = 442

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapData(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _check(result: int, call: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that ``descriptor`` stands for; for a process namespace, this process's children do."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system, or bind ``source`` with MS_BIND."""
    arguments = [text.encode() if text else None for text in (source, target, kind)]
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def set_mount_flags(target: str, attributes: int, recursive: bool = True) -> None:
    """Make a mount, and with ``recursive`` all below it, read-only and the like; needs Linux 5.12."""
    wanted = _MountAttr(attributes, 0, 0, 0)
    flags = AT_RECURSIVE if recursive else 0
    result = _libc.syscall(
        ctypes.c_long(MOUNT_SETATTR),
        ctypes.c_int(AT_FDCWD),
        target.encode(),
        ctypes.c_uint(flags),
        ctypes.byref(wanted),
        ctypes.c_size_t(ctypes.sizeof(wanted)),
    )
    _check(result, f"mount_setattr {target}")


def change_root(folder: str) -> None:
    """Make ``folder``, a mount point, the root of the file system, and let go of the old one."""
    number = PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"pivot_root: the number of this system call on {platform.machine()} is not known here")
    os.chdir(folder)
    _check(_libc.syscall(ctypes.c_long(number), b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", ctypes.c_int(MNT_DETACH)), "umount2")
    os.chdir("/")


def prctl(option: int, value: int, third: int = 0) -> None:
    """Set an attribute of this process."""
    arguments = [ctypes.c_ulong(number) for number in (value, third, 0, 0)]
    _check(_libc.prctl(ctypes.c_int(option), *arguments), f"prctl {option}")


def process_attribute(option: int) -> int:
    """The value of an attribute of this process; works where there is no /proc."""
    result = _libc.prctl(ctypes.c_int(option), *[ctypes.c_ulong(0)] * 4)
    _check(result, f"prctl {option}")
    return result


def capabilities() -> int:
    """This process's effective and permitted capabilities together, a bit each."""
    header, data = _CapHeader(CAPABILITY_VERSION_3, 0), (_CapData * 2)()
    _check(_libc.capget(ctypes.byref(header), data), "capget")
    return sum((part.effective | part.permitted) << 32 * place for place, part in enumerate(data))


def drop_capabilities() -> None:
    """Give up every capability, also of programs started later."""
    last = 63
    if os.path.exists("/proc/sys/kernel/cap_last_cap"):
        with open("/proc/sys/kernel/cap_last_cap") as file:
            last = int(file.read())
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(last + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # not ours to drop (no CAP_SETPCAP), so no program can gain it under no_new_privs either
    header, data = _CapHeader(CAPABILITY_VERSION_3, 0), (_CapData * 2)()
    _check(_libc.capset(ctypes.byref(header), data), "capset")


def forbid_new_privileges() -> None:
    """No program started from here gains rights from its file."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def install_filter(program: bytes) -> None:
    """Have the kernel run a seccomp filter, given as BPF instructions of 8 bytes, before every system call."""
    buffer = ctypes.create_string_buffer(program, len(program))
    wanted = _Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    result = _libc.prctl(
        ctypes.c_int(PR_SET_SECCOMP),
        ctypes.c_ulong(SECCOMP_MODE_FILTER),
        ctypes.byref(wanted),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )
    _check(result, "prctl PR_SET_SECCOMP")


def collapse(address: int, length: int) -> None:
    """Gather memory of this process in large pages, at once; needs Linux 6.1."""
    _check(
        _libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(length), ctypes.c_int(MADV_COLLAPSE)),
        "madvise COLLAPSE",
    )
