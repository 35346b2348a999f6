"""`nahbei places update`: a new table of post codes replaces the old one only when it is whole."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.postcodes import MOST_BYTES, update
from catalog.places import Gazetteer, read_places

OLD = "plz,place,state,lat,lon,kreis\n00103,Beispielhafen,Niedersachsen,54.45,6.60,Beispielkreis\n"


def row(plz: str = "02826", place: str = "Görlitz", lat: str = "51.155", county: str = "Landkreis Görlitz") -> str:
    """One line as GeoNames writes it: country, post code, place, state, its code, …, county, its code, lat, lon."""
    return f"DE\t{plz}\t{place}\tSachsen\tSN\t\t00\t{county}\t14626\t{lat}\t14.988\t4\n"


def packed(text: str | bytes, name: str = "DE.txt") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("readme.txt", "Data: GeoNames, CC BY 4.0")
        parts.writestr(name, text)
    return archive.getvalue()


def put(folder: Path, content: bytes) -> str:
    """Leave a file where the operator's own copy may lie; return its address."""
    folder.mkdir(exist_ok=True)
    file = folder / "DE.zip"
    file.write_bytes(content)
    return file.as_uri()


def old_table(folder: Path) -> Path:
    folder.mkdir()
    table = folder / "post_codes.csv"
    table.write_text(OLD, "utf-8")
    return table


@contextmanager
def served(content: bytes, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Serve one file on this machine; the list fills with who asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['User-Agent']}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/DE.zip", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_downloaded_table_is_put_in_place_and_every_post_code_is_found_in_it(tmp_path: Path) -> None:
    with served(packed(row() + row("02829", "Schöpstal"))) as (url, asked):
        target, count = update(tmp_path / "data", url, fewest=2)
    assert asked == ["/DE.zip nahbei"]
    assert (target, count) == (tmp_path / "data" / "post_codes.csv", 2)
    found = Gazetteer(list(read_places(target))).post_code("02829")
    assert found is not None
    assert (found.name, found.state, found.county) == ("Schöpstal", "DE-SN", "Landkreis Görlitz")
    assert (found.lat, found.lon) == (51.155, 14.988)


def test_a_new_table_replaces_the_old_one_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    table = old_table(tmp_path / "data")
    update(table.parent, put(tmp_path / "mirror", packed(row())), fewest=1)
    text = "plz,place,state,lat,lon,kreis\n02826,Görlitz,Sachsen,51.155,14.988,Landkreis Görlitz\n"
    assert table.read_text("utf-8") == text
    assert sorted(file.name for file in table.parent.iterdir()) == ["post_codes.csv", "post_codes.csv.sha256"]


def test_beside_the_table_stands_which_file_it_came_from(tmp_path: Path) -> None:
    content = packed(row())
    url = put(tmp_path / "mirror", content)
    update(tmp_path / "data", url, fewest=1)
    noted = (tmp_path / "data" / "post_codes.csv.sha256").read_text("utf-8")
    assert noted == f"{hashlib.sha256(content).hexdigest()}  {url}\n"


def test_a_post_code_of_several_towns_is_listed_once_under_the_first(tmp_path: Path) -> None:
    lines = row("02829", "Schöpstal") + row("02829", "Neißeaue") + row("02826")
    target, count = update(tmp_path, put(tmp_path / "mirror", packed(lines)), fewest=2)
    assert count == 2
    assert [line.split(",")[:2] for line in target.read_text("utf-8").splitlines()[1:]] == [
        ["02826", "Görlitz"],
        ["02829", "Schöpstal"],
    ]


@pytest.mark.parametrize("odd", ["\n", "DE\t02826\n", row("2826"), row("028266"), row("A2826"), row("")])
def test_lines_without_a_post_code_of_five_digits_are_left_out(tmp_path: Path, odd: str) -> None:
    target, count = update(tmp_path, put(tmp_path / "mirror", packed(odd + row())), fewest=1)
    assert count == 1
    assert [place.plz for place in read_places(target)] == ["02826"]


