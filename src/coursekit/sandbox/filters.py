"""The seccomp filter: system calls that no student's answer needs and that attacks on the kernel or on neighbours do."""

from __future__ import annotations

import errno
import fcntl
import mmap
import resource
import socket
import tempfile
from typing import Any

from coursekit.sandbox import linux

_DENIED = """
ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise
mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
setns unshare add_key request_key keyctl bpf perf_event_open userfaultfd
io_uring_setup io_uring_enter io_uring_register kexec_load kexec_file_load init_module finit_module delete_module
reboot swapon swapoff sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex acct quotactl quotactl_fd
syslog name_to_handle_at open_by_handle_at lookup_dcookie iopl ioperm modify_ldt vmsplice migrate_pages move_pages
fanotify_init inotify_init inotify_init1 memfd_create memfd_secret shmget msgget semget mq_open
mbind setxattr lsetxattr fsetxattr landlock_create_ruleset landlock_add_rule landlock_restrict_self io_setup sync syncfs
"""
DENIED = _DENIED.split()
UNKNOWN = range(463, 512)  # calls since Linux 6.13, of the same number on every architecture: as if the kernel had none
# the kernel keeps them in a list that has no end and that no count of memory shows; there is nobody here to keep out
LOCKS = (fcntl.F_SETLK, fcntl.F_SETLKW, fcntl.F_OFD_SETLK, fcntl.F_OFD_SETLKW)
SECRET_CLONES = (
    linux.CLONE_NEWNS,
    linux.CLONE_NEWCGROUP,
    linux.CLONE_NEWUTS,
    linux.CLONE_NEWIPC,
    linux.CLONE_NEWUSER,
    linux.CLONE_NEWPID,
    linux.CLONE_NEWNET,
)
LAST_FAMILY = 10  # AF_INET6: AF_UNIX and the internet lead nowhere in an empty network namespace; all others stay shut
SNDBUFFORCE, RCVBUFFORCE = 32, 33  # Python has no names for these
ATTACH_FILTER, ATTACH_REUSEPORT_FILTER = 26, 51  # nor for these, programs that the kernel keeps for a socket
BUFFERS = (socket.SO_SNDBUF, socket.SO_RCVBUF, SNDBUFFORCE, RCVBUFFORCE, ATTACH_FILTER, ATTACH_REUSEPORT_FILTER)
PRCTLS = (
    linux.PR_SET_PDEATHSIG,  # it dies with the fork server
    linux.PR_SET_DUMPABLE,  # its memory stays to be counted
    linux.PR_FUTEX_HASH,  # a table of the kernel's, as large as one likes
    linux.PR_SCHED_CORE,  # neighbours of a processor's core would stand still
)
JOIN_GROUP, JOIN_SOURCE_GROUP, JOIN_SOURCE, JOIN_ANYCAST = 42, 46, 39, 27
OPTIONS = {
    socket.SOL_SOCKET: BUFFERS,  # what a socket may hold stays what coursekit.sandbox.usage counts for one
    # groups, which the kernel keeps for a network card
    socket.IPPROTO_IP: (socket.IP_ADD_MEMBERSHIP, JOIN_SOURCE, JOIN_GROUP, JOIN_SOURCE_GROUP),
    socket.IPPROTO_IPV6: (socket.IPV6_JOIN_GROUP, JOIN_ANYCAST, JOIN_GROUP, JOIN_SOURCE_GROUP),
}
FORBIDDEN_FAMILIES = range(3, LAST_FAMILY)


def _is(place: int, value: int) -> Any:
    """An argument that the kernel takes for an ``int``: it looks at 32 bits of it only, and so must a rule."""
    import pyseccomp as seccomp

    return seccomp.Arg(place, seccomp.MASKED_EQ, 2**32 - 1, value)


def filter_program() -> bytes:
    """The filter as BPF instructions.  Raises RuntimeError or ImportError where libseccomp is missing."""
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    deny = seccomp.ERRNO(errno.EPERM)
    for name in DENIED:
        try:
            rules.add_rule(deny, name)
        except (OSError, ValueError):
            continue  # a call that this version of libseccomp or this architecture does not have
    for flag in SECRET_CLONES:
        rules.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen; the C library then uses clone
    for number in UNKNOWN:
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), number)
    for option in PRCTLS:
        rules.add_rule(deny, "prctl", _is(0, option))
    for command in LOCKS:
        rules.add_rule(seccomp.ERRNO(0), "fcntl", _is(1, command))  # granted, and not kept
    rules.add_rule(seccomp.ERRNO(0), "setsid")  # granted, and not done: sessions get equal shares of the processors
    for level, option in ((level, option) for level, options in OPTIONS.items() for option in options):
        rules.add_rule(deny, "setsockopt", _is(1, level), _is(2, option))
    # the limit that keeps the system from starting a program for each crash: lowered to 0 it would
    rules.add_rule(deny, "setrlimit", _is(0, resource.RLIMIT_CORE))
    rules.add_rule(deny, "prlimit64", _is(1, resource.RLIMIT_CORE), seccomp.Arg(2, seccomp.NE, 0))
    # memory shared without a file stays taken when no process maps its pages, so that nobody's count shows it
    unseen = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
    rules.add_rule(seccomp.ERRNO(errno.ENOMEM), "mmap", seccomp.Arg(3, seccomp.MASKED_EQ, unseen, unseen))
    rules.add_rule(deny, "socket", seccomp.Arg(0, seccomp.GT, LAST_FAMILY))
    for family in FORBIDDEN_FAMILIES:
        rules.add_rule(deny, "socket", seccomp.Arg(0, seccomp.EQ, family))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
