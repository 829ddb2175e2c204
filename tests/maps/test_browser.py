"""Maps in a real browser: drawn from an imported archive by ranges, by day and by night, over services and under layers,
and nothing is asked anywhere but where it may be."""

from __future__ import annotations

import base64
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from muster.core.datum import wgs84_to_gcj02
from muster.exercise.district.fabric import height_m
from muster.exercise.district.ground import make_ground, to_plane
from tests.live.test_thirty_pages import PASSWORD, SETTING
from tests.maps import tiles
from tests.postgres import new_database
from tests.server import Home, RunningHome

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
SECONDS = 1000.0
GL = ["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
SEED = 5
SPOT = (113.05, 27.79)
KEEP_VIEW = "document.addEventListener('muster:map-ready', (event) => { window.view = event.detail; });"
DRAWN = """(ids) => window.view.map.queryRenderedFeatures({layers: ids.filter((id) => window.view.map.getLayer(id))})
  .map((feature) => feature.layer.id)"""
SETTLED = "() => new Promise((done) => window.view.map.loaded() ? done() : window.view.map.once('idle', done))"
GROUND = "() => window.view.map.getPaintProperty('outside', 'background-color')"
# The policy of the pages forbids what Playwright's own waiting does: it is asked again and again instead.
CHANGED = """(before) => new Promise((done) => {
  const look = () => window.view.map.getPaintProperty('outside', 'background-color') === before ? setTimeout(look, 50) : done();
  look();
})"""
HAS_PICTURES = """() => new Promise((done) => {
  const look = () => window.view.map.getSource('pictures') ? done() : setTimeout(look, 50);
  look();
})"""
COLOURS = """async (data) => {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]));
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  pen.drawImage(bitmap, 0, 0);
  return [bitmap.width, Array.from(new Uint32Array(pen.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer))];
}"""
SERVICES = """
from muster.access.rights import SYSTEM
from muster.apps.maps.actions import ServiceInput, add_service, switch_service
for datum in ("wgs84", "gcj02"):
    address = %r + "/" + datum + "/{z}/{x}/{y}.png"
    row = add_service(SYSTEM, ServiceInput(f"Pictures {datum}", address, "GS(2026)1234号", "An office", datum))
    switch_service(SYSTEM, row.pk, on=True)
"""
LAYER = """
from muster.access.rights import SYSTEM
from muster.apps.maps.actions import add_overlay
body = b'{"type": "LineString", "coordinates": [[113.0, 27.75], [113.1, 27.85]]}'
print(add_overlay(SYSTEM, body, "dyke.geojson", datum="wgs84").layer.pk)
"""


@dataclass
class TileServer:
    """Serves pictures that are white but for a red square at SPOT, as its datum writes that place."""

    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                _, datum, z, x, y = self.path.removesuffix(".png").split("/")
                body = picture(datum, int(z), int(x), int(y))
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


def picture(datum: str, z: int, x: int, y: int) -> bytes:
    lon, lat = wgs84_to_gcj02(*SPOT) if datum == "gcj02" else SPOT
    turn = np.arcsinh(np.tan(np.radians(lat)))
    at = np.array([(lon + 180) / 360 * 2**z - x, (1 - turn / np.pi) / 2 * 2**z - y]) * 256
    rows, columns = np.mgrid[0:256, 0:256]
    inside = (abs(columns + 0.5 - at[0]) < 6) & (abs(rows + 0.5 - at[1]) < 6)
    return tiles.png(np.where(inside[:, :, None], (255, 0, 0), (255, 255, 255)).astype(np.uint8))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives of the demonstration ground: both schemas, and its heights."""
    folder = tmp_path_factory.mktemp("archives")
    ground = make_ground(SEED).layers
    (folder / "protomaps.pmtiles").write_bytes(tiles.vector_archive(ground, tiles.PROTOMAPS, (10, 12)))
    (folder / "openmaptiles.pmtiles").write_bytes(tiles.vector_archive(ground, tiles.OPENMAPTILES, (10, 12)))

    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        x, y = to_plane(lon, lat)
        return tiles.terrarium(height_m(x, y, SEED))

    (folder / "heights.pmtiles").write_bytes(tiles.picture_archive(heights, (9, 10), encoding="terrarium"))
    return folder


@dataclass
class Office:
    """A running system, its browser, and what that complained of or asked elsewhere."""

    running: RunningHome
    incident: int
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def look(self, **options: object) -> Page:
        small = {"width": 1000, "height": 640}  # without a graphics card every pixel costs
        context = self.browser.new_context(base_url=self.running.address, locale="en", viewport=small, **options)
        page = context.new_page()
        page.add_init_script(KEEP_VIEW)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda answer: self.answers.append(answer))
        page.on("request", lambda asked: self._note(asked.url))
        page.goto("/login/")
        page.fill("[name=login]", "desk")
        page.fill("[name=password]", PASSWORD)
        page.click("#login")
        page.wait_for_url(f"**/duty/{self.incident}/")
        self.ready(page)
        return page

    def _note(self, url: str) -> None:
        if not url.startswith((self.running.address, "blob:", "data:")):
            self.outside.append(url)

    def ready(self, page: Page) -> None:
        expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=30 * SECONDS)
        page.evaluate(SETTLED)

    def go(self, page: Page, zoom: float, at: tuple[float, float] = SPOT) -> None:
        page.evaluate("([at, zoom]) => window.view.map.jumpTo({center: at, zoom})", [list(at), zoom])
        page.evaluate(SETTLED)


def pixels(page: Page) -> np.ndarray:
    """(H, W, 3) of the map as it is seen."""
    shot = page.locator("[data-map] canvas.maplibregl-canvas").screenshot()
    width, flat = page.evaluate(COLOURS, base64.b64encode(shot).decode())
    return np.array(flat, np.uint32).view(np.uint8).reshape(-1, width, 4)[:, :, :3]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHome, int]]:
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(tmp_path_factory.mktemp("maps") / "home", new_database(url) if url else "")
    home.init()
    number = int(home.python(SETTING))
    running = RunningHome(home)
    yield running, number
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=GL)
        yield browser
        browser.close()


@pytest.fixture
def office(system: tuple[RunningHome, int], chromium: Browser) -> Iterator[Office]:
    there = Office(*system, chromium)
    yield there
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def bring(system: tuple[RunningHome, int], files: Path) -> Callable[[str], None]:
    def one(name: str) -> None:
        done = system[0].home.muster("map", "import", str(files / f"{name}.pmtiles"))
        assert done.returncode == 0, done.stderr

    return one


@pytest.mark.parametrize("schema", ["protomaps", "openmaptiles"])
def test_an_imported_archive_is_drawn_in_our_style_by_day_and_by_night(office: Office, bring, schema: str) -> None:
    bring(schema)
    bring("heights")
    page = office.look(color_scheme="light")
    office.go(page, 12.2)
    wanted = {"primary", "minor", "rail", "built", "buildings", "village-names"}
    assert set(page.evaluate(DRAWN, sorted(wanted))) == wanted
    assert page.evaluate("window.view.map.getSource('tiles').type") == "vector"
    assert page.evaluate("window.view.map.getLayer('relief').type") == "hillshade"
    day = pixels(page)
    assert len(np.unique(day.reshape(-1, 3), axis=0)) > 300
    assert day.mean() > 200
    before = page.evaluate(GROUND)
    page.click("#theme")
    page.evaluate(CHANGED, before)
    page.evaluate(SETTLED)
    night = pixels(page)
    assert len(np.unique(night.reshape(-1, 3), axis=0)) > 200
    assert night.mean() < 60
    pieces = [answer for answer in office.answers if ".pmtiles" in answer.url]
    assert len(pieces) > 3
    assert {answer.status for answer in pieces} == {206}
    assert page.locator(".map-credit").inner_text() == "© invented"
    assert (office.complaints, office.outside) == ([], [])


def test_a_name_stands_in_the_reader_s_language(office: Office, bring) -> None:
    bring("protomaps")
    page = office.look()
    office.go(page, 12.2, (113.028, 27.822))
    shown = (
        "(en) => window.view.map.queryRenderedFeatures({layers: ['town-names']}).map((f) => f.properties['name:en'])"
    )
    assert "Liyu Subdistrict" in page.evaluate(shown)
    field = page.evaluate("JSON.stringify(window.view.map.getLayoutProperty('town-names', 'text-field'))")
    assert field.index("name:en") < field.index("name:zh")
    page.click("#language")
    office.ready(page)
    field = page.evaluate("JSON.stringify(window.view.map.getLayoutProperty('town-names', 'text-field'))")
    assert field.index("name:zh") < field.index("name:en")


def test_our_formula_of_gcj02_is_the_one_of_the_server(office: Office) -> None:
    page = office.look()
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(73, 135, 200), rng.uniform(4, 53, 200)]).tolist()
    moved = page.evaluate(
        "async (all) => { const {toGcj} = await import('muster/map_datum.js'); return all.map(toGcj); }", points
    )
    assert np.abs(np.array(moved) - [wgs84_to_gcj02(*point) for point in points]).max() < 1e-10


def test_a_service_is_asked_only_when_chosen_and_lies_right_in_either_datum(office: Office, system) -> None:
    server, stranger = TileServer(), TileServer()
    page = office.look()
    reach = "(url) => fetch(url).then(() => 'reached', () => 'refused')"
    assert page.evaluate(reach, f"{server.address}/wgs84/1/1/1.png") == "refused"
    system[0].home.python(SERVICES % server.address)
    office.complaints.clear()
    office.outside.clear()
    page.reload()
    office.ready(page)
    assert server.asked == [], "being on is not yet being asked"
    assert page.evaluate(reach, f"{stranger.address}/wgs84/1/1/1.png") == "refused"
    office.complaints.clear()
    office.outside.clear()
    for datum in ("wgs84", "gcj02"):
        page.get_by_role("button", name="Map and layers").click()
        page.get_by_label(f"Pictures {datum}").check()
        page.keyboard.press("Escape")
        expect(page.locator(".map-credit")).to_have_text("Approval number GS(2026)1234号 · An office")
        page.evaluate(HAS_PICTURES)
        office.go(page, 15)
        seen = pixels(page)
        middle = np.array(seen.shape[:2]) // 2
        red = np.argwhere((seen[:, :, 0] > 240) & (seen[:, :, 1] < 40) & (seen[:, :, 2] < 40))
        away = np.hypot(*(red - middle).T)
        assert len(red[away < 60]) > 60, f"{datum}: the square is at its place"
        assert abs(red[away < 60].mean(axis=0) - middle).max() < 4, datum
    assert {url.split("/wgs84")[0].split("/gcj02")[0] for url in office.outside} == {server.address}
    assert stranger.asked == []
    assert office.complaints == []
    page.reload()
    office.ready(page)
    assert page.evaluate("window.view.choices.chosen.name") == "Pictures gcj02", "the browser remembers"


def test_a_layer_is_switched_by_keyboard_and_stays_as_it_was_left(office: Office, system) -> None:
    number = int(system[0].home.python(LAYER))
    page = office.look()
    state = f"window.view.map.getLayoutProperty('layer-{number}-line', 'visibility')"
    assert page.evaluate(state) == "visible"
    button = page.get_by_role("button", name="Map and layers")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.get_by_label("dyke").focus()
    page.keyboard.press("Space")
    assert page.evaluate(state) == "none"
    page.keyboard.press("Escape")
    expect(page.locator("#map-panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    page.reload()
    office.ready(page)
    assert page.evaluate(state) == "none"
    assert office.complaints == []
