"""Makes numbers, workbooks and broken files for the tests. All people are invented."""

import io
import struct
import zipfile
from datetime import date

import openpyxl

WEIGHTS = [2 ** (17 - i) % 11 for i in range(17)]  # ISO 7064 MOD 11-2, from its definition
HEADERS = [
    "序号",
    "队员编号",
    "姓名",
    "公民身份号码",
    "性别",
    "联系电话",
    "镇(街道)",
    "村(社区)",
    "专业特长",
    "证书1名称",
    "证书1编号",
    "证书1有效期至",
    "工作单位",
    "统一社会信用代码",
    "编组单位",
    "经度",
    "纬度",
    "备注",
]
CAPABILITIES = {
    "综合应急": "general_rescue",
    "医疗救护": "medic",
    "货车驾驶": "driver_truck",
    "抗洪抢险": "flood_control",
    "General rescue hand": "general_rescue",
    "Medic": "medic",
}
PLACES = [("东镇", "新田社区"), ("东镇", "泉塘村"), ("西街道", "龙塘村"), ("西街道", "泉塘村"), ("西街道", "长源社区")]
AS_OF = date(2026, 11, 23)


def make_id(birth="19900101", serial="123", area="430211"):
    """A citizen number with a right check character."""
    first = f"{area}{birth}{serial}"
    rest = (12 - sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11) % 11
    return first + ("X" if rest == 10 else str(rest))


def person(number=1, **changes):
    """A good row by header."""
    row = dict.fromkeys(HEADERS)
    row |= {
        "序号": number,
        "队员编号": f"TY{number:06}",
        "姓名": "张三",
        "公民身份号码": make_id(serial=f"{number:03}"),
        "联系电话": f"138{number:08}",
        "镇(街道)": "东镇",
        "村(社区)": "新田社区",
        "专业特长": "综合应急",
    }
    return row | changes


def book(*rows, headers=HEADERS, title="花名册", units=True):
    """An openpyxl workbook as offices make it: title, note, header in row 3."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    sheet.append(["应急后备队伍花名册"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(headers))
    sheet.append(["填表说明：身份号码用文本格式"])
    sheet.append(list(headers))
    for row in rows:
        sheet.append([row.get(header) for header in headers])
    if units:
        beside = made.create_sheet("单位表")
        beside.append(["镇(街道)", "村(社区)"])
        for place in PLACES:
            beside.append(list(place))
    return made


def saved(made):
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def with_parts(data, **changes):
    """The package with parts rewritten: name with __ for / and _dot_ for . -> function of the old bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.get(name.replace("/", "__").replace(".", "_dot_"))
            new.writestr(name, change(old.read(name)) if change else old.read(name))
    return out.getvalue()


def with_sheet(data, change):
    """The package with the XML of its first sheet rewritten."""
    return with_parts(data, xl__worksheets__sheet1_dot_xml=change)


# ---- .xls, written from the two specifications (MS-CFB, MS-XLS) because nothing current writes it any more


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def label(row, column, text):
    encoded = text.encode("utf-16-le")
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + encoded)


def number(row, column, value):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def biff(cells, sheet="Sheet1", before=b""):
    """A BIFF8 stream with one sheet; `cells` are records, `before` goes behind the first BOF."""
    name = sheet.encode("utf-16-le")
    bof, eof = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6), record(0x000A)
    fonts = b"".join(record(0x00E0, bytes(20)) for _ in range(16))
    bound_size = 4 + 8 + len(name)
    start = 4 + len(bof) + len(before) + len(fonts) + bound_size + len(eof)
    bound = record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(sheet), 1) + name)
    page = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6)
    return record(0x0809, bof) + before + fonts + bound + eof + record(0x0809, page) + b"".join(cells) + eof


def compound(streams):
    """A compound file (sectors of 512 bytes) with named streams; streams under 4096 bytes go to the small stream."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    sectors, fat, small, mini_fat, entries = [], [], b"", [], []

    def add(content):
        first = len(sectors)
        pieces = [content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512)]
        sectors.extend(pieces)
        fat.extend([*range(first + 1, first + len(pieces)), end])
        return first

    for name, content in streams.items():
        if len(content) >= 4096:
            entries.append((name, 2, add(content), len(content)))
        else:
            first, count = len(mini_fat), max(1, -(-len(content) // 64))
            small += content.ljust(count * 64, b"\0")
            mini_fat += [*range(first + 1, first + count), end]
            entries.append((name, 2, first, len(content)))
    root = ("Root Entry", 5, add(small) if small else end, len(small))
    mini = add(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(512, b"\xff")) if mini_fat else end
    blocks = b"".join(_entry(*entry, child=1 if entry[1] == 5 else free) for entry in [root, *entries])
    directory = add(blocks.ljust(-(-len(blocks) // 512) * 512, b"\0"))
    tables = -(-(len(fat) + 2) // 126)
    first_table = len(sectors)
    fat.extend([table] * tables)
    packed = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIII", tables, directory, 0, 4096, mini, 1 if mini_fat else 0, end, 0)
    head += struct.pack("<109I", *[first_table + i if i < tables else free for i in range(109)])
    return head + b"".join(sectors) + packed


def _entry(name, kind, first, size, child):
    free, encoded = 0xFFFFFFFF, (name + "\0").encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, free, free, child)
    return head + bytes(36) + struct.pack("<IQ", first, size)


def xls(cells, **more):
    """An .xls file from cell records."""
    stream = biff(cells, **more)
    return compound({"Workbook": stream.ljust(4096, b"\0")})
