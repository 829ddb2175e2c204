"""The columns of a roster workbook under all the names that offices give them."""

from __future__ import annotations

import re

from muster.codecs.header import header_key, naming

# Field -> names; the first name is the one that the empty template bears.
ALIASES: dict[str, tuple[str, ...]] = {
    "member_no": ("队员编号", "编号", "人员编号", "队员号", "工号", "Member number", "Member no."),
    "name": ("姓名", "名字", "队员姓名", "Name", "Full name"),
    "id_number": (
        "公民身份号码",
        "身份证号",
        "身份证号码",
        "身份证",
        "身份号码",
        "居民身份证号码",
        "居民身份证号",
        "证件号码",
        "ID number",
        "ID no.",
        "Citizen ID",
    ),
    "sex": ("性别", "Sex", "Gender"),
    "phone": (
        "联系电话",
        "手机",
        "手机号",
        "手机号码",
        "电话",
        "联系方式",
        "移动电话",
        "电话号码",
        "联系手机",
        "Phone",
        "Mobile",
    ),
    "town": (
        "镇(街道)",
        "镇街",
        "乡镇",
        "街道",
        "乡镇(街道)",
        "镇",
        "镇、街道",
        "镇/街道",
        "所属镇街",
        "所属乡镇",
        "所在镇街",
        "Town",
    ),
    "village": (
        "村(社区)",
        "村社区",
        "村居",
        "村",
        "社区",
        "行政村",
        "村、社区",
        "村/社区",
        "所属村",
        "所属村社区",
        "Village",
    ),
    "capabilities": ("专业特长", "特长", "专业", "专业技能", "能力", "技能", "Capabilities", "Skills"),
    "employer": ("工作单位", "单位", "就业单位", "所在单位", "企业", "单位名称", "Employer"),
    "employer_code": ("统一社会信用代码", "社会信用代码", "信用代码", "单位代码", "Employer code"),
    "unit": ("编组单位", "编组", "编入单位", "所编单位", "建制单位", "Unit"),
    "lon": ("经度", "Longitude", "Lon", "Lng"),
    "lat": ("纬度", "Latitude", "Lat"),
    "remark": ("备注", "说明事项", "Remark", "Remarks", "Note"),
}
IGNORED = ("序号", "No.", "#", "说明", "原行号")
REQUIRED = ("name", "id_number", "phone", "town", "village")
MAX_CERTIFICATES = 5
CERTIFICATE_PARTS = ("name", "number", "valid_from", "valid_to")

_DIGITS = {"": 1, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5} | {str(n): n for n in range(1, MAX_CERTIFICATES + 1)}
_CERTIFICATE = re.compile(r"(?:资质|资格|技能)?(?:证书|证件)([1-5一二三四五]?)(.*)|certificate([1-5]?)(.*)")
_PARTS = {
    "名称": "name",
    "": "name",
    "name": "name",
    "编号": "number",
    "号码": "number",
    "号": "number",
    "number": "number",
    "no": "number",
    "发证日期": "valid_from",
    "取得日期": "valid_from",
    "有效期自": "valid_from",
    "有效期起": "valid_from",
    "validfrom": "valid_from",
    "有效期至": "valid_to",
    "有效期": "valid_to",
    "到期日期": "valid_to",
    "到期日": "valid_to",
    "有效期止": "valid_to",
    "有效日期": "valid_to",
    "validto": "valid_to",
    "expires": "valid_to",
    "expiry": "valid_to",
}
_plain_name = naming(ALIASES, IGNORED)
_unit_name = naming({"town": ALIASES["town"], "village": ALIASES["village"]}, IGNORED)


def certificate_field(number: int, part: str) -> str:
    """Field of a certificate column, e.g. "certificate2_valid_to"."""
    return f"certificate{number}_{part}"


def roster_field(header: str) -> str | None:
    """Field that a header of a roster means; "" for one to be ignored, None for one that is not known."""
    plain = _plain_name(header)
    if plain is not None:
        return plain
    found = _CERTIFICATE.fullmatch(header_key(header))
    if not found:
        return None
    number, part = found.group(1) or found.group(3) or "", found.group(2) or found.group(4) or ""
    known = _PARTS.get(part)
    return certificate_field(_DIGITS[number], known) if known else None


def unit_field(header: str) -> str | None:
    """Field that a header of a list of units means: "town" or "village"."""
    return _unit_name(header)
