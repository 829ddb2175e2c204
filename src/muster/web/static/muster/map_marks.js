/* Marks of people, hatches and pins: the same shapes as in lists, drawn on a canvas when the map first asks for them. */

const COLORS = {
  checked_in: "--p-on", en_route: "--p-way", accepted: "--p-acc", unclear: "--warn", silent: "--p-sil", undelivered: "--warn",
  declined: "--p-no", no_show: "--p-no", released: "--p-no",
};
const SHAPES = {
  checked_in: { fill: "M1.5 1.5h13v13h-13z", tick: "M4.6 8.3l2.4 2.4 4.4-5" },
  en_route: { fill: "M8 1l5.6 13.6L8 11.4l-5.6 3.2z" },
  accepted: { fill: "M8 2.6a5.4 5.4 0 1 0 .01 0z" },
  unclear: { ring: "M8 1.8L14.2 8 8 14.2 1.8 8z" },
  silent: { ring: "M8 3.4a4.6 4.6 0 1 0 .01 0z" },
  undelivered: { fill: "M8 1.8l6.8 12.2H1.2z" },
  declined: { ring: "M4 4l8 8M12 4l-8 8" },
  no_show: { ring: "M8 3a5 5 0 1 0 .01 0zM4 12L12 4" },
  released: { ring: "M2 8h9M8 4.4L11.6 8 8 11.6M14 3v10" },
};

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const stateColor = (state) => token(COLORS[state] ?? "--p-no");

function pen(size, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return context;
}

function drawState(state) {
  const shape = SHAPES[state];
  const context = pen(18, 2);
  context.translate(1, 1);
  context.lineJoin = context.lineCap = "round";
  const paths = Object.entries(shape).map(([kind, path]) => [kind, new Path2D(path)]);
  context.strokeStyle = token("--surface");
  context.lineWidth = 4;
  for (const [kind, path] of paths) if (kind !== "tick") context.stroke(path);
  context.fillStyle = context.strokeStyle = stateColor(state);
  context.lineWidth = 2;
  for (const [kind, path] of paths) {
    if (kind === "tick") {
      context.strokeStyle = token("--surface");
      context.stroke(path);
    } else if (kind === "fill") context.fill(path);
    else context.stroke(path);
  }
  return context.getImageData(0, 0, 36, 36);
}

function drawHatch() {
  const context = pen(12, 2);
  context.strokeStyle = token("--fill-bad");
  context.lineWidth = 4;
  for (const shift of [-12, 0, 12]) {
    context.beginPath();
    context.moveTo(shift, 12);
    context.lineTo(shift + 12, 0);
    context.stroke();
  }
  return context.getImageData(0, 0, 24, 24);
}

/* Answers the map's question for an image it does not know: "state-<name>" or "hatch". */
export function provideImage(map, id) {
  if (map.hasImage(id)) return;
  if (id === "hatch") map.addImage(id, drawHatch(), { pixelRatio: 2 });
  else if (SHAPES[id.replace("state-", "")]) map.addImage(id, drawState(id.replace("state-", "")), { pixelRatio: 2 });
}

/* A worded label: a letter box on the point, the text beside it. */
export function pinElement(letter, name, count) {
  const pin = document.createElement("div");
  pin.className = "pin";
  const box = document.createElement("b");
  box.textContent = letter;
  const text = document.createElement("span");
  text.textContent = name;
  pin.append(box, text);
  if (count) {
    const here = document.createElement("em");
    here.textContent = count;
    text.append(" ", here);
  }
  return pin;
}

/* A text that would lie over another pin's letter or text goes; its own letter stays on the point. */
export function declutter(pins) {
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  pins.forEach((pin) => pin.classList.remove("pin-bare"));
  const letters = pins.map((pin) => pin.firstElementChild.getBoundingClientRect());
  const texts = [];
  pins.forEach((pin, own) => {
    const text = pin.lastElementChild.getBoundingClientRect();
    const hides = letters.some((box, of) => of !== own && meets(box, text)) || texts.some((box) => meets(box, text));
    pin.classList.toggle("pin-bare", hides);
    if (!hides) texts.push(text);
  });
}

export function siteElement(template, label) {
  const site = document.createElement("div");
  site.className = "site-pin";
  if (template) site.append(template.content.cloneNode(true));
  site.title = label;
  return site;
}

/* A ring of `metres` around a point, as a GeoJSON polygon. */
export function ring([lon, lat], metres) {
  const corners = [];
  for (let step = 0; step <= 48; step += 1) {
    const angle = (step / 48) * 2 * Math.PI;
    corners.push([lon + (metres * Math.cos(angle)) / (111320 * Math.cos((lat * Math.PI) / 180)), lat + (metres * Math.sin(angle)) / 110860]);
  }
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [corners] } };
}

/* Compass bearing from a to b in degrees, good enough over a district. */
export function bearing([lon, lat], [toLon, toLat]) {
  const east = (toLon - lon) * Math.cos((lat * Math.PI) / 180);
  return (Math.atan2(east, toLat - lat) * 180) / Math.PI;
}
