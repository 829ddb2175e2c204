/* The ground of the map: pale by day, its own palette by night. No outside tile, glyph or sprite: texts are drawn locally. */

const DAY = {
  outside: "#e9edf0", land: "#f6f5f1", border: "#a79fb4", water: "#b9d6ec", shore: "#8fb8d8", lane: "#e0dcd3", street: "#ffffff",
  casing: "#d5cfc2", main: "#fbe8b4", mainCasing: "#d9bf7c", rail: "#6e7780", railGap: "#ffffff", text: "#39454f", quiet: "#6b7680",
  river: "#3f719b", halo: "#ffffff",
};
const NIGHT = {
  outside: "#0a0f14", land: "#121a22", border: "#4d4a5e", water: "#10304a", shore: "#1d4a6d", lane: "#1d2730", street: "#26323d",
  casing: "#0d1319", main: "#4a4231", mainCasing: "#1c1a14", rail: "#77828d", railGap: "#121a22", text: "#c3ccd5", quiet: "#8d9aa8",
  river: "#5c93bf", halo: "#0c1218",
};
const FONT = ["Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

export const palette = (dark) => (dark ? NIGHT : DAY);

const width = (near, far) => ["interpolate", ["exponential", 1.5], ["zoom"], 9, far, 16, near];
const named = (en) => (en ? ["coalesce", ["get", "en"], ["get", "zh"]] : ["coalesce", ["get", "zh"], ["get", "en"]]);

function lines(id, source, kind, color, size, extra = {}) {
  return {
    id, type: "line", source, filter: ["==", ["get", "kind"], kind],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": size, ...extra },
  };
}

function words(id, source, en, color, halo, size, layout = {}, extra = {}) {
  return {
    id, type: "symbol", source, ...extra,
    layout: { "text-field": named(en), "text-font": FONT, "text-size": size, "text-padding": 4, ...layout },
    paint: { "text-color": color, "text-halo-color": halo, "text-halo-width": 1.8 },
  };
}

/* A style over the district's layers; `layers` is {slug: GeoJSON}. */
export function groundStyle(layers, dark, en) {
  const c = palette(dark);
  const sources = {};
  for (const [slug, data] of Object.entries(layers)) sources[slug] = { type: "geojson", data };
  const wanted = [
    { id: "outside", type: "background", paint: { "background-color": c.outside } },
    { id: "towns", type: "fill", source: "towns", paint: { "fill-color": c.land } },
    { id: "water", type: "fill", source: "river", paint: { "fill-color": c.water, "fill-outline-color": c.shore } },
    { id: "borders", type: "line", source: "towns", paint: { "line-color": c.border, "line-width": 1.2, "line-dasharray": [5, 2, 1, 2] } },
    lines("lanes", "roads", "lane", c.lane, width(4, 0.6)),
    lines("street-casing", "roads", "street", c.casing, width(11, 1.6)),
    lines("main-casing", "roads", "main", c.mainCasing, width(16, 2.4)),
    lines("streets", "roads", "street", c.street, width(8, 1)),
    lines("mains", "roads", "main", c.main, width(12, 1.6)),
    lines("rail", "railway", "railway", c.rail, width(5, 1.6)),
    lines("rail-gaps", "railway", "railway", c.railGap, width(3, 0.8), { "line-dasharray": [4, 4] }),
    words("road-names", "roads", en, c.quiet, c.halo, 11, { "symbol-placement": "line", "text-letter-spacing": 0.05 }, { minzoom: 11.5 }),
    words("water-names", "river", en, c.river, c.halo, 14, { "text-letter-spacing": 0.3 }, { minzoom: 10.5 }),
    words("village-names", "villages", en, c.quiet, c.halo, 12, {}, { minzoom: 12.4 }),
    words("town-names", "towns", en, c.text, c.halo, 15, { "text-letter-spacing": en ? 0 : 0.06 }),
  ];
  const kept = wanted.filter((layer) => !layer.source || sources[layer.source]);
  return { version: 8, sources, layers: kept };
}
