// Markers of devices and of clusters: a shape of the style sheet, and words for who does not see it.
import L from "leaflet";

const ORDER = ["critical", "warning", "info", "late", "silent", "ok"];

/** What a device is shown as: the level of its worst alert, else whether it is heard. */
export function condition(properties) {
  return properties.alerts ? properties.alerts[0][1] : properties.state;
}

export function worst(conditions) {
  return ORDER.find((name) => conditions.has(name)) ?? "ok";
}

export function shape(name) {
  const form = document.createElement("span");
  form.className = `shape ${name}`;
  return form;
}

export function icon(name) {
  return L.divIcon({ className: "marker", html: shape(name), iconSize: [30, 30] });
}

export function clusterIcon(count, name) {
  const inside = document.createDocumentFragment();
  inside.append(shape(name), String(count));
  const holder = document.createElement("span");
  holder.className = "marker-inside";
  holder.append(inside);
  return L.divIcon({ className: "marker cluster", html: holder, iconSize: [30 + 9 * (String(count).length + 1), 32] });
}

/** What a marker says: `Name, commune: critique : chaussée glissante`. */
export function said(properties, words) {
  const alerts = (properties.alerts ?? []).map(([, level, title]) => `${words[level]}, ${title}`);
  return [properties.name, properties.commune, ...alerts, words[properties.state]].filter(Boolean).join(", ");
}

export function popup(feature, words) {
  const { name, commune, state, alerts = [] } = feature.properties;
  const card = document.createElement("div");
  const line = (...parts) => {
    const paragraph = document.createElement("p");
    paragraph.append(...parts);
    card.append(paragraph);
  };
  const strong = document.createElement("strong");
  strong.textContent = name;
  line(strong);
  line(commune);
  for (const [number, level, title] of alerts) {
    line(shape(level), " ", link(`/alerts/${number}`, title), ` (${words[level]})`);
  }
  line(shape(state), " ", words[state]);
  line(link(`/devices/${encodeURIComponent(feature.id)}`, words.open));
  return card;
}

function link(address, text) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = text;
  return anchor;
}
