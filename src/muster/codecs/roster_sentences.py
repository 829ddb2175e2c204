"""What the codes of a roster check mean, in the words of those who must put the row right.

{hints} stands for the near names, or for the row that came first.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

_TEXTS: dict[str, tuple[str, str]] = {
    # refused
    "name_blank": ("姓名为空", "The name is blank"),
    "name_invalid": ("姓名含有数字、符号或过长，请核对", "The name has digits or signs in it or is too long"),
    "id_blank": ("身份号码为空", "The ID number is blank"),
    "id_numeric": (
        "身份号码被表格软件当作数字，末三位已丢失，请将单元格设为文本格式后重新录入",
        "The spreadsheet took the ID number for a number and lost its last digits; make the cell text and "
        "type it again",
    ),
    "id_old_form": (
        "15 位旧身份号码已停用，请填写 18 位号码",
        "ID numbers of 15 digits are no longer valid; give the 18 digits",
    ),
    "id_form": ("身份号码应为 18 位（末位可为 X）", "An ID number has 18 digits (the last may be X)"),
    "id_date": ("身份号码中的出生日期不存在", "The birth date in the ID number does not exist"),
    "id_checksum": ("身份号码校验位不符，请核对是否有误", "The check digit of the ID number is wrong"),
    "id_duplicate": ("身份号码与第 {hints} 行重复", "The same ID number stands in row {hints}"),
    "member_no_duplicate": ("队员编号与第 {hints} 行重复", "The same member number stands in row {hints}"),
    "phone_blank": ("联系电话为空", "The phone number is blank"),
    "phone_invalid": (
        "联系电话有误，手机应为 11 位，固定电话请加区号",
        "Not a phone number: a mobile has 11 digits, a landline needs its area code",
    ),
    "unit_unknown": ("单位不在单位表中", "The unit is not in the list of units"),
    "capability_unknown": ("专业特长不在能力目录中", "The capability is not in the list"),
    "date_impossible": ("日期不存在或无法识别", "There is no such date, or it can not be read"),
    "date_order": ("有效期至早于发证日期", "The certificate ends before it begins"),
    "text_too_long": ("内容超过 500 字", "The text has more than 500 characters"),
    # refused against the books
    "id_of_another": (
        "身份号码属于另一名队员（{hints}），与本行队员编号不符",
        "The ID number belongs to another member ({hints}), not to this member number",
    ),
    "member_no_of_another": (
        "队员编号已属于另一名队员，姓名和身份号码都不同",
        "The member number belongs to another person: name and ID number both differ",
    ),
    "member_erased": (
        "该队员的个人资料已依法清除，原编号不再使用；确需重新登记的请另编新号",
        "The data of this member were erased; enrol the person anew under another number",
    ),
    "member_twice": ("与第 {hints} 行是同一名队员", "The same member stands in row {hints}"),
    # repaired
    "id_full_width": ("身份号码全角字符已转为半角", "Full-width characters of the ID number made plain"),
    "id_spaces": ("身份号码中的空格已去除", "Spaces taken out of the ID number"),
    "id_lower_x": ("身份号码末位 x 已改为 X", "The x at the end of the ID number made a capital"),
    "phone_full_width": ("联系电话全角数字已转为半角", "Full-width digits of the phone number made plain"),
    "phone_spaces": ("联系电话中的空格、短横线已去除", "Spaces and dashes taken out of the phone number"),
    "name_spaces": ("姓名中的空格已去除", "Spaces taken out of the name"),
    "name_dot": ("姓名间隔号已统一为“·”", "The dot in the name made the usual one"),
    "date_dots": ("日期“1990.1.1”写法已转换", "A date written with dots was read"),
    "date_slashes": ("日期“1990/1/1”写法已转换", "A date written with slashes was read"),
    "date_words": ("日期“1990年1月1日”写法已转换", "A date written in words was read"),
    "date_digits": ("日期“19900101”写法已转换", "A date written as eight digits was read"),
    "date_month": ("只有年月的日期按当月最后一天处理", "A year and a month mean the last day of that month"),
    "date_serial": ("日期序列号已转换为日期", "A serial number was read as a date"),
    # warned of
    "certificate_expired": ("证书已过期，不计入相应能力", "The certificate has expired and gives no capability"),
    "certificate_unknown": (
        "证书名称不在能力目录中，已保留但不计能力",
        "The certificate is kept but proves no known capability",
    ),
    "certificate_name_blank": ("证书缺少名称", "The certificate has no name"),
    "coordinates_swapped": ("经纬度填反，已对调", "Longitude and latitude stood the other way round and were swapped"),
    "coordinates_outside": ("坐标不在本地区，未采用", "The point lies outside the area and was left out"),
    "coordinates_invalid": ("坐标不完整或不是数字，未采用", "The point is not complete or no number and was left out"),
    "member_no_differs": (
        "队员编号与在册的不同，按身份号码认人，保留在册编号",
        "Known by the ID number under another member number, which is kept",
    ),
    "sex_mismatch": ("性别与身份号码不一致，以身份号码为准", "The sex differs from the ID number, which counts"),
    "orgcode_form": ("统一社会信用代码应为 18 位", "A credit code has 18 characters"),
    "orgcode_checksum": ("统一社会信用代码校验位不符，请核对", "The check character of the credit code is wrong"),
}
_NEAR = {"zh": "；是否为：{names}？", "en": "; perhaps {names}?"}
_BETWEEN = {"zh": "、", "en": ", "}
CODES = frozenset(_TEXTS)


def sentence(code: str, hints: tuple[str, ...] = (), language: Language = "zh") -> str:
    """The sentence for a code, with what is offered instead. An unknown code is its own sentence."""
    text = _TEXTS[code][0 if language == "zh" else 1] if code in _TEXTS else code
    names = _BETWEEN[language].join(hints)
    if "{hints}" in text:
        return text.format(hints=names)
    return text + _NEAR[language].format(names=names) if hints else text
