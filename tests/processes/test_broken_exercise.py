"""Things broken on purpose in a running exercise, all over HTTP: the chance falls, the page says why, one press mends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tools.bench.lost import Stage, measure, stage

from muster.exercise.audit import journal_holds
from muster.exercise.desk import COMMANDER
from muster.exercise.server import environment

pytestmark = [
    pytest.mark.processes,
    pytest.mark.kill,
    pytest.mark.once,  # exercise homes are SQLite files whatever the tests run on
    pytest.mark.django_db(databases=[]),
]
BRIDGES = ("泰山路大桥", "马家河大桥")
CERTIFIED = "已验证 最省的补救"


@pytest.fixture(scope="module", autouse=True)
def _templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Homes of this module are made from a template of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def chance(on: Stage) -> float:
    """Per cent, as the duty page shows it."""
    return float(re.sub(r"[<>]", "", on.duty()[0].p))


def story(on: Stage) -> str:
    """The whole log of the incident, page by page, as it is read on the screen."""
    words, query = [], "?"
    while query:
        page = on.desk.who(COMMANDER).open(f"/incidents/{on.desk.incident}/log/{query}")
        words.append(page.markup.words)
        older = re.search(rb'href="(\?before=\d+)"', page.body)
        query = older.group(1).decode() if older else ""
    return " ".join(words)


def test_a_town_without_network_and_bridges_that_are_closed() -> None:
    with stage() as on:
        promised = chance(on)
        town = _town(on)
        on.press("cut-off", town)
        on.approve()
        on.go(4.5)
        look, words = on.duty()
        assert chance(on) < promised - 3  # although everybody else answers as he would
        assert look.word in {"at_risk", "short"}
        assert "泰山路街道：短信全未送达，无人答复，共通知" in words
        assert CERTIFIED in words

        short = chance(on)
        on.press("bring-back", town)
        on.approve()  # the one press: the certified repair
        assert chance(on) > short + 3

        whole = chance(on)
        for name in BRIDGES:
            on.press("close-bridge", name)
        on.settle()
        _look, words = on.duty()
        assert chance(on) < whole - 20
        assert re.search(
            r"马家河大桥、泰山路大桥已封闭：已通知的人中 \d+ 人无路可走|泰山路大桥、马家河大桥已封闭", words
        )
        assert CERTIFIED in words
        blocked = chance(on)
        for name in BRIDGES:
            on.press("open-bridge", name)
        on.settle()
        assert chance(on) > blocked + 20
        assert "已封闭：已通知的人中" not in on.duty()[1]

        told = story(on)
        for entry in (
            "设特情：泰山路街道断网",
            "解除特情：泰山路街道恢复网络",
            "设特情：封闭马家河大桥",
            "解除特情：马家河大桥恢复通行",
        ):
            assert entry in told
        own = environment(on.server.home)
        assert journal_holds(own, on.server.home)


def _town(on: Stage) -> str:
    """The path of the town with most people called, as the panel lists it."""
    page = on.desk.who(COMMANDER).open(f"/exercise/{on.desk.incident}/break/")
    found = re.findall(rb'<option value="([^"]+)">\s*([^<]*)', page.body)
    return next(path.decode() for path, name in found if "泰山路街道" in name.decode())


def test_a_gateway_that_loses_texts_one_that_is_down_and_processes_that_are_killed() -> None:
    with stage() as on:
        promised = chance(on)
        lost = measure(on)
        assert len(lost.called) > 200
        assert len(lost.called - lost.reached) > 0.2 * len(lost.called)  # they are really lost
        assert lost.forgotten_per_cent <= 5.0
        _look, words = on.duty()
        assert chance(on) < promised - 20
        assert re.search(r"短信送不到：\d+ 条中 \d+ 条未送达，人已列入电话名单", words)
        assert CERTIFIED in words

        on.press("gateway", "down")
        before = set(on.desk.call_list())
        on.approve()
        new = on.called() - lost.called
        assert new
        on.go(3.0)
        assert re.search(r"短信网关不收：\d+ 条中 \d+ 条已压了 \d+ 分钟", on.duty()[1])
        assert new <= set(on.desk.call_list()) - before  # before the outbox gives up, everybody can be telephoned

        for lane, word in (("solve", "求解进程"), ("send", "发送进程")):
            page = on.press("kill", lane)
            assert re.search(r"已杀掉，[\d.]+ 秒后恢复工作", page.markup.words), page.markup.words[:600]
            assert f"{word} " in page.markup.words
        on.press("gateway", "whole")
        on.settle()
        told = story(on)
        for entry in ("短信网关丢失 30% 的短信", "短信网关中断", "杀掉求解进程", "秒后恢复", "短信网关恢复"):
            assert entry in told
        assert on.server.alive
        assert journal_holds(environment(on.server.home), on.server.home)
