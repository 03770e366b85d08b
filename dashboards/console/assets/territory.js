// The map of the territory. The list beside it says the same: without this script, or when it fails, it is the page.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "leaflet.markercluster";
import "leaflet.markercluster/dist/MarkerCluster.css";
import "./map/map.css";
import { clusterIcon, condition, icon, popup, said, worst } from "./map/markers.js";

const AGAIN_MS = 30_000;

const words = JSON.parse(document.getElementById("territory-words").textContent);
const section = document.getElementById("mapped");
const box = document.getElementById("map");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const wall = document.getElementById("again");

if (wall) keepWall(wall);
section.hidden = false;
start().catch((error) => {
  console.error(error);
  box.replaceWith(Object.assign(document.createElement("p"), { className: "trouble", textContent: words.map_away }));
});

async function start() {
  const map = L.map(box, {
    zoomControl: false, attributionControl: false, fadeAnimation: !still, zoomAnimation: !still,
    markerZoomAnimation: !still, inertia: !still, maxZoom: 18, minZoom: 5, zoomSnap: 0.25,
  });
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  map.setView([46.5, 2.5], 6);
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 19 }).addTo(map);
  const outline = box.dataset.outline ? await outlineOf(box.dataset.outline) : null;
  outline?.addTo(map);
  if (outline) frame(map, outline);
  const devices = L.markerClusterGroup({
    animate: !still, showCoverageOnHover: false, maxClusterRadius: 44,
    spiderfyOnMaxZoom: true, chunkedLoading: true, iconCreateFunction: together,
  });
  map.addLayer(devices);
  map.on("layeradd", ({ layer }) => name(layer));
  keepFocus(map);
  const drawn = await draw(devices, null);
  if (!outline) frame(map, devices);
  setInterval(() => again(devices, drawn), AGAIN_MS);
}

async function outlineOf(address) {
  const answer = await fetch(address);
  if (!answer.ok) return null;
  const className = box.dataset.tiles ? "outline over" : "outline";
  return L.geoJSON(await answer.json(), { interactive: false, style: { className, color: null, fillColor: null } });
}

function frame(map, layer) {
  const bounds = layer.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, padding: [8, 8] });
}

/** Fetched again, and drawn again only when something changed: a popup that is being read stays. */
async function again(devices, drawn) {
  if (document.hidden || box.querySelector(".leaflet-popup") || box.contains(document.activeElement)) return;
  try {
    drawn.tag = (await draw(devices, drawn.tag)).tag;
  } catch (error) {
    console.error(error); // the next time may do; the connection's state is said elsewhere
  }
}

async function draw(devices, tag) {
  const answer = await fetch(box.dataset.devices, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${box.dataset.devices}: ${answer.status}`);
  const fresh = answer.headers.get("etag");
  if (tag && fresh === tag) return { tag };
  const collection = await answer.json();
  devices.clearLayers();
  devices.addLayers(collection.features.map(marker));
  return { tag: fresh };
}

function marker(feature) {
  const [longitude, latitude] = feature.geometry.coordinates;
  const shown = condition(feature.properties);
  const spoken = said(feature.properties, words);
  const made = L.marker([latitude, longitude], { icon: icon(shown), title: spoken, condition: shown });
  return made.bindPopup(() => popup(feature, words), { maxWidth: 260 });
}

function together(cluster) {
  const all = cluster.getAllChildMarkers();
  return clusterIcon(all.length, worst(new Set(all.map((one) => one.options.condition))));
}

/** Markers are buttons; this gives them their words. */
function name(layer) {
  const element = layer instanceof L.Marker ? layer.getElement() : null;
  if (!element) return;
  element.setAttribute("aria-label", layer instanceof L.MarkerCluster ? saidOf(layer) : layer.options.title);
}

function saidOf(cluster) {
  const all = cluster.getAllChildMarkers();
  const shown = worst(new Set(all.map((one) => one.options.condition)));
  const count = (all.length === 1 ? words.devices_1 : words.devices_n).replace("{count}", all.length);
  return `${count}, ${words.worst.replace("{words}", words[shown])}`;
}

/** A popup takes the focus and gives it back to its marker. */
function keepFocus(map) {
  map.on("popupopen", ({ popup: opened }) => {
    const element = opened.getElement();
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-label", opened._source?.options.title ?? "");
    const close = element.querySelector(".leaflet-popup-close-button");
    close?.setAttribute("aria-label", words.close);
    element.querySelector(".leaflet-popup-content a")?.focus({ preventScroll: true });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup(opened);
    });
  });
  map.on("popupclose", ({ popup: closed }) => {
    const { activeElement: now, body } = document; // the body, when what had the focus is gone with the popup
    if (now === body || closed.getElement()?.contains(now)) closed._source?.getElement()?.focus({ preventScroll: true });
  });
}

/** A wall screen shows a fresh page again and again; never a browser's error page, which nobody is there to reload. */
function keepWall(sentence) {
  sentence.hidden = false;
  setInterval(async () => {
    try {
      const answer = await fetch(location.href, { method: "GET", cache: "no-store" });
      if (answer.ok) location.reload();
    } catch (error) {
      console.error(error);
    }
  }, 1000 * Number(sentence.dataset.seconds));
}
