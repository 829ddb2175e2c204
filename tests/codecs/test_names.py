"""Names by sound and by strokes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs import pinyin, text
from muster.codecs.near import NearNames, nearest
from muster.codecs.strokes import sort_stroke, stroke_rank

NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("name", "sound", "letters"),
    [
        ("张三", "zhangsan", "zs"),
        ("曾国", "zengguo", "zg"),
        ("单雄", "shanxiong", "sx"),
        ("仇英", "qiuying", "qy"),
        ("区宇", "ouyu", "oy"),
        ("查良", "zhaliang", "zl"),
        ("解芳", "xiefang", "xf"),
        ("朴豪", "piaohao", "ph"),
        ("翟天", "zhaitian", "zt"),
        ("缪宇", "miaoyu", "my"),
        ("盖聂", "genie", "gn"),
        ("乐然", "yueran", "yr"),
        ("种怡", "chongyi", "cy"),
        ("秘书", "bishu", "bs"),
        ("欧阳浩", "ouyanghao", "oyh"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("单于丹", "chanyudan", "cyd"),
        ("万俟卨", "moqixie", "mqx"),
        ("长孙明", "zhangsunming", "zsm"),
        ("单于", "shanyu", "sy"),
        ("吕布", "lvbu", "lb"),
        ("阿卜杜·热合曼", "abodureheman", "abdrhm"),
        ("Anna Lee", "annalee", "al"),
        ("𠮷野", "𠮷ye", "𠮷y"),
        ("", "", ""),
        ("···", "", ""),
        ("欧　阳浩", "ouyanghao", "oyh"),
        ("B超", "bchao", "bc"),
    ],
)
def test_names_are_found_by_sound_and_by_first_letters(name, sound, letters):
    assert (pinyin.plain_pinyin(name), pinyin.initials(name)) == (sound, letters)


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("石塘", "Shitang"),  # not read as a surname and a given name
        ("单桥", "Danqiao"),
        ("长冲", "Changchong"),
        ("朝阳", "Chaoyang"),
        ("西安", "Xi'an"),
        ("安义", "Anyi"),
        ("绿洲", "Lüzhou"),
        ("女儿岛", "Nü'erdao"),
        ("3号坝", "3haoba"),
        ("Dock 2", "Dock 2"),
        ("", ""),
    ],
)
def test_place_names_are_written_as_on_signs(name, latin):
    assert pinyin.place_name(name) == latin


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("张三", "张"),
        ("欧阳浩", "欧阳"),
        ("欧阳", "欧"),
        ("阿卜杜·热合曼", ""),
        ("Anna", ""),
        ("", ""),
        ("〇一", "〇"),
        ("𠮷野", "𠮷"),
        ("諸葛亮", "諸葛"),
    ],
)
def test_the_surname_is_found(name, surname):
    assert pinyin.surname(name) == surname


def test_a_directory_by_pinyin():
    # By syllable, tone and strokes of each character; all of one surname stand together.
    ordered = [
        "Anna",
        "曹操",
        "曾国",
        "单雄",
        "石头",
        "石心",
        "司马懿",
        "吴用",
        "武松",
        "解珍",
        "尹力",
        "章一",
        "张三",
        "张三丰",
        "张四",
    ]
    expected = [
        "Anna",
        "曹操",
        "单雄",
        "石头",
        "石心",
        "司马懿",
        "吴用",
        "武松",
        "解珍",
        "尹力",
        "曾国",
        "张三",
        "张三丰",
        "张四",
        "章一",
    ]
    random.Random(7).shuffle(ordered)
    assert sorted(ordered, key=pinyin.sort_pinyin) == expected


def test_a_list_by_strokes_is_the_one_that_icu_makes():
    # Sorted by Intl.Collator("zh-u-co-stroke") of ICU 78.2, CLDR 48.
    expected = STROKE_LIST.split()
    shuffled = expected.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_stroke) == expected


STROKE_LIST = """
丁一 乃文 刁明 卜算 万家 于是 马骏 尹力 孔明 文天 方圆 毛泽 王五 冯唐 司马懿 田野 白云 石头 任强 关羽
刘备 华佗 吕布 孙权 朱红 张三 李四 欧阳浩 赵六 䶮文 張三 曹操 龚琳 黄忠 戴宗 鞠萍 瞿秋 魏延 㐂乐 𠮷野
"""


def test_letters_stand_before_characters_and_unknown_ones_last():
    ranks = [stroke_rank(mark) for mark in ("a", "一", "龘", "\U000323b0")]
    assert ranks == sorted(set(ranks))
    assert ranks[-1] <= stroke_rank("\U0010fffd")


@given(NAMES)
def test_any_text_has_keys_of_plain_letters_and_digits_where_it_is_chinese(name):
    assert len(sort_stroke(name)) % 5 == 0
    assert set(sort_stroke(name)) <= set("0123456789abcdef")
    assert len(pinyin.sort_pinyin(name)) % 12 == 0
    pinyin.initials(name)


@given(HAN)
def test_keys_do_not_depend_on_the_collation_of_a_database(name):
    assert pinyin.sort_pinyin(name).isalnum()
    assert pinyin.sort_pinyin(name) == pinyin.sort_pinyin(name).lower()


@given(HAN, HAN)
def test_the_shorter_of_two_names_that_begin_alike_comes_first(name, more):
    if pinyin.surname(name) == pinyin.surname(name + more):
        assert sort_stroke(name) < sort_stroke(name + more)


def test_the_nearest_names_are_offered_best_first():
    known = ["新田社区", "泉塘村", "龙塘村", "长源社区"]
    assert nearest("新田村", known)[0] == "新田社区"
    assert nearest("全塘村", known)[:2] == ["泉塘村", "龙塘村"]
    assert nearest("权堂寸", known) == ["泉塘村"]
    assert nearest("abc", known) == []
    assert nearest("泉塘", [*known, "泉塘镇"], limit=1) == ["泉塘村"]


def test_near_names_are_remembered_and_end_somewhere():
    asked = []

    def known():
        asked.append(1)
        return ["新田社区"]

    near = NearNames(most_lookups=2)
    assert near.offer("village", "", "新田", known) == near.offer("village", "", "新田", known) == ("新田社区",)
    assert near.offer("village", "", "x", known) == ()
    assert near.offer("village", "", "新田社", known) == ()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("火\u202e灾\u200b", "火灾"),  # direction turned round, a space of no width
        ("\ufeff变电站\x07：Ａ区", "变电站：Ａ区"),  # letters and full-width marks stay as they were typed
        ("plain", "plain"),
    ],
)
def test_what_shows_nothing_is_taken_out_and_nothing_else(typed: str, seen: str) -> None:
    assert text.visible(typed) == seen
