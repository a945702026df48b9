"""What a student's process can see of the file system: the system and Python, read-only, and an empty folder of its own."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from coursekit.sandbox import linux

SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/alternatives",
)
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/full")
OFFERED = {
    "training_dynamics": ("toolbox",),
    "coursekit": ("checks.py", "compare.py", "diagnose.py", "plain.py", "numbers.py"),
}
READ_ONLY = linux.ATTR_RDONLY | linux.ATTR_NOSUID | linux.ATTR_NODEV
PASSWD = "student:x:65534:65534::/tmp:/bin/false\n"
HOME, SHARED = "/tmp", "/dev/shm"
SCRATCH_BYTES = {HOME: 64 * 2**20, SHARED: 16 * 2**20}  # the file systems in memory that a student's process can write
SCRATCH_FILES = 8192


@dataclass(frozen=True)
class View:
    """``shown`` are paths that are visible as they are; ``packages`` are folders of which only some entries are."""

    shown: tuple[str, ...]
    packages: tuple[tuple[str, tuple[str, ...]], ...]


def student_view() -> View:
    """The system, this Python and its libraries; of the course only what students are given.

    The folder of an environment may lie inside the course's repository: only its own subfolders are shown.
    """
    prefixes = {os.path.realpath(sys.base_prefix)} - {"/usr", "/"}
    if sys.prefix != sys.base_prefix:
        prefixes |= {os.path.join(sys.prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg")}
    site = {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    wanted = [path for path in sorted(prefixes | site) if os.path.exists(path) and not path.startswith("/usr/")]
    outer = [path for path in wanted if not any(path.startswith(other + os.sep) for other in wanted)]
    packages = []
    for name, entries in OFFERED.items():
        spec = importlib.util.find_spec(name)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            packages.append((os.path.realpath(folder), entries))
    return View(tuple(outer), tuple(packages))


def build(view: View, root: str) -> None:
    """Build the view on the folder ``root`` and make it the root of this process's file system.

    Needs a mount namespace of its own and the right to mount.
    """
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", root, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
    for path in (*SYSTEM, *view.shown):
        _show(path, root)
    for folder, entries in view.packages:
        _show_package(folder, entries, root)
    for path in DEVICES:
        _bind(path, root + path, linux.ATTR_NOSUID | linux.ATTR_NOEXEC)
    Path(root, "etc").mkdir(exist_ok=True)
    Path(root, "etc", "passwd").write_text(PASSWD)
    _scratch(root)
    linux.change_root(root)
    linux.set_mount_flags("/", linux.ATTR_RDONLY | linux.ATTR_NOSUID | linux.ATTR_NODEV, recursive=False)
    os.chdir(HOME)


def _scratch(root: str) -> None:
    for folder, size in SCRATCH_BYTES.items():
        options = f"size={size},nr_inodes={SCRATCH_FILES},mode=1777"
        os.makedirs(root + folder, exist_ok=True)
        linux.mount("tmpfs", root + folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    os.makedirs(root + "/proc")
    try:
        linux.mount("proc", root + "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    except OSError:
        os.rmdir(root + "/proc")  # in some containers proc may not be mounted; Python does without


def _show(path: str, root: str) -> None:
    target = root + path
    if os.path.islink(path):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(path), target)
    elif os.path.exists(path):
        _bind(path, target, READ_ONLY)


def _show_package(folder: str, entries: tuple[str, ...], root: str) -> None:
    target = root + folder
    if os.path.isdir(target):  # it lies in a folder that is shown: cover it
        linux.mount("tmpfs", target, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,nr_inodes=256,mode=755")
    os.makedirs(target, exist_ok=True)
    Path(target, "__init__.py").touch()
    for entry in entries:
        _show(os.path.join(folder, entry), root)


def _bind(source: str, target: str, attributes: int) -> None:
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    linux.mount(source, target, flags=linux.MS_BIND | linux.MS_REC)
    linux.set_mount_flags(target, attributes)
