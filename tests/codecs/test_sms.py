"""Replies by text message, and what a message costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs import sms
from muster.codecs.sms import Reply, is_keyword


@pytest.mark.parametrize(
    ("text", "answer", "reason", "eta"),
    [
        ("1", "accept", "", None),
        ("１", "accept", "", None),
        (" 1 到", "accept", "到", None),
        ("1到", "accept", "到", None),
        ("1.", "accept", "", None),
        ("【1】", "unclear", "【1】", None),
        ("1 20分钟到", "accept", "20分钟到", 20),
        ("1，半小时", "accept", "半小时", 30),
        ("1 1小时到", "accept", "1小时到", 60),
        ("1 2个小时", "accept", "2个小时", 120),
        ("收到", "accept", "收到", None),
        ("能到。", "accept", "能到。", None),
        ("OK", "accept", "OK", None),
        ("2", "decline", "", None),
        ("２", "decline", "", None),
        ("2 出差", "decline", "出差", None),
        ("2,在外地 20分钟回不来", "decline", "在外地 20分钟回不来", None),
        ("不去", "decline", "不去", None),
        ("NO", "decline", "NO", None),
        ("请假", "decline", "请假", None),
        ("TD", "opt_out", "TD", None),
        ("退订", "opt_out", "退订", None),
        ("T", "opt_out", "T", None),
        ("", "unclear", "", None),
        ("好像可以", "unclear", "好像可以", None),
        ("12", "unclear", "12", None),
        ("1/2", "unclear", "1/2", None),
        ("1 2", "unclear", "1 2", None),
        ("1或2", "unclear", "1或2", None),
        ("2/1", "unclear", "2/1", None),
        ("2小时到", "unclear", "2小时到", None),
        ("1小时到", "unclear", "1小时到", None),
        ("1:30到", "unclear", "1:30到", None),
        ("1.5小时", "unclear", "1.5小时", None),
        ("2点到", "unclear", "2点到", None),
        ("1 不去", "unclear", "1 不去", None),
        ("3", "unclear", "3", None),
        ("11", "unclear", "11", None),
        ("你是谁", "unclear", "你是谁", None),
    ],
)
def test_what_a_reply_means(text, answer, reason, eta):
    assert sms.parse_reply(text) == Reply(answer, reason, eta)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6人", 6), ("来6人", 6), ("能来６人。", 6), ("6", 6), ("12 人", 12), ("带3个人", 3), ("2人", 2), ("1人", 1),
        ("0人", 0), ("6 people", 6), ("1 person", 1), ("9名", 9), ("1", None), ("2", None), ("0", None), ("", None),
        ("六人", None), ("6人吧也许", None), ("-6人", 6), ("1 30分钟", None), ("12345人", None), ("6.5人", None),
        ("到", None), ("6/9人", None),
        ("收到，6人", 6), ("6人都到", 6), ("我们5个人", 5), ("5人能来", 5), ("明白6人", 6), ("1 6人", 6), ("1，6人，30分钟到", 6),
        ("收到！我们村来 １２ 个人，14:30前到", 12), ("6人，共6人", 6), ("Yes, 6 people", 6),
        ("6人或5人", None), ("来6人，回5人", None), ("2 6人", None), ("1 2", None), ("6人来不了", None), ("有2人没空", None),
        ("少2人", None), ("大概6人", None), ("最多6人", None), ("6人吗？", None), ("差2人", None), ("6 of 9 people", None),
        ("1人请假", None), ("not 6 people", None),
        ("今天村里开会，老王家里有事走不开，我们先带着6人过去，其余的随后再说好了", None),
    ],
)  # fmt: skip
def test_how_many_people_a_lead_says_he_brings(text, number):
    assert sms.parse_count(text) == number


@given(st.integers(0, 9999), st.integers(0, 9999), st.sampled_from(["{}人", "收到，{}人", "我们{}个人", "1 {}人都到"]))
def test_one_number_of_people_is_read_and_two_that_differ_are_not(number, other, words):
    said = words.format(number)
    assert sms.parse_count(said) == number
    assert sms.parse_count(f"{said}，{other}人") == (number if other == number else None)


@given(st.text(max_size=400))
def test_any_text_has_a_meaning_and_a_short_reason(text):
    reply = sms.parse_reply(text)
    assert reply.answer in {"accept", "decline", "opt_out", "unclear"}
    assert len(reply.reason) <= sms.REASON_LENGTH
    assert sms.parse_reply(f"  {text}\n").answer == reply.answer


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", "gsm7", 0, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("a" * 152 + "€" * 5, "gsm7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 306, 3),
        ("中" * 70, "ucs2", 70, 1),
        ("中" * 71, "ucs2", 71, 2),
        ("中" * 134, "ucs2", 134, 2),
        ("中" * 135, "ucs2", 135, 3),
        ("𠮷" * 35, "ucs2", 70, 1),
        ("𠮷" * 36, "ucs2", 72, 2),
        ("𠮷" * 67, "ucs2", 134, 3),
    ],
)
def test_how_many_parts_a_message_has(text, alphabet, units, parts):
    # The last of each kind: a character of two units is not split, so a part stays one short (66 of 67, 152 of 153).
    assert sms.length(text) == sms.SmsLength(alphabet, units, parts)


@pytest.mark.parametrize("text", ["到", " 到。", "收到", "OK", "不能", "1", "2 "])
def test_a_bare_word_of_answer_tells_no_reason(text):
    assert is_keyword(text)


@pytest.mark.parametrize("text", ["在外地", "20分钟到", "退订", "at work", "到了集合点"])
def test_whatever_says_more_than_yes_or_no_is_kept(text):
    assert not is_keyword(text)
