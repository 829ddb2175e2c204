"""Base maps: imported, replaced, forgotten; carried by backups; served in pieces to who may see the map and to nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from muster.access.rights import SYSTEM
from muster.apps.maps import archives
from muster.apps.maps.actions import forget_base, import_base
from muster.apps.maps.models import BaseMap
from muster.apps.maps.ranges import MOST_AT_ONCE, range_of
from muster.apps.maps.reads import current_bases
from muster.core.errors import InvalidInput, MusterError, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.maps.tiles import archive, png
from tests.world import World

TILE = {(0, 0, 0): b"\x1a\x02\x0a\x00"}
PICTURE = {(0, 0, 0): png(np.zeros((2, 2, 3), np.uint8))}
HERE = (113.0, 27.6, 113.3, 28.0)


@pytest.fixture
def brought(tmp_path: Path, django_capture_on_commit_callbacks):
    """`brought(tiles, kind=2, …)` writes an archive and imports it."""

    def bring(tiles=TILE, *, actor=SYSTEM, name="district", datum="wgs84", **given) -> BaseMap:
        path = tmp_path / f"{name}.pmtiles"
        path.write_bytes(archive(tiles, **{"bounds": HERE, **given}))
        with django_capture_on_commit_callbacks(execute=True):
            return import_base(actor, path, datum=datum)

    return bring


def test_an_archive_is_kept_under_its_hash_and_told_in_the_journal(world: World, brought) -> None:
    row = brought(metadata={"name": "天元底图", "vector_layers": [{"id": "roads"}]})
    assert (row.kind, row.name, row.layers, row.datum) == ("base-vector", "天元底图", ["roads"], "wgs84")
    path = archives.path_of(row.hash)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent == Path(settings.HOME) / "maps"
    assert Entry.objects.order_by("-pk").first().action == "base.imported"


def test_the_next_of_its_kind_replaces_it_and_other_kinds_stay(world: World, brought) -> None:
    first = brought(metadata={"name": "1"})
    pictures = brought(PICTURE, kind=2)
    heights = brought(PICTURE, kind=2, metadata={"encoding": "terrarium"})
    second = brought(metadata={"name": "2"})
    assert {row.pk for row in current_bases()} == {pictures.pk, heights.pk, second.pk}
    assert not archives.path_of(first.hash).exists()
    assert archives.path_of(second.hash).exists()


def test_the_same_file_again_stays_until_nobody_uses_it(
    world: World, brought, django_capture_on_commit_callbacks
) -> None:
    first, again = brought(), brought()
    assert first.hash == again.hash
    assert archives.path_of(again.hash).exists()
    with django_capture_on_commit_callbacks(execute=True):
        forget_base(world.actor("commander"), again.pk)
    assert current_bases() == []
    assert not archives.path_of(again.hash).exists()
    with pytest.raises(NotFound):
        forget_base(SYSTEM, again.pk)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"bounds": (9.0, 47.0, 9.6, 47.3)}, "maps.base_elsewhere"),
        ({"datum": "gcj02"}, "maps.base_datum"),
        ({"tiles": PICTURE, "kind": 2, "metadata": {"encoding": "mapbox"}, "datum": "gcj02"}, "maps.base_datum"),
        ({"tiles": PICTURE, "kind": 2, "datum": "bd09"}, "maps.base_datum"),
        ({"tiles": {}}, "pmtiles.empty"),
    ],
)
def test_what_can_not_be_laid_right_is_refused_and_leaves_nothing(world: World, brought, given, code) -> None:
    with pytest.raises(InvalidInput) as error:
        brought(**given)
    assert error.value.code == code
    assert not BaseMap.objects.exists()
    assert not list((Path(settings.HOME) / "maps").glob("*"))


def test_pictures_may_be_gcj02(world: World, brought) -> None:
    assert brought(PICTURE, kind=2, datum="gcj02").datum == "gcj02"


def test_who_may_not_edit_plans_imports_nothing(world: World, brought) -> None:
    with pytest.raises(NotAllowed):
        brought(actor=world.actor("town_officer"))


def test_a_file_too_large_for_backups_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "large.pmtiles"
    with path.open("wb") as out:
        out.truncate(archives.MOST_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(MusterError) as error:
        import_base(SYSTEM, path)
    assert error.value.code == "maps.base_too_big"


# --- in pieces -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-99", (0, 99)), ("bytes=10-", (10, 999)), ("bytes=-5", (995, 999)), ("bytes=990-5000", (990, 999)),
        ("bytes=-5000", (0, 999)), ("bytes= 3 - 3", (3, 3)), ("bytes=0-1,5-6", None), ("items=0-1", None),
        ("bytes=-", None), ("bytes=5-2", None), ("bytes=a-b", None), ("", None),
    ],
)  # fmt: skip
def test_ranges_are_understood_as_the_standard_says(header, wanted) -> None:
    assert range_of(header, 1000) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_range_outside_the_file_can_not_be_satisfied(header) -> None:
    with pytest.raises(ValueError, match="bytes"):
        range_of(header, 1000)


def test_a_range_of_everything_comes_in_parts() -> None:
    assert range_of("bytes=0-", 10**12) == (0, MOST_AT_ONCE - 1)


def test_the_file_is_served_whole_in_part_and_not_at_all(world: World, brought) -> None:
    row = brought()
    body, address = archives.path_of(row.hash).read_bytes(), f"/maps/base/{row.hash}.pmtiles"
    client = world.client_of("town_officer")

    def ask(method="get", **headers):
        return getattr(client, method)(address, headers=headers)

    whole = ask()
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, body)
    assert (whole["Accept-Ranges"], whole["Content-Length"]) == ("bytes", str(len(body)))
    part = ask(range="bytes=7-10")
    assert (part.status_code, part.content, part["Content-Range"]) == (206, body[7:11], f"bytes 7-10/{len(body)}")
    assert part["ETag"] == whole["ETag"] == f'"{row.hash}"'
    outside = ask(range=f"bytes={len(body)}-")
    assert (outside.status_code, outside.content, outside["Content-Range"]) == (416, b"", f"bytes */{len(body)}")
    assert ask(**{"if-none-match": f'"{row.hash}"'}).status_code == 304
    assert ask(**{"if-range": '"another"', "range": "bytes=0-1"}).status_code == 200
    assert ask(**{"if-range": f'"{row.hash}"', "range": "bytes=0-1"}).status_code == 206
    head = ask("head")
    assert (head.status_code, head["Content-Length"]) == (200, str(len(body)))


def test_no_other_file_can_be_asked_for(world: World, brought) -> None:
    brought()
    client = world.client_of("commander")
    (Path(settings.HOME) / "maps" / f"{'b' * 64}.pmtiles").write_bytes(b"not in the books")
    for name in ("b" * 64, "..%2Fsecrets", "../secrets", "%2e%2e/%2e%2e/etc/passwd", "a" * 300, "secrets.json\x00"):
        assert client.get(f"/maps/base/{name}.pmtiles").status_code == 404, name


def test_maps_hear_of_the_base_while_its_file_is_there(world: World, brought) -> None:
    row = brought(metadata={"attribution": "© 测绘院"})
    client = world.client_of("commander", language="zh-hans")
    found = client.get("/maps/choices.json").json()
    assert found["bases"][0]["url"] == f"/maps/base/{row.hash}.pmtiles"
    assert found["bases"][0]["attribution"] == "© 测绘院"
    assert found["words"]["ground"] == "地图"
    archives.path_of(row.hash).unlink()
    assert client.get("/maps/choices.json").json()["bases"] == []
    assert client.get(f"/maps/base/{row.hash}.pmtiles").status_code == 404


def test_the_page_lists_it_and_the_office_head_removes_it(
    world: World, brought, django_capture_on_commit_callbacks
) -> None:
    row = brought(metadata={"name": "天元底图"})
    assert "天元底图" in world.client_of("system_admin").get("/maps/grounds/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = world.client_of("office_head").post(f"/maps/grounds/bases/{row.pk}/remove/", follow=True)
    assert "天元底图 is out of use" in answer.content.decode()
    assert not archives.path_of(row.hash).exists()
