/* Where a ground keeps its things: our own GeoJSON layers, or vector tiles of the Protomaps or the OpenMapTiles schema.

   A schema names, for each class the style draws, one or more {layer, filter}; layer is a source of GeoJSON or a layer of
   the tiles. What a ground does not hold is simply not drawn. */

const is = (value, ...names) => ["in", value, ["literal", names]];
const links = (...names) => names.flatMap((name) => [name, `${name}_link`]);
const word = (...names) => ["coalesce", ...names.map((name) => ["get", name]), ""];
const all = (...tests) => ["all", ...tests];
const area = ["==", ["geometry-type"], "Polygon"];
const point = ["==", ["geometry-type"], "Point"];
const line = ["==", ["geometry-type"], "LineString"];

const own = (layer, ...kinds) => [{ layer, filter: kinds.length ? is(word("kind"), ...kinds) : true }];
const look = (...kinds) => [{ layer: "roads", filter: is(word("look", "kind"), ...kinds) }];
const OWN = {
  land: own("towns"), field: own("land", "field"), wood: own("land", "wood"), built: own("land", "built"), park: own("land", "park"),
  water: own("river"), building: own("buildings"), border: own("towns"),
  track: own("tracks", "track"), minor: [...own("tracks", "minor"), ...look("lane")], secondary: look("street"), primary: look("main"),
  trunk: look("trunk"), motorway: look("motorway"), bridge: [{ layer: "roads", filter: ["==", ["get", "bridge"], true] }], rail: own("railway"),
  roadName: own("roads"), waterName: own("waterways"), lakeName: own("river", "lake"), village: own("villages"),
  town: own("centres"), // names in the middle of areas would stand once in every tile
};

const kind = word("kind", "pmap:kind");
const detail = word("kind_detail", "pmap:kind_detail");
const roads = (filter) => [{ layer: "roads", filter }];
const PROTOMAPS = {
  field: [{ layer: "landcover", filter: is(kind, "farmland", "grassland") }, { layer: "landuse", filter: is(kind, "farmland", "farm", "orchard", "meadow", "grass") }],
  wood: [{ layer: "landcover", filter: is(kind, "forest", "scrub") }, { layer: "landuse", filter: is(kind, "forest", "wood", "scrub") }],
  built: [{ layer: "landcover", filter: is(kind, "urban_area") }, { layer: "landuse", filter: is(kind, "residential", "industrial", "commercial", "retail", "school", "university", "hospital") }],
  park: [{ layer: "landuse", filter: is(kind, "park", "cemetery", "recreation_ground", "pitch", "playground", "garden", "nature_reserve") }],
  water: [{ layer: "water", filter: area }], waterway: [{ layer: "water", filter: line }],
  building: [{ layer: "buildings", filter: area }], border: [{ layer: "boundaries", filter: true }],
  track: roads(all(["==", kind, "path"], ["!", is(detail, "steps")])), minor: roads(["==", kind, "minor_road"]),
  secondary: roads(all(["==", kind, "major_road"], ["!", is(detail, ...links("trunk", "primary"))])),
  primary: roads(all(["==", kind, "major_road"], is(detail, ...links("primary")))),
  trunk: roads(all(is(kind, "major_road", "highway"), is(detail, ...links("trunk")))),
  motorway: roads(all(["==", kind, "highway"], ["!", is(detail, ...links("trunk"))])),
  bridge: roads(all(is(kind, "highway", "major_road", "minor_road"), ["to-boolean", ["get", "is_bridge"]])),
  rail: [...roads(["==", kind, "rail"]), { layer: "transit", filter: ["==", kind, "rail"] }],
  roadName: roads(is(kind, "highway", "major_road", "minor_road")), waterName: [{ layer: "water", filter: line }], lakeName: [{ layer: "water", filter: point }],
  village: [{ layer: "places", filter: any("village", "hamlet", "neighbourhood", "suburb", "quarter", "isolated_dwelling", "macrohood") }],
  town: [{ layer: "places", filter: any("town", "city", "locality_town") }],
};
function any(...names) {
  return ["any", is(detail, ...names), is(kind, ...names)];
}

const klass = word("class");
const ways = (filter) => [{ layer: "transportation", filter: all(line, filter) }];
const OPENMAPTILES = {
  field: [{ layer: "landcover", filter: is(klass, "farmland", "grass") }], wood: [{ layer: "landcover", filter: is(klass, "wood") }],
  built: [{ layer: "landuse", filter: is(klass, "residential", "suburb", "neighbourhood", "industrial", "commercial", "retail", "school", "hospital") }],
  park: [{ layer: "park", filter: area }, { layer: "landuse", filter: is(klass, "pitch", "playground", "cemetery") }],
  water: [{ layer: "water", filter: area }], waterway: [{ layer: "waterway", filter: line }], building: [{ layer: "building", filter: area }],
  border: [{ layer: "boundary", filter: ["!", ["to-boolean", ["get", "maritime"]]] }],
  track: ways(is(klass, "track", "path")), minor: ways(is(klass, "minor", "service", "tertiary")), secondary: ways(is(klass, "secondary")),
  primary: ways(is(klass, "primary")), trunk: ways(is(klass, "trunk")), motorway: ways(is(klass, "motorway")),
  bridge: ways(all(["==", word("brunnel"), "bridge"], ["!", is(klass, "rail", "transit", "path", "track", "ferry")])), rail: ways(is(klass, "rail", "transit")),
  roadName: [{ layer: "transportation_name", filter: line }], waterName: [{ layer: "waterway", filter: line }, { layer: "water_name", filter: line }],
  lakeName: [{ layer: "water_name", filter: point }],
  village: [{ layer: "place", filter: is(klass, "village", "hamlet", "suburb", "quarter", "neighbourhood", "isolated_dwelling") }], town: [{ layer: "place", filter: is(klass, "city", "town") }],
};

/* What a class is drawn from, as the first words of a style layer. `base`: {source, layers}; null: GeoJSON sources. */
export function placesOf(base, sources) {
  const schema = base === null ? OWN : base.layers.includes("transportation") ? OPENMAPTILES : PROTOMAPS;
  return (name) => (schema[name] ?? []).filter(({ layer }) => (base === null ? layer in sources : base.layers.includes(layer)))
    .map(({ layer, filter }) => (base === null ? { source: layer, filter } : { source: base.source, "source-layer": layer, filter }));
}

/* The text of a thing in the reader's language, and where that is missing in the other one. */
export function nameOf(en) {
  const chinese = ["zh", "name:zh-Hans", "name:zh", "name_zh", "name"];
  const english = ["en", "name:en", "name_en", "name:latin"];
  return ["coalesce", ...(en ? [...english, ...chinese] : [...chinese, ...english]).map((name) => ["get", name])];
}