def test_a_name_with_a_comma_or_quotes_stays_one_name(tmp_path: Path) -> None:
    lines = row(place='Musterfelde, Ortsteil "Am See"')
    target, _ = update(tmp_path, put(tmp_path / "mirror", packed(lines)), fewest=1)
    assert [place.name for place in read_places(target)] == ['Musterfelde, Ortsteil "Am See"']


def test_the_right_checksum_is_accepted_in_small_and_capital_letters(tmp_path: Path) -> None:
    content = packed(row())
    url, digest = put(tmp_path / "mirror", content), hashlib.sha256(content).hexdigest()
    assert update(tmp_path, url, digest.lower(), fewest=1)[1] == 1
    assert update(tmp_path, url, digest.upper(), fewest=1)[1] == 1


def test_with_a_wrong_checksum_the_old_table_stays(tmp_path: Path) -> None:
    table = old_table(tmp_path / "data")
    content = packed(row())
    url = put(tmp_path / "mirror", content)
    with pytest.raises(ValueError, match=r"the file has checksum [0-9a-f]{64}, not 00ff: nothing was changed") as told:
        update(table.parent, url, "00ff", fewest=1)
    assert hashlib.sha256(content).hexdigest() in str(told.value)
    assert table.read_text("utf-8") == OLD
    assert list(table.parent.iterdir()) == [table]


def test_with_one_post_code_too_few_the_old_table_stays(tmp_path: Path) -> None:
    table = old_table(tmp_path / "data")
    url = put(tmp_path / "mirror", packed(row() + row("02829")))
    with pytest.raises(ValueError, match="the file holds only 2 post codes: nothing was changed"):
        update(table.parent, url, fewest=3)
    assert table.read_text("utf-8") == OLD
    assert update(table.parent, url, fewest=2)[1] == 2


def test_a_table_of_a_few_hundred_post_codes_is_not_all_of_germany(tmp_path: Path) -> None:
    few = "".join(row(f"{number:05}") for number in range(4_999))
    with pytest.raises(ValueError, match="only 4999 post codes"):
        update(tmp_path / "data", put(tmp_path / "mirror", packed(few)))
    enough = few + row("04999")
    assert update(tmp_path / "data", put(tmp_path / "mirror", packed(enough)))[1] == 5_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Please log in to this network</html>",
        packed(row())[:-30],
        packed(row(), name="AT.txt"),
        packed(row(place="Görlitz").encode("latin-1")),
    ],
    ids=["nothing", "a page", "cut off", "another country", "not UTF-8"],
)
def test_with_a_file_that_is_not_the_table_the_old_one_stays(tmp_path: Path, content: bytes) -> None:
    table = old_table(tmp_path / "data")
    with (
        served(content) as (url, _),
        pytest.raises(ValueError, match=r"this is not GeoNames' DE\.zip: nothing was changed"),
    ):
        update(table.parent, url, fewest=1)
    assert table.read_text("utf-8") == OLD
    assert list(table.parent.iterdir()) == [table]


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    table = old_table(tmp_path / "data")
    endless = tmp_path / "endless.zip"
    with endless.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ValueError, match="far larger than the table of post codes: nothing was changed"):
        update(table.parent, endless.as_uri(), fewest=1)
    assert table.read_text("utf-8") == OLD


def test_an_address_that_does_not_answer_is_told_and_the_old_table_stays(tmp_path: Path) -> None:
    table = old_table(tmp_path / "data")
    with served(b"gone", status=404) as (url, _), pytest.raises(OSError, match="404"):
        update(table.parent, url, fewest=1)
    with pytest.raises(OSError, match=r"nowhere\.zip"):
        update(table.parent, (tmp_path / "nowhere.zip").as_uri(), fewest=1)
    assert table.read_text("utf-8") == OLD


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(OSError, match="taken"):
        update(tmp_path / "taken", put(tmp_path / "mirror", packed(row())), fewest=1)
