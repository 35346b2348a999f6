"""Archives are looked at from outside before a library opens them."""

import io
from pathlib import Path
from zipfile import ZipFile

import pytest

from catalog.sources import packed
from catalog.sources.packed import LARGEST_PART, LARGEST_WHOLE, MOST_PARTS, opened_package
from catalog.sources.tables import RefusedFileError
from tests import hostile


def code_for(path: Path) -> str:
    with pytest.raises(RefusedFileError) as refusal:
        read_all(path)
    return refusal.value.code


def read_all(path: Path) -> None:
    with opened_package(path) as package:
        for name in package.namelist():
            package.read(name)


def zipped(*sizes: int) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", 8) as package:
        for number, size in enumerate(sizes):
            package.writestr(str(number), bytes(size))
    return target.getvalue()


@pytest.mark.parametrize(
    "sizes", [(LARGEST_PART + 1,), (LARGEST_WHOLE // 2, LARGEST_WHOLE // 2 + 1), (0,) * (MOST_PARTS + 1)], ids=str
)
def test_an_archive_that_unpacks_to_too_much_is_refused_without_unpacking(
    tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    assert code_for(hostile.save(tmp_path, zipped(*sizes))) == "file-too-large"


def test_an_archive_that_lies_about_its_size_is_broken(tmp_path: Path) -> None:
    content = zipped(1_000_000)
    lie = content.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert code_for(hostile.save(tmp_path, lie)) == "file-broken"


@pytest.mark.parametrize("content", [b"", b"PK", b"not an archive", b"<html><table>", bytes(4096)])
def test_what_is_no_archive_is_broken(tmp_path: Path, content: bytes) -> None:
    assert code_for(hostile.save(tmp_path, content)) == "file-broken"


def test_a_file_with_a_password_is_told_from_the_old_excel_format(tmp_path: Path) -> None:
    assert code_for(hostile.save(tmp_path, hostile.encrypted())) == "file-locked"
    assert code_for(hostile.save(tmp_path, hostile.old_excel())) == "file-old-excel"


def test_an_archive_whose_parts_are_encrypted_is_locked(tmp_path: Path) -> None:
    content = bytearray(zipped(10))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= packed.ENCRYPTED_FLAG
    assert code_for(hostile.save(tmp_path, bytes(content))) == "file-locked"
