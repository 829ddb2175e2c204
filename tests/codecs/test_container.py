"""Files that would hurt the reader are refused before it sees them."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest

from muster.codecs import container
from muster.codecs.container import kind_of
from muster.codecs.ole import CompoundFile, check_xls
from muster.codecs.workbook import open_workbook
from muster.core.errors import Unreadable
from tests.codecs import makers


@pytest.fixture(scope="module")
def small():
    return makers.saved(makers.book(makers.person(1), makers.person(2)))


def refusal(data):
    with pytest.raises(Unreadable) as caught:
        kind_of(data)
    return caught.value.code


def move_cell(old, new):
    return lambda xml: xml.replace(f'r="{old}"'.encode(), new.encode())


def test_kinds_are_known_by_content(small):
    assert kind_of(small) == "xlsx"
    assert kind_of(makers.xls([makers.label(0, 0, "姓名")])) == "xls"
    assert kind_of("姓名,电话\n".encode()) == "text"
    assert kind_of("姓名,电话\n".encode("utf-16")) == "text"


@pytest.mark.parametrize("data", [b"", b"  \r\n", b"\xef\xbb\xbf", b"\0\0\0"])
def test_an_empty_file_is_named_so(data):
    assert refusal(data) == "file.empty"


@pytest.mark.parametrize(
    "data",
    [
        b"<html><table>",
        b"%PDF-1.7 ...",
        b"{\\rtf1",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"\x00\x01\x02\x03abc",
    ],
)
def test_other_kinds_of_files_are_refused(data):
    assert refusal(data) == "file.format_unknown"


def test_a_file_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(container, "MAX_FILE_BYTES", 10)
    assert refusal(b"x" * 11) == "file.too_large"


def test_a_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert refusal(stream.getvalue()) == "file.format_unknown"


def test_a_cut_or_broken_package_is_corrupt(small):
    assert refusal(small[: len(small) // 2]) == "file.corrupt"
    assert refusal(b"PK\x03\x04" + b"junk" * 50) == "file.corrupt"
    middle = small.index(b"xl/worksheets/sheet1.xml") + 40
    assert refusal(small[:middle] + b"\xff" * 60 + small[middle + 60 :]) == "file.corrupt"


def test_a_wrong_place_of_a_part_is_corrupt(small):
    at = small.index(b"PK\x01\x02")
    assert refusal(small[: at + 42] + struct.pack("<I", 7) + small[at + 46 :]) == "file.corrupt"


def test_encrypted_packages_are_named_so(small):
    at = small.index(b"PK\x01\x02")
    assert refusal(small[: at + 8] + b"\x01" + small[at + 9 :]) == "file.encrypted"
    assert refusal(makers.compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(100)})) == "file.encrypted"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("EncryptedPackage", "x")
    assert refusal(stream.getvalue()) == "file.encrypted"


def test_other_ways_of_packing_are_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(stream.getvalue()) == "file.format_unknown"


def test_stored_parts_are_read_like_packed_ones(small):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert [number for number, _ in next(open_workbook(stream.getvalue()).sheets()).rows()] == [1, 2, 3, 4, 5]


def test_a_part_that_says_it_is_big_is_a_bomb(small, monkeypatch):
    monkeypatch.setattr(container, "MAX_UNPACKED_BYTES", 500)
    assert refusal(small) == "file.zip_bomb"


def test_a_part_that_hides_its_size_is_a_bomb_too(small, monkeypatch):
    monkeypatch.setattr(container, "MAX_UNPACKED_BYTES", 200_000)
    bomb = makers.with_sheet(small, lambda xml: xml.replace(b"</sheetData>", b" " * 300_000 + b"</sheetData>"))
    at = bomb.index(b"xl/worksheets/sheet1.xml", bomb.index(b"PK\x01\x02")) - 46
    lying = bomb[: at + 24] + struct.pack("<I", 100) + bomb[at + 28 :]
    assert refusal(lying) == "file.zip_bomb"


def test_too_many_parts_are_a_bomb(small, monkeypatch):
    monkeypatch.setattr(container, "MAX_PARTS", 3)
    assert refusal(small) == "file.zip_bomb"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ('r="XFD1048576"', "file.too_many_rows"),
        ('r="B99999999999"', "file.too_many_rows"),
        ('r="ZZZ90000"', "file.too_many_cells"),
        ("r='XFD900000'", "file.too_many_cells"),
        ('s="0" r="XFD900000"', "file.too_many_cells"),
        ('r="ABCDEFGH5"', "file.too_many_cells"),
        ('r = "XFD900000"', "file.too_many_cells"),
        ('a=">" r="XFD900000"', "file.too_many_cells"),
    ],
)
def test_a_lonely_cell_far_out_is_refused_however_it_is_written(small, place, code):
    # Unchecked, the first two end the whole process in the allocator of the reader.
    assert refusal(makers.with_sheet(small, move_cell("B4", place))) == code


def test_rows_and_cells_without_a_reference_are_counted(small, monkeypatch):
    bare = makers.with_sheet(
        small,
        lambda xml: xml.replace(
            b"</sheetData>", b'<row r="9">' + b"<c><v>1</v></c>" * 50 + b"</row><row><c><v>1</v></c></row></sheetData>"
        ),
    )
    assert kind_of(bare) == "xlsx"
    monkeypatch.setattr(container, "MAX_CELLS", 499)
    assert refusal(bare) == "file.too_many_cells"
    monkeypatch.setattr(container, "MAX_CELLS", 500)
    assert kind_of(bare) == "xlsx"


def test_formatted_cells_without_content_do_not_count(small):
    far = b'<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row></sheetData>'
    formatted = makers.with_sheet(small, lambda xml: xml.replace(b"</sheetData>", far))
    assert [number for number, _ in next(open_workbook(formatted).sheets()).rows()] == [1, 2, 3, 4, 5]


def test_xml_that_must_be_parsed_and_can_not_is_corrupt(small):
    assert refusal(makers.with_sheet(small, lambda xml: xml.replace(b"</sheetData>", b"<c><v>"))) == "file.corrupt"
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet><c/></worksheet>'
    assert refusal(makers.with_sheet(small, lambda xml: entity)) == "file.corrupt"


def test_an_endless_tag_is_corrupt(small, monkeypatch):
    monkeypatch.setattr(container, "_LONGEST_TAG", 10_000)
    assert refusal(makers.with_sheet(small, lambda xml: xml + b"<c" + b" " * 20_000)) == "file.corrupt"


def test_pictures_are_not_looked_through(small):
    stream = io.BytesIO(small)
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("xl/media/image1.png", b'\x89PNG<c r="XFD1048576">' + bytes(50))
        package.writestr("xl/media/empty.png", b"")
    assert kind_of(stream.getvalue()) == "xlsx"


def test_a_packed_part_that_ends_early_is_no_endless_loop(small):
    whole = zlib.compress(b"x" * 5000, wbits=-15)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("xl/workbook.xml", whole[: len(whole) // 2])
    data = bytearray(stream.getvalue())
    directory = data.index(b"PK\x01\x02")
    data[directory + 10 : directory + 12] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    assert kind_of(bytes(data)) == "xlsx"  # the reader proper says what is missing
    with pytest.raises(Unreadable, match=r"file\.corrupt"):
        open_workbook(bytes(data))


# ---- .xls


def xls_refusal(data, limit=1000):
    with pytest.raises(Unreadable) as caught:
        check_xls(data, limit)
    return caught.value.code


def test_the_used_area_of_an_xls_is_measured():
    wide = [makers.label(0, 0, "a"), makers.number(99, 9, 1.0)]
    check_xls(makers.xls(wide), 1000)
    assert xls_refusal(makers.xls(wide), 999) == "file.too_many_cells"
    many = [makers.record(0x00BD, struct.pack("<HHHIHIH", 1, 0, 0, 1, 0, 1, 60_000))]
    assert xls_refusal(makers.xls(many)) == "file.too_many_cells"


def test_a_cell_record_that_is_too_short_is_passed_over():
    check_xls(makers.xls([makers.record(0x0203, b"\x01")]), 1000)


def test_an_xls_with_a_password_is_named_so():
    locked = makers.xls([makers.label(0, 0, "a")], before=makers.record(0x002F, bytes(54)))
    assert xls_refusal(locked) == "file.encrypted"


def test_a_compound_file_that_is_no_workbook_is_refused():
    assert xls_refusal(makers.compound({"WordDocument": bytes(5000)})) == "file.format_unknown"


def test_small_streams_are_found_in_the_stream_of_small_ones():
    file = CompoundFile(makers.compound({"Tiny": b"x" * 100, "Other": b"y" * 65, "Big": b"z" * 5000}))
    assert file.names == {"", "tiny", "other", "big"}
    assert (file.stream("tiny"), file.stream("other"), file.stream("big")) == (b"x" * 100, b"y" * 65, b"z" * 5000)


def test_allocation_tables_may_go_on_outside_the_header():
    content = bytes(range(256)) * 30_000  # needs more than 109 sectors of table
    whole = makers.compound({"Big": content})
    tables = struct.unpack_from("<I", whole, 44)[0]
    assert tables > 109
    first = (len(whole) - 512) // 512 - tables
    more = struct.pack("<127I", *[first + i if i < tables else 0xFFFFFFFF for i in range(109, 236)])
    linked = whole + more + struct.pack("<I", 0xFFFFFFFE)
    linked = linked[:68] + struct.pack("<II", (len(whole) - 512) // 512, 1) + linked[76:]
    assert CompoundFile(linked).stream("big") == content


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:300],
        lambda data: b"x" + data[1:],
        lambda data: data[:30] + b"\x07\x00" + data[32:],  # sectors of a size that does not exist
        lambda data: data[:44] + struct.pack("<I", 10**6) + data[48:],  # more tables than the file has room for
        lambda data: (
            data[:44] + struct.pack("<I", 111) + data[48:68] + struct.pack("<I", 10**8) + data[72:] + bytes(90_000)
        ),
        lambda data: data[:48] + struct.pack("<I", 10**6) + data[52:],  # a directory outside the file
    ],
)
def test_a_broken_compound_file_is_corrupt(change):
    assert xls_refusal(change(makers.xls([makers.label(0, 0, "a")]))) == "file.corrupt"


def test_a_chain_that_runs_in_a_circle_is_corrupt():
    data = makers.xls([makers.label(0, 0, "a")])
    tables = struct.unpack_from("<I", data, 44)[0]
    start = len(data) - 512 * tables
    assert xls_refusal(data[:start] + struct.pack("<I", 0) + data[start + 4 :]) == "file.corrupt"


def test_openpyxl_agrees_that_the_small_file_is_sound(small):
    assert openpyxl.load_workbook(io.BytesIO(small)).sheetnames == ["花名册", "单位表"]


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_the_measure_does_not_depend_on_how_the_part_is_cut(small, piece, monkeypatch):
    monkeypatch.setattr(container, "_PIECE", piece)
    assert kind_of(small) == "xlsx"
    assert refusal(makers.with_sheet(small, move_cell("B4", 'r="XFD1048576"'))) == "file.too_many_rows"
