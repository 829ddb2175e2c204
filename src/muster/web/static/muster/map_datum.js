/* Pictures in GCJ-02 laid right. Everything on the map is WGS-84; a GCJ-02 service shows the same ground some hundred
   metres off. So its pictures are moved, not our points: every tile is put together from the neighbours that hold its
   ground. Within one tile the offset changes by less than a pixel or two. The formula is that of core/datum.py. */

const AXIS_M = 6378245;
const ECCENTRICITY_2 = 0.00669342162296594323;
const KEPT = 96; // pictures kept in memory: neighbours share them

const waves = (value, ...pairs) => pairs.reduce((sum, [size, factor]) => sum + size * Math.sin(value * factor * Math.PI), 0) * 2 / 3;

export function toGcj([lon, lat]) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const fine = waves(x, [20, 6], [20, 2]);
  const root = Math.sqrt(Math.abs(x));
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root;
  north += fine + waves(y, [20, 1], [40, 1 / 3]) + waves(y, [160, 1 / 12], [320, 1 / 30]);
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root;
  east += fine + waves(x, [20, 1], [40, 1 / 3]) + waves(x, [150, 1 / 12], [300, 1 / 30]);
  const phi = (lat * Math.PI) / 180;
  const w = 1 - ECCENTRICITY_2 * Math.sin(phi) ** 2;
  const perLat = ((AXIS_M * (1 - ECCENTRICITY_2)) / (w * Math.sqrt(w))) * (Math.PI / 180);
  const perLon = (AXIS_M / Math.sqrt(w)) * Math.cos(phi) * (Math.PI / 180);
  return [lon + east / perLon, lat + north / perLat];
}

/* Web Mercator, whole tiles of zoom z: longitude and latitude to x and y, and back. */
const toTile = ([lon, lat], z) => {
  const turn = Math.asinh(Math.tan((lat * Math.PI) / 180));
  return [((lon + 180) / 360) * 2 ** z, ((1 - turn / Math.PI) / 2) * 2 ** z];
};
const fromTile = ([x, y], z) => [(x / 2 ** z) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI];

/* How far, in tiles, the pictures of a GCJ-02 service lie off at the middle of a tile. */
export function offsetOf(z, x, y) {
  const middle = [x + 0.5, y + 0.5];
  const there = toTile(toGcj(fromTile(middle, z)), z);
  return [there[0] - middle[0], there[1] - middle[1]];
}

/* A tile of WGS-84 put together from tiles of GCJ-02. `picture(z, x, y)` gives an ImageBitmap, or null where there is none. */
export function straightener(picture) {
  const kept = new Map();
  const held = (z, x, y) => {
    const key = `${z}/${x}/${y}`;
    if (!kept.has(key)) {
      kept.set(key, picture(z, x, y).catch((problem) => {
        kept.delete(key);
        throw problem;
      }));
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
  };
  return async (z, x, y) => {
    const [dx, dy] = offsetOf(z, x, y);
    const [left, top] = [Math.floor(dx), Math.floor(dy)];
    const spots = [[left, top], [left + 1, top], [left, top + 1], [left + 1, top + 1]];
    const found = await Promise.all(spots.map(([i, j]) => held(z, x + i, y + j)));
    const size = found.find(Boolean)?.width;
    if (!size) return null;
    const canvas = new OffscreenCanvas(size, size);
    const pen = canvas.getContext("2d");
    found.forEach((bitmap, index) => {
      const [i, j] = spots[index];
      if (bitmap) pen.drawImage(bitmap, Math.round((i - dx) * size), Math.round((j - dy) * size), size, size);
    });
    return canvas.transferToImageBitmap();
  };
}
