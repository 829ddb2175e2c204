/* Colours of the ground. The base stays pale, so that only our own marks are strong; night is a palette of its own. */

const DAY = {
  outside: "#e6ebee", land: "#f5f4ef", field: "#eaefdc", wood: "#dbe7d0", park: "#d0e5c6", built: "#ebe8e2", building: "#dfdbd3", buildingEdge: "#d2cdc3",
  water: "#b6d4eb", shore: "#7fadd2", border: "#9a90ab", track: "#e2dcce", trackEdge: "#cfc8b8", minor: "#ffffff", minorEdge: "#d6d0c3",
  secondary: "#ffffff", secondaryEdge: "#c8bfab", primary: "#fcedc0", primaryEdge: "#d9bd78", trunk: "#f6d9a0", trunkEdge: "#cda35b",
  motorway: "#f3b87d", motorwayEdge: "#c9813b", bridge: "#7d7565", rail: "#707983", railGap: "#ffffff",
  shade: "#6b7a63", light: "#ffffff", accent: "#9fb08c",
  text: "#2f3b46", village: "#55616d", road: "#6a6455", river: "#2f6694", halo: "#ffffff",
};
const NIGHT = {
  outside: "#0a0f14", land: "#10171e", field: "#121b1f", wood: "#11201d", park: "#12281f", built: "#161f28", building: "#1c2731", buildingEdge: "#24313d",
  water: "#0e2c45", shore: "#1d5078", border: "#55506a", track: "#1a242d", trackEdge: "#141c24", minor: "#232f3a", minorEdge: "#0d141b",
  secondary: "#2d3a46", secondaryEdge: "#0c1218", primary: "#453f30", primaryEdge: "#17150f", trunk: "#5a4a2c", trunkEdge: "#191408",
  motorway: "#6e4a27", motorwayEdge: "#1b1107", bridge: "#8b93a0", rail: "#5b6670", railGap: "#161f28",
  shade: "#03070b", light: "#26363a", accent: "#0a1214",
  text: "#c9d2db", village: "#95a2ae", road: "#8b8776", river: "#5f97c4", halo: "#0c1218",
};

export const palette = (dark) => (dark ? NIGHT : DAY);
