"""What a course gives to students' processes: a package that they may import, and nothing else of the course."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Library:
    """The package ``name``, the only part of ``package`` that students see, and modules to load before they begin.

    Plain data, since it goes to processes of other machines.  ``src`` is a folder that may hold the package; where it does
    not, the package is one that is installed.
    """

    name: str = ""
    package: str = ""
    preload: tuple[str, ...] = ()
    src: str = ""

    @classmethod
    def read(cls, data: dict) -> Library:
        """The library that became ``data`` by ``dataclasses.asdict``, and perhaps JSON."""
        return cls(**data | {"preload": tuple(data["preload"])})

    @property
    def path(self) -> str:
        """The folder that the path of modules needs, empty where the library is an installed one."""
        return self.src if self.name and (Path(self.src) / self._file(self.name)).is_dir() else ""

    def folder(self, package: str) -> Path | None:
        """The folder of a package; None where there is none."""
        own = Path(self.src) / self._file(package)
        if self.src and own.is_dir():
            return own
        try:
            spec = importlib.util.find_spec(package)
        except ImportError:
            return None
        places = list(spec.submodule_search_locations or []) if spec else []
        return Path(places[0]) if places else None

    def modules(self) -> list[str]:
        """The names of the library's modules, itself included, sorted; none where it is not found."""
        folder = self.folder(self.name) if self.name else None
        if folder is None:
            return []
        files = (file.relative_to(folder).with_suffix("").parts for file in folder.rglob("*.py"))
        return sorted(".".join([self.name, *parts]).removesuffix(".__init__") for parts in files)

    def source(self) -> Path | None:
        """The folder in which the library's modules are found by their names; None where there is no library."""
        folder = self.folder(self.name) if self.name else None
        return folder.parents[self.name.count(".")] if folder else None

    def seen(self) -> dict[str, tuple[str, ...]]:
        """For each package of which students see only a part, or one that they see whole, the entries that they see.

        The entry of one that is seen whole is a dot.
        """
        top, _, inner = self.name.partition(".")
        hidden: dict[str, tuple[str, ...]] = {self.package.partition(".")[0]: ()} if self.package else {}
        return hidden | ({top: (self._file(inner) or ".",)} if top else {})

    @staticmethod
    def _file(name: str) -> str:
        return name.replace(".", "/")


NOTHING = Library()  # students may import what is installed, and the course covers none of it
