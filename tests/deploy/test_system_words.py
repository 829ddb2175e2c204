"""What the machine's page sets as typed: commands and names, never a figure with its unit."""

from __future__ import annotations

import pytest
from django.utils import translation

from muster.conf.system_page import typed


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("数据所在磁盘还有 75.1 GB。", []),
        ("请设置 MUSTER_SMS_URL。", ["MUSTER_SMS_URL"]),
        ("先 muster certs make-ca，再 muster certs issue 主机名。", ["muster certs make-ca", "muster certs issue"]),
    ],
)
def test_commands_are_marked_and_figures_stay_whole(sentence, marked):
    with translation.override("zh-hans"):
        shown = str(typed(sentence))
    assert [part.split("</code>")[0] for part in shown.split("<code>")[1:]] == marked
