"""Python for the page: nothing is used that does not have its hash, and where it is not to be had the book does without."""

import hashlib

import pytest

from coursekit.course import at
from coursekit.live import fields, files
from coursekit.live.bundle import script, stored
from coursekit.live.files import SETTING, File, NoFiles, checked, fetched

BYTES = {"one.js": b"var one = 1;", "two.whl": b"PK two"}


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A distribution of two small files, and a folder that has them."""
    wanted = tuple(File(name, hashlib.sha256(data).hexdigest(), "MIT") for name, data in BYTES.items())
    monkeypatch.setattr(files, "FILES", wanted)
    folder = tmp_path / "there"
    folder.mkdir()
    for name, data in BYTES.items():
        (folder / name).write_bytes(data)
    monkeypatch.setenv(SETTING, str(folder))
    return folder


def test_files_come_from_the_folder_that_is_named_and_then_from_the_cache(small, tmp_path, monkeypatch):
    said = []
    found = fetched(tmp_path / "cache", said.append)
    assert {name: path.read_bytes() for name, path in found.items()} == BYTES and len(said) == 1
    monkeypatch.setenv(SETTING, str(tmp_path / "nowhere"))
    assert fetched(tmp_path / "cache", said.append) == found and len(said) == 1


def test_an_address_is_as_good_as_a_folder(small, tmp_path, monkeypatch):
    monkeypatch.setenv(SETTING, small.as_uri())
    assert set(fetched(tmp_path / "cache")) == set(BYTES)


def test_a_byte_that_differs_is_refused_and_nothing_is_kept(small, tmp_path):
    (small / "two.whl").write_bytes(b"PK twO")
    with pytest.raises(
        NoFiles, match=r"two\.whl is not that of Pyodide .*: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}"
    ):
        fetched(tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("two.whl"))


def test_a_damaged_file_of_the_cache_is_fetched_again(small, tmp_path):
    path = fetched(tmp_path / "cache")["one.js"]
    path.write_bytes(b"var one = 2;")
    assert fetched(tmp_path / "cache")["one.js"].read_bytes() == BYTES["one.js"]


def test_a_folder_without_the_files_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(SETTING, str(tmp_path))
    with pytest.raises(NoFiles, match="has no pyodide.js"):
        fetched(tmp_path / "cache")


def test_without_files_the_book_has_no_check_buttons_and_says_so_in_one_line(tmp_path, monkeypatch):
    from fixture import copy_course

    monkeypatch.setenv(SETTING, "none")
    said, course = [], at(copy_course(tmp_path))
    (course.book / "_extra" / "live").mkdir(parents=True)
    assert fields.prepare(course, said.append) is None
    assert said == ["the assignments' pages have no Check buttons: COURSE_PYODIDE is none"]
    assert not (course.book / "_extra" / "live").exists()


def test_every_file_has_a_hash_and_a_licence():
    assert len({file.sha256 for file in files.FILES}) == len(files.FILES) == 7
    for file in files.FILES:
        assert len(bytes.fromhex(file.sha256)) == 32 and file.licence
        with pytest.raises(NoFiles, match=file.name.replace(".", r"\.")):
            checked(file, b"something else")


def test_the_same_files_give_the_same_script():
    content = {"a/b.py": b"x = 1\n", "c": b""}
    assert script("name", content) == script("name", dict(content))
    assert script("name", content).startswith(b'TDLive.take("name", [["a/b.py", 6], ["c", 0]], "')


def test_an_archive_is_packed_in_order_and_not_compressed():
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(stored({"b.py": b"y" * 1000, "a.py": b"x"}))) as archive:
        assert archive.namelist() == ["a.py", "b.py"] and archive.read("b.py") == b"y" * 1000
        assert archive.getinfo("b.py").compress_type == zipfile.ZIP_STORED


def test_without_node_modules_stay_sources(monkeypatch):
    from coursekit.live.compiled import compiled

    monkeypatch.setattr("shutil.which", lambda name: None)
    assert compiled({"a.py": b"x = 1"}, {}, {}) == {"a.py": b"x = 1"}
