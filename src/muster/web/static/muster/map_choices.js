/* Which ground and which layers of our own the reader wants, kept in his browser; the panel where he says so, and the line
   that names whose map it is and its approval number. */

import { groundsOf } from "muster/map_bases.js";

const KEPT = "muster.map";
const NONE = { bases: [], services: [], overlays: [], manage: "", words: {} };

/* What there is to choose from; nothing where the page may not ask (a screen without an account). */
export async function askChoices() {
  try {
    const answer = await fetch("/maps/choices.json", { headers: { Accept: "application/json" }, redirect: "error" });
    return answer.ok ? await answer.json() : NONE;
  } catch (problem) {
    console.info("map choices", problem.message); // the map is drawn over its own ground
    return NONE;
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export class Choices {
  constructor(found) {
    Object.assign(this, found);
    this.grounds = groundsOf(found);
    const kept = read();
    // An imported map is there to be used; a service is asked only when somebody chooses it here.
    const first = this.bases.find((base) => base.kind !== "hillshade")?.id ?? "own";
    this.ground = kept.ground === "own" || this.grounds.some((ground) => ground.id === kept.ground) ? kept.ground : first;
    this.switched = kept.layers ?? {};
  }

  get any() {
    return this.grounds.length + this.overlays.length > 0;
  }

  get chosen() {
    return this.grounds.find((ground) => ground.id === this.ground) ?? null;
  }

  isOn(overlay) {
    return this.switched[overlay.id] ?? overlay.shown;
  }

  keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ground: this.ground, layers: this.switched }));
    } catch (problem) {
      console.info("map choices", problem.message); // private window: the choice lasts as long as the page
    }
  }

  /* Attribution and approval number of what is drawn now. */
  get credit() {
    const { chosen } = this;
    if (!chosen) return "";
    const approval = chosen.approval ? `${this.words.approval} ${chosen.approval}` : "";
    return [approval, chosen.attribution].filter(Boolean).join(" · ");
  }
}

function make(name, parent, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

function icon(parent) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 2, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M12 4l-8 4l8 4l8-4l-8-4M4 12l8 4l8-4M4 16l8 4l8-4"); // sheets lying on each other
  svg.append(path);
  parent.append(svg);
}

/* A control of the map library: a button, and the panel it opens. `changed("ground" | "layers")` follows every choice. */
export class ChoicePanel {
  constructor(choices, changed) {
    this.choices = choices;
    this.changed = changed;
  }

  onAdd() {
    const { words } = this.choices;
    this.home = document.createElement("div");
    this.home.className = "maplibregl-ctrl map-choices";
    const group = make("div", this.home, { class: "maplibregl-ctrl-group" });
    this.button = make("button", group, { type: "button", "aria-expanded": "false", "aria-controls": "map-panel", "aria-label": words.layers, title: words.layers });
    icon(this.button);
    this.panel = make("div", this.home, { class: "map-panel", id: "map-panel", hidden: "" });
    this.button.addEventListener("click", () => this.open(this.panel.hidden));
    this.home.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    });
    this.fill();
    return this.home;
  }

  onRemove() {
    this.home.remove();
  }

  open(wanted) {
    this.panel.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.panel.querySelector("input")?.focus();
  }

  fill() {
    const { choices } = this;
    const { words } = choices;
    if (choices.grounds.length) {
      const grounds = make("fieldset", this.panel);
      make("legend", grounds, {}, words.ground);
      for (const each of [{ id: "own", name: words.own }, ...choices.grounds]) this.choice(grounds, "radio", each, choices.ground === each.id);
    }
    if (choices.overlays.length) {
      const layers = make("fieldset", this.panel);
      make("legend", layers, {}, words.overlays);
      for (const each of choices.overlays) this.choice(layers, "checkbox", each, choices.isOn(each));
    }
    if (choices.manage) make("a", this.panel, { href: choices.manage }, words.manage);
  }

  choice(parent, type, each, on) {
    const label = make("label", parent);
    const input = make("input", label, { type, name: type === "radio" ? "map-ground" : each.id, class: "form-check-input", value: each.id });
    input.checked = on;
    make("span", label, {}, each.name);
    input.addEventListener("change", () => {
      if (type === "radio") this.choices.ground = each.id;
      else this.choices.switched[each.id] = input.checked;
      this.choices.keep();
      this.changed(type === "radio" ? "ground" : "layers");
    });
  }
}
