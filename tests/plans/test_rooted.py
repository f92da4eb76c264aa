"""A path below a folder leads to a regular file in it, or nowhere."""

import os
import socket
from pathlib import Path

import pytest

from plans.rooted import open_below

SECRET = b"not yours"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_bytes(SECRET)
    (tmp_path / "root" / "art").mkdir(parents=True)
    (tmp_path / "root" / "art" / "hero.txt").write_bytes(b"hero")
    return tmp_path / "root"


def read(root, path):
    found = open_below(root, path)
    if found is None:
        return None
    with found as file:
        return file.read()


@pytest.mark.parametrize("path", ["art/hero.txt", "./art//hero.txt", "art\\hero.txt"])
def test_a_file_in_the_folder_is_opened(root, path):
    assert read(root, path) == b"hero"


@pytest.mark.parametrize(
    "path",
    [
        "../outside/secret.txt",
        "art/../../outside/secret.txt",
        "art\\..\\..\\outside\\secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "art/hero.txt\x00.png",
        "art/hero.txt/x",
        "art",
        "",
        ".",
        "nothing",
        "x" * 5_000,
        "x/" * 3_000,
        "\udcff",
    ],
)
def test_any_other_path_leads_nowhere(root, path):
    assert read(root, path) is None


def test_no_link_is_followed_wherever_it_is(root):
    outside = root.parent / "outside"
    (root / "file").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    (root / "art" / "up").symlink_to("../../outside")
    (root / "inside").symlink_to("art/hero.txt")
    (root / "loop").symlink_to("loop")
    for path in ("file", "folder/secret.txt", "art/up/secret.txt", "inside", "loop", "loop/x"):
        assert read(root, path) is None, path


def test_what_is_no_regular_file_is_not_opened(root):
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))
        for path in ("fifo", "socket", "art"):
            assert read(root, path) is None, path


def test_a_device_is_not_opened():
    assert read(Path("/dev"), "zero") is None


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_stays_open(root):
    before = open_files()
    for path in ("art/hero.txt", "art", "art/none", "../x"):
        read(root, path)
    assert open_files() == before
