// The live feed on a page: what changes, where it stands already. A page without scripts is read anew instead.
//
//   <span data-live data-device="ID" data-quantity="Q">text</span>      the newest value, in words
//   <time data-live-time="ID" datetime="ISO">text</time>                when the device was heard last
//   data-live-all (anywhere)                                            the page follows all devices
//   data-live-alerts="" or "12 15" (anywhere)                           the page shows all alerts, or these
//
// Other scripts hear of `live:reading` (detail: the reading), `live:alerts`, `live:reset` (what was missed is lost, ask
// again) and `live:back` (connected again; of what was missed only the newest follows) on the document, and send
// `live:cells` to it when they have put other cells on the page.
import { age } from "./lib/ages.js";

const SUMMARY_MS = 10000;
const HIDDEN_MS = 5000;
const AGAIN_MS = 30000;
const strip = document.getElementById("live");
const page = document.documentElement;

class Cells {
  constructor() {
    this.values = new Map();
    this.times = new Map();
    for (const cell of document.querySelectorAll("[data-live][data-device][data-quantity]"))
      add(this.values, `${cell.dataset.device} ${cell.dataset.quantity}`, cell);
    for (const cell of document.querySelectorAll("time[data-live-time]")) add(this.times, cell.dataset.liveTime, cell);
  }

  get devices() {
    const keys = [...this.values.keys()].map((key) => key.slice(0, key.indexOf(" ")));
    return [...new Set([...keys, ...this.times.keys()])].sort();
  }

  /** @returns {boolean} whether the reader sees another text now */
  put(reading) {
    for (const cell of this.times.get(reading.device) ?? []) if (newer(cell, reading)) putTime(cell, reading);
    let changed = false;
    for (const cell of this.values.get(`${reading.device} ${reading.quantity}`) ?? []) {
      if (!newer(cell, reading) || cell.textContent === reading.text) continue;
      cell.textContent = reading.text;
      changed = true;
    }
    return changed;
  }
}

function add(map, key, cell) {
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(cell);
}

/** Late data does not replace what is newer. */
function newer(cell, reading) {
  if (Number(cell.dataset.at ?? 0) > reading.time) return false;
  cell.dataset.at = reading.time;
  return true;
}

function putTime(cell, reading) {
  if (cell.dateTime && Date.parse(cell.dateTime) > reading.time) return;
  cell.dateTime = reading.iso;
  const ahead = page.dataset.sent ? Number(page.dataset.sent) - loaded : 0;
  cell.textContent = "age" in cell.dataset ? age(Date.now() + ahead - reading.time, page.lang) : reading.clock;
}

const loaded = Date.now();
const title = document.title;
const changes = new Set();
let cells = new Cells();
let source = null;
let place = strip?.dataset.place ?? "";
let state = "";
let since = loaded;
let paused = false;
let unsure = false;
let updated = 0;
let timer = 0;
let joined = false;

function part(name) {
  return strip.querySelector(`[data-part="${name}"]`);
}

function say(name, element, count) {
  const text = (count === 1 && strip.dataset[`${name}One`]) || strip.dataset[name];
  const clock = new Date(since).toLocaleTimeString(page.lang, { timeZone: "Europe/Paris" });
  element.textContent = text.replace("{count}", count).replace("{time}", clock);
}

function turn(next) {
  if (state === next) return;
  state = next;
  since = Date.now();
  page.dataset.feed = next;
  say(next, part("state"));
}

function address() {
  const query = new URLSearchParams({ lang: page.lang });
  if (document.querySelector("[data-live-all]")) query.set("all", "1");
  else for (const device of cells.devices) query.append("device", device);
  if (place) query.set("after", place);
  return `/live?${query}`;
}

function open() {
  close();
  source = new EventSource(address());
  const on = (kind, act) =>
    source.addEventListener(kind, (event) => {
      if (event.lastEventId) place = event.lastEventId;
      const detail = JSON.parse(event.data);
      act(detail);
      document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }));
    });
  on("reading", (reading) => (updated += cells.put(reading)));
  on("alerts", alerts);
  on("reset", () => {});
  source.onopen = () => {
    turn("on");
    if (joined) document.dispatchEvent(new CustomEvent("live:back"));
    joined = true;
  };
  source.onerror = () => {
    const over = source.readyState === EventSource.CLOSED;
    turn(over ? "closed" : "lost");
    if (over) timer = setTimeout(open, AGAIN_MS);
  };
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function alerts({ open: count, changed }) {
  const link = document.querySelector('nav a[href="/alerts"]');
  if (link) {
    const badge = link.querySelector(".count") ?? link.appendChild(document.createElement("span"));
    badge.className = "count";
    badge.hidden = !count;
    const number = document.createElement("span");
    number.textContent = count;
    number.ariaHidden = "true";
    badge.replaceChildren(number, hiddenWords(count));
  }
  document.title = count ? `(${count}) ${title}` : title;
  const list = document.querySelector("[data-live-alerts]");
  if (!list) return;
  const shown = list.dataset.liveAlerts.split(" ").filter(Boolean);
  for (const alert of changed ?? []) if (!shown.length || shown.includes(String(alert))) changes.add(alert);
  unsure = unsure || changed === null;
  if (unsure) offer("changedMaybe");
  else if (changes.size) offer("changed");
}

/** Nothing moves under the reader: a link says that there is something to read anew. */
function offer(name) {
  const link = document.createElement("a");
  link.href = location.href;
  say(name, link, changes.size);
  if (part("changed").textContent !== link.textContent) part("changed").replaceChildren(link);
}

function hiddenWords(count) {
  const words = document.createElement("span");
  words.className = "visually-hidden";
  say("open", words, count);
  words.textContent = ` (${words.textContent})`;
  return words;
}

function pause() {
  paused = !paused;
  part("button").textContent = strip.dataset[paused ? "resume" : "pause"];
  if (paused) {
    close();
    turn("paused");
  } else {
    turn("joining");
    open();
  }
}

/** A page nobody looks at holds no connection: a browser has six for all its windows. It goes on where it stood. */
function look() {
  clearTimeout(timer);
  if (paused) return;
  if (document.hidden) timer = setTimeout(close, HIDDEN_MS);
  else if (source === null || source.readyState === EventSource.CLOSED) open();
}

if (strip && window.EventSource) {
  strip.hidden = false;
  part("button").addEventListener("click", pause);
  turn("joining");
  open();
  document.addEventListener("visibilitychange", look);
  document.addEventListener("live:cells", () => {
    const before = cells.devices.join();
    cells = new Cells();
    if (!paused && source && cells.devices.join() !== before) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && look());
  setInterval(() => {
    if (updated) say("summary", part("summary"), updated);
    updated = 0;
  }, SUMMARY_MS);
}
