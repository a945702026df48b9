"""What a student's process can see of the file system: the system and Python, read-only, and an empty folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursekit.library import Library
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
PREFIX = ("bin", "lib", "lib64", "include", "pyvenv.cfg")  # what Python needs of the folder that it is installed in
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/full")
CHECKS = (
    "asked.py",
    "called.py",
    "checks.py",
    "compare.py",
    "diagnose.py",
    "drawn.py",
    "figures.py",
    "lent.py",
    "plain.py",
    "question_checks.py",
    "shown.py",
    "student_errors.py",
    "varied.py",
    "watched.py",
)  # what students see of this package
READ_ONLY = linux.ATTR_RDONLY | linux.ATTR_NOSUID | linux.ATTR_NODEV
PASSWD = "student:x:65534:65534::/tmp:/bin/false\n"
HOME, SHARED = "/tmp", "/dev/shm"
SCRATCH_BYTES = {HOME: 64 * 2**20, SHARED: 16 * 2**20}  # the file systems in memory that a student's process can write
SCRATCH_FILES = 8192


@dataclass(frozen=True)
class View:
    """``shown`` are paths that are visible as they are, ``links`` links to something in them, with what each says.

    ``packages`` are folders of which only some entries are visible.  ``ways`` are the folders below a scratch folder that lead
    to any of these: the student's own /tmp may be where the environment lies, and must show nothing else of the real one.
    """

    shown: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    packages: tuple[tuple[str, tuple[str, ...]], ...]
    ways: tuple[str, ...]


def student_view(library: Library) -> View:
    """The system, this Python and its libraries; of the course only the library.

    The folder of an environment may lie inside the course's repository: only its own subfolders are shown.
    """
    sites = {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    prefixes = {os.path.realpath(sys.base_prefix), sys.base_prefix, sys.prefix} - {"/usr", "/"}
    wanted = {os.path.join(prefix, name) for prefix in prefixes for name in PREFIX} | sites
    outer = [path for path in sorted(wanted) if os.path.exists(path) and not _within(path, {"/usr"} | wanted - {path})]
    shown, links = _links_apart([*SYSTEM, *outer])
    seen = {"coursekit": CHECKS} | library.seen()
    packages = tuple((place, entries) for name, entries in seen.items() for place in _places(name, sites, library))
    ways = _ways([*shown, *(folder for folder, _ in packages)])
    return View(tuple(shown), tuple(links), packages, tuple(way for way in ways if way not in shown))


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _links_apart(paths: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """What is shown as it is, and the links to something in that; a link to anything else is shown as what it leads to."""
    real = {os.path.realpath(path) for path in paths if not os.path.islink(path)}
    links = [path for path in paths if os.path.islink(path) and _within(os.path.realpath(path), real)]
    shown = [path for path in paths if path not in links and os.path.exists(path)]
    return shown, [(path, os.readlink(path)) for path in links]


def _places(name: str, sites: set[str], library: Library) -> list[str]:
    """Where the package lies, by every name that leads there: all of them have to be covered."""
    folder = library.folder(name)
    places = ([str(folder)] if folder else []) + [os.path.join(site, name) for site in sites]
    return sorted({place for path in places if os.path.isdir(path) for place in (path, os.path.realpath(path))})


def _ways(paths: list[str]) -> list[str]:
    """The folders directly below a scratch folder on the way to the paths."""
    below = [(folder, path[len(folder) + 1 :]) for folder in SCRATCH_BYTES for path in paths if _within(path, [folder])]
    return sorted({os.path.join(folder, rest.split(os.sep)[0]) for folder, rest in below if rest})


def build(view: View, root: str) -> None:
    """Build the view on the folder ``root`` and make it the root of this process's file system.

    Needs a mount namespace of its own and the right to mount.
    """
    os.umask(0o022)  # the student is another user, who has to come through the folders that we make
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    _empty(root, "size=1m,nr_inodes=4096,mode=755")
    for path in DEVICES:
        _bind(path, root + path, linux.ATTR_NOSUID | linux.ATTR_NOEXEC)
    _scratch(root)
    for way in view.ways:
        _empty(root + way, "size=1m,nr_inodes=256,mode=755")
    for path, target in view.links:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(target, root + path)
    for path in view.shown:
        _bind(path, root + path, READ_ONLY)
    for folder, entries in view.packages:
        _show_package(folder, entries, root)
    Path(root, "etc").mkdir(exist_ok=True)
    Path(root, "etc", "passwd").write_text(PASSWD)
    linux.change_root(root)
    for folder in ("/", *view.ways):
        linux.set_mount_flags(folder, READ_ONLY, recursive=False)
    os.chdir(HOME)


def _empty(folder: str, options: str) -> None:
    os.makedirs(folder, exist_ok=True)
    linux.mount("tmpfs", folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)


def _scratch(root: str) -> None:
    for folder, size in SCRATCH_BYTES.items():
        _empty(root + folder, f"size={size},nr_inodes={SCRATCH_FILES},mode=1777")
    os.makedirs(root + "/proc")
    try:
        linux.mount("proc", root + "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    except OSError:
        os.rmdir(root + "/proc")  # in some containers proc may not be mounted; Python does without


def _show_package(folder: str, entries: tuple[str, ...], root: str) -> None:
    target = root + folder
    if os.path.isdir(target):  # it lies in a folder that is shown: cover it
        _empty(target, "size=1m,nr_inodes=256,mode=755")
    os.makedirs(target, exist_ok=True)
    Path(target, "__init__.py").touch()
    for entry in entries:
        _bind(os.path.join(folder, entry), os.path.join(target, entry), READ_ONLY)


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
