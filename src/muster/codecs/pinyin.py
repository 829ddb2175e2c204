"""Pinyin of personal names: sorting, and search by sound or initials; and of place names, as signs have them.

Many characters have more than one reading, and as surnames often a rare one that the usual tables get wrong; hence
the override table below (Xiandai Hanyu Cidian, the entries marked 姓). ü is written v, as keyboards have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from muster.codecs.strokes import DIGITS, stroke_rank
from muster.codecs.text import normal

SURNAMES = {
    "曾": "zeng1",
    "单": "shan4",
    "仇": "qiu2",
    "区": "ou1",
    "查": "zha1",
    "解": "xie4",
    "朴": "piao2",
    "翟": "zhai2",
    "缪": "miao4",
    "盖": "ge3",
    "乐": "yue4",
    "种": "chong2",
    "秘": "bi4",
    "覃": "qin2",
    "任": "ren2",
    "华": "hua4",
    "宁": "ning4",
    "燕": "yan1",
    "员": "yun4",
    "折": "she2",
    "召": "shao4",
    "洗": "xian3",
    "牟": "mou4",
    "那": "na1",
    "哈": "ha3",
    "过": "guo1",
    "相": "xiang4",
    "句": "gou1",
    "隗": "wei3",
    "都": "du1",
    "薄": "bo2",
    "祭": "zhai4",
    "撒": "sa4",
    "能": "nai4",
    "於": "yu1",
    "繁": "po2",
    "阚": "kan4",
    "纪": "ji3",
    "葛": "ge3",
    "卜": "bu3",
    "黑": "he4",
    "重": "chong2",
    "佴": "nai4",
    "适": "kuo4",
    "不": "fou1",
}
COMPOUND_SURNAMES = {
    "欧阳": "ou1 yang2",
    "司马": "si1 ma3",
    "上官": "shang4 guan1",
    "诸葛": "zhu1 ge3",
    "夏侯": "xia4 hou2",
    "东方": "dong1 fang1",
    "皇甫": "huang2 fu3",
    "尉迟": "yu4 chi2",
    "公羊": "gong1 yang2",
    "澹台": "tan2 tai2",
    "公冶": "gong1 ye3",
    "宗政": "zong1 zheng4",
    "濮阳": "pu2 yang2",
    "淳于": "chun2 yu2",
    "单于": "chan2 yu2",
    "太叔": "tai4 shu1",
    "申屠": "shen1 tu2",
    "公孙": "gong1 sun1",
    "仲孙": "zhong4 sun1",
    "轩辕": "xuan1 yuan2",
    "令狐": "ling2 hu2",
    "钟离": "zhong1 li2",
    "宇文": "yu3 wen2",
    "长孙": "zhang3 sun1",
    "慕容": "mu4 rong2",
    "鲜于": "xian1 yu2",
    "闾丘": "lv2 qiu1",
    "司徒": "si1 tu2",
    "司空": "si1 kong1",
    "亓官": "qi2 guan1",
    "司寇": "si1 kou4",
    "南宫": "nan2 gong1",
    "独孤": "du2 gu1",
    "西门": "xi1 men2",
    "端木": "duan1 mu4",
    "百里": "bai3 li3",
    "东郭": "dong1 guo1",
    "拓跋": "tuo4 ba2",
    "赫连": "he4 lian2",
    "呼延": "hu1 yan2",
    "第五": "di4 wu3",
    "万俟": "mo4 qi2",
    "闻人": "wen2 ren2",
    "左丘": "zuo3 qiu1",
    "梁丘": "liang2 qiu1",
    "歐陽": "ou1 yang2",
    "東方": "dong1 fang1",
    "諸葛": "zhu1 ge3",
    "司馬": "si1 ma3",
}
# pypinyin takes a callable that gives one entry per character; its annotation knows only the one that gives a string.
_EACH_FOR_ITSELF: Any = list
# Read otherwise in places than in most words: 长冲 is long, not grown up, and 朝阳 faces the sun.
_PLACE_READINGS = {"长": "chang", "朝": "chao"}
_OPEN = ("a", "e", "o")
_SYLLABLE = 6  # "zhuang"; no syllable is longer
_WORD = re.compile(r"[a-z0-9]+")


def surname(name: str) -> str:
    """The surname of a Chinese name: two characters if it is a known compound surname, else the first one.

    A name of two characters in all has a surname of one, whatever it looks like. Names with a middle dot and names
    in other letters have no surname here ("").
    """
    bare = _bare(name)
    if not bare or "·" in normal(name) or not _is_han(bare[0]):
        return ""
    if len(bare) > 2 and bare[:2] in COMPOUND_SURNAMES:
        return bare[:2]
    return bare[0]


@lru_cache(maxsize=65_536)
def _syllables(name: str) -> tuple[tuple[str, str], ...]:
    """Pairs (character or word, syllable with tone digit), e.g. (("张", "zhang1"), ("三", "san1"))."""
    first = surname(name)
    bare = _bare(name)
    given = bare[len(first) :]
    if first in COMPOUND_SURNAMES:
        readings = COMPOUND_SURNAMES[first].split()
    elif first in SURNAMES:
        readings = [SURNAMES[first]]
    else:
        readings = _read(first)
    return tuple(zip(bare, readings + _read(given), strict=True))


def _read(text: str) -> list[str]:
    # Here and not above: its tables of words cost every process some 0.2 s and 40 MB, and most never read a name.
    from pypinyin import Style, lazy_pinyin

    # One reading per character: what has none stands for itself.
    readings: list[str] = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=_EACH_FOR_ITSELF)
    return readings if len(readings) == len(text) else list(text)


def _bare(name: str) -> str:
    return "".join(mark for mark in normal(name).casefold() if mark.isalnum())


def _is_han(mark: str) -> bool:
    return mark == "〇" or "\u3400" <= mark <= "\u9fff" or "\U00020000" <= mark <= "\U000323af"


def _without_tone(syllable: str) -> str:
    return syllable.rstrip("12345") if len(syllable) > 1 else syllable


def plain_pinyin(name: str) -> str:
    """Syllables without tones and spaces, for search: 张三 -> "zhangsan"; other letters stay as they are."""
    return "".join(_without_tone(syllable) for _, syllable in _syllables(name))


def initials(name: str) -> str:
    """First letters for search: 张三 -> "zs", "Anna Lee" -> "al", 阿卜杜·热合曼 -> "abdrhm"."""
    words = normal(name).casefold()
    if _WORD.search(words) and not any(map(_is_han, words)):
        return "".join(word[0] for word in _WORD.findall(words))
    return "".join(syllable[0] for _, syllable in _syllables(name))


def sort_pinyin(name: str) -> str:
    """Key that sorts names as a Chinese directory does, by plain comparison and under every collation.

    Character by character (GB/T 13418-1992): letters of the syllable, tone, strokes; so all 张 stand together
    before all 章. Each character takes 6 letters (padded with 0), the tone and 5 hex digits.
    """
    return "".join(
        f"{_without_tone(syllable)[:_SYLLABLE]:0<{_SYLLABLE}}{_tone(syllable)}{stroke_rank(mark):0{DIGITS}x}"
        for mark, syllable in _syllables(name)
    )


def _tone(syllable: str) -> str:
    return syllable[-1] if len(syllable) > 1 and syllable[-1] in "12345" else "0"


def place_name(name: str) -> str:
    """A Chinese place name in Latin letters, as one word with a capital: 石塘 -> "Shitang", 西安 -> "Xi'an", 绿洲 -> "Lüzhou".

    Syllables are joined, and parted by an apostrophe before a, e and o (GB/T 28039-2011); what is not Chinese stays."""
    written = "".join(_placed(mark, syllable, first=not place) for place, (mark, syllable) in enumerate(_pairs(name)))
    return written[:1].upper() + written[1:]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    return zip(text, _read(text), strict=True)


def _placed(mark: str, syllable: str, *, first: bool) -> str:
    if not _is_han(mark):
        return mark
    sound = _PLACE_READINGS.get(mark, _without_tone(syllable).replace("v", "ü"))
    return f"'{sound}" if sound.startswith(_OPEN) and not first else sound
