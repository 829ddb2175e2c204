/* Layers that somebody brought: areas, lines and points with their names, above the ground and below our own marks. */

const FONT = ["Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const COLORS = { light: ["#8a3ea8", "#00766c", "#a34a00", "#3d4fb8"], dark: ["#d59cf0", "#5fcfc2", "#f0a35e", "#98a8ff"] };

const shape = (name) => ["==", ["geometry-type"], name];

/* Adds every layer that is on; called again after each new style. */
export function addOverlays(map, choices, dark, before) {
  choices.overlays.forEach((overlay, index) => {
    const id = overlay.id;
    if (map.getSource(id)) return;
    const color = COLORS[dark ? "dark" : "light"][index % 4];
    const halo = dark ? "#0c1218" : "#ffffff";
    const visibility = choices.isOn(overlay) ? "visible" : "none";
    map.addSource(id, { type: "geojson", data: overlay.url });
    const add = (end, layer) => map.addLayer({ id: `${id}-${end}`, source: id, ...layer, layout: { visibility, ...layer.layout } }, before);
    add("area", { type: "fill", filter: shape("Polygon"), paint: { "fill-color": color, "fill-opacity": 0.18 } });
    add("line", { type: "line", filter: ["!", shape("Point")], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": color, "line-width": 2.4 } });
    add("point", { type: "circle", filter: shape("Point"), paint: { "circle-radius": 5, "circle-color": color, "circle-stroke-width": 2, "circle-stroke-color": halo } });
    add("name", {
      type: "symbol", filter: ["!=", ["get", "name"], ""],
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.8 },
      paint: { "text-color": color, "text-halo-color": halo, "text-halo-width": 1.8 },
    });
  });
}

/* Switches layers that are there already. */
export function switchOverlays(map, choices) {
  for (const overlay of choices.overlays) {
    const visibility = choices.isOn(overlay) ? "visible" : "none";
    for (const end of ["area", "line", "point", "name"]) {
      if (map.getLayer(`${overlay.id}-${end}`)) map.setLayoutProperty(`${overlay.id}-${end}`, "visibility", visibility);
    }
  }
}
