import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from imported import imported

from training.errors import BadData
from training.importers import unpack

COMMENTS = [{"comment_content": f"Comment {number}", "comment_approved": "1"} for number in range(3_000)]
JSON = json.dumps(COMMENTS).encode()


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_gzipped_file_is_known_by_its_content(tmp_path: Path) -> None:
    assert len(imported(tmp_path, gzip.compress(JSON), "comments.txt").rows) == len(COMMENTS)


def test_files_in_a_zip_are_sources_of_their_own_and_others_in_it_are_left_out_with_a_word(tmp_path: Path) -> None:
    found = imported(tmp_path, zipped(**{"blog.json": JSON, "readme.txt": b"hello", "__MACOSX/x": b"x"}), "backup.bin")

    assert {row["source"] for row in found.rows} == {"blog"}
    assert found.damage == [
        "backup.bin/readme.txt: no export that is known; "
        "docs/training.md lists them, and the columns of a CSV (left out)"
    ]


def test_a_sqlite_database_may_be_packed(tmp_path: Path) -> None:
    found = imported(tmp_path, gzip.compress(b"SQLite format 3\0" + bytes(100)))

    assert found.damage[0].startswith("export: cannot be read as Isso's database")


def test_a_cut_gzip_gives_what_came_before_and_says_where_it_ends(tmp_path: Path) -> None:
    packed = gzip.compress(JSON)

    found = imported(tmp_path, packed[: len(packed) * 3 // 4])

    assert 0 < len(found.rows) < len(COMMENTS)
    assert found.damage[0].startswith("export: damaged or cut after ")
    assert found.damage[0].endswith("pack or download it again")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(COMMENTS[:300]),
        "".join(f'{{"label": "ham", "comment": "Comment {number}"}}\n' for number in range(300)),
        "label,comment\n" + "".join(f"ham,Comment {number}\n" for number in range(300)),
        "CREATE TABLE `wp_comments` (\n  `comment_content` text,\n  `comment_approved` text\n);\n"
        + "INSERT INTO `wp_comments` VALUES\n"
        + ",\n".join(f"('Comment {number}','1')" for number in range(300))
        + ";\n",
    ],
    ids=["JSON", "JSON Lines", "CSV", "SQL"],
)
def test_a_cut_gzip_that_is_small_gives_what_came_before_as_well(tmp_path: Path, content: str) -> None:
    packed = gzip.compress(content.encode())

    found = imported(tmp_path, packed[: len(packed) * 3 // 4])

    assert 50 < len(found.rows) < 300
    assert found.damage[0].startswith("export: damaged or cut after ")


def test_a_gzip_that_is_cut_before_its_first_byte_is_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"export: damaged or cut after 0 unpacked bytes"):
        imported(tmp_path, gzip.compress(JSON)[:10])


def test_of_a_gzip_that_is_cut_in_its_first_line_it_is_told_that_it_is_cut(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"export: damaged or cut after \d+ unpacked bytes"):
        imported(tmp_path, gzip.compress(bytes(range(65, 91)) * 3, compresslevel=0)[:30])


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_with_its_cure(tmp_path: Path, kind: str) -> None:
    spaces = b"[" + b" " * unpack.FREE
    bomb = gzip.compress(spaces) if kind == "gzip" else zipped(bomb=spaces)

    with pytest.raises(BadData, match=r"unpacks to more than 250 times its size, as a zip bomb does; if you trust it"):
        imported(tmp_path, bomb)


def test_a_zip_that_says_it_is_larger_than_any_export_is_refused(tmp_path: Path) -> None:
    packed = zipped(**{str(number): JSON for number in range(5)})
    entries = packed.split(b"PK\x01\x02")
    lying = [entry[:20] + b"\xfe\xff\xff\xff" + entry[24:] for entry in entries[1:]]

    with pytest.raises(BadData, match="unpacks to more than 16 GiB, which is refused"):
        imported(tmp_path, b"PK\x01\x02".join([entries[0], *lying]))


def test_what_is_packed_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="export/inner: packed twice"):
        imported(tmp_path, zipped(inner=gzip.compress(JSON)))


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut", zipped()])
def test_a_zip_that_is_damaged_or_empty_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadData, match=r"^export: "):
        imported(tmp_path, content)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zipped(blog=JSON))
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(BadData, match="export: encrypted; unpack it yourself"):
        imported(tmp_path, bytes(packed))
