/* What the ground is drawn from: our own GeoJSON, an imported PMTiles archive, or a service that the office has switched
   on. Turns a choice into the sources of a style; archives are read by ranges from this server. */

import * as maplibre from "maplibre-gl";
import { straightener } from "muster/map_datum.js";

const tilesOf = new Map(); // id of a GCJ-02 base -> (z, x, y) => ImageBitmap
let archives = null; // the reader of archives, loaded when there is one

async function readerOfArchives() {
  if (archives) return archives;
  archives = await import("pmtiles");
  maplibre.addProtocol("pmtiles", new archives.Protocol().tile);
  return archives;
}

maplibre.addProtocol("straight", async ({ url }) => {
  const [, id, z, x, y] = url.match(/^straight:\/\/([\w-]+)\/(\d+)\/(\d+)\/(\d+)$/);
  return { data: await tilesOf.get(id)(Number(z), Number(x), Number(y)) };
});

const address = (path) => new URL(path, location.href).href;
const bitmapOf = (bytes) => createImageBitmap(new Blob([bytes]));

async function fromService(template, z, x, y) {
  const url = template.replaceAll("{z}", z).replaceAll("{x}", x).replaceAll("{y}", y);
  const answer = await fetch(url, { mode: "cors", credentials: "omit" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return bitmapOf(await answer.arrayBuffer());
}

function straight(id, picture, rest) {
  if (!tilesOf.has(id)) tilesOf.set(id, straightener(picture));
  return { type: "raster", tiles: [`straight://${id}/{z}/{x}/{y}`], tileSize: 256, ...rest };
}

function serviceSource(service) {
  const rest = { maxzoom: service.max, tileSize: 256 };
  if (service.datum === "gcj02") return straight(service.id, (...tile) => fromService(service.template, ...tile), rest);
  return { type: "raster", tiles: [service.template], ...rest };
}

async function archiveSource(base) {
  const { PMTiles } = await readerOfArchives();
  const type = { "base-vector": "vector", "base-raster": "raster", hillshade: "raster-dem" }[base.kind];
  if (base.datum !== "gcj02") {
    return { type, url: `pmtiles://${address(base.url)}`, ...(base.encoding ? { encoding: base.encoding } : {}), ...(type === "vector" ? {} : { tileSize: 256 }) };
  }
  const archive = new PMTiles(address(base.url));
  const picture = async (z, x, y) => {
    const tile = await archive.getZxy(z, x, y);
    return tile ? bitmapOf(tile.data) : null;
  };
  return straight(base.id, picture, { minzoom: base.min, maxzoom: base.max });
}

/* Everything the map may be drawn over: the own ground, then archives, then services. */
export const groundsOf = (choices) => [...choices.bases.filter((base) => base.kind !== "hillshade"), ...choices.services];

/* The part of a style that a chosen ground brings; see `groundStyle`. */
export async function styleChoice(choices, chosen) {
  const [sources, found] = [{}, {}];
  const heights = choices.bases.find((base) => base.kind === "hillshade");
  if (heights) {
    sources.heights = await archiveSource(heights);
    found.relief = { source: "heights" };
  }
  const ground = groundsOf(choices).find((each) => each.id === chosen);
  if (ground?.template) {
    sources.pictures = serviceSource(ground);
    found.raster = { source: "pictures" };
  } else if (ground?.kind === "base-raster") {
    sources.pictures = await archiveSource(ground);
    found.raster = { source: "pictures" };
  } else if (ground) {
    sources.tiles = await archiveSource(ground);
    found.base = { source: "tiles", layers: ground.layers };
  }
  return { sources, ...found };
}
