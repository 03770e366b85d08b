// Charts of one device: in the place of the server's sketch, with axes, limits with their names, and values under the
// pointer or by arrow keys. What it shows is also in the summary and in the table; without it nothing is missing.
//
// The feed says that there is something new, of which it knows the newest only; the store has all of it. So what is
// drawn, and the words and the table beside it, are asked for again: soon, seldom, and not under the reader.
import { age } from "./lib/ages.js";
import { plotted, walk } from "./lib/plot.js";
import { Wishes } from "./lib/wishes.js";

const charts = document.getElementById("charts");
const page = document.documentElement;
const REFRESH_MS = 60000;
// Ages are by the server's clock.
const ahead = Number(page.dataset.sent || Date.now()) - Date.now();

/** A day and a week go on while the page is open; longer ones change too little, and typed ones stay. */
const moves = (address) => /[?&]range=(24h|7d)\b/.test(address);
const looked = (element) => element.contains(document.activeElement) || element.matches(":hover");
const paused = () => page.dataset.feed === "paused";

async function fetched(path, type) {
  const address = new URL(path, location);
  address.searchParams.set("lang", page.lang);
  const answer = await fetch(address, { headers: { Accept: type } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return type === "text/html" ? answer.text() : answer.json();
}

/** One quantity's chart: drawn when it is first seen and has values, and drawn anew. */
class Drawn {
  constructor(place) {
    this.place = place;
    this.quantity = new URL(place.dataset.series, location).searchParams.get("quantity");
    this.moves = moves(place.dataset.series);
    this.seen = this.asked = false;
    this.wishes = new Wishes(() => this.draw(), () => this.seen && !document.hidden && this.free);
  }

  /** Nothing that the reader has stopped, or is looking at, would change. */
  get free() {
    return !this.plot || !(paused() || looked(this.plot));
  }

  turn(seen) {
    this.seen = seen;
    if (seen && !this.asked) this.wishes.wishNow();
    else this.wishes.look();
    this.asked ||= seen;
  }

  async draw() {
    let series;
    try {
      series = await fetched(this.place.dataset.series, "application/json");
    } catch (error) {
      if (!this.plot) this.fail();
      throw error;
    }
    if (!this.free) return false;
    this.series = series;
    if (this.plot) this.show();
    else if (series.times.length) this.begin();
    return true;
  }

  begin() {
    this.failed?.remove();
    const plot = (this.plot = document.createElement("div"));
    plot.className = "plot";
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `${this.series.label}. ${charts.dataset.keys}`);
    this.place.append(plot);
    this.show();
    plot.addEventListener("keydown", (event) => walk(this.chart, event));
    for (const leaving of ["mouseleave", "focusout"]) plot.addEventListener(leaving, () => this.wishes.look());
    new ResizeObserver(() => {
      if (plot.clientWidth && plot.clientWidth !== this.chart.width) this.show();
    }).observe(plot);
    for (const wish of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"])
      matchMedia(wish).addEventListener("change", () => this.show());
  }

  /** Without any value the server's sketch is there, which is empty too. */
  show() {
    const some = this.series.times.length > 0;
    this.plot.hidden = !some;
    this.place.querySelector(".sketch").hidden = some;
    if (some) this.chart = plotted(this.series, this.plot, this.chart);
  }

  fail() {
    if (this.failed) return;
    this.failed = document.createElement("p");
    this.failed.className = "quiet";
    this.failed.textContent = charts.dataset.failed;
    this.place.append(this.failed);
  }
}

const table = document.getElementById("rows");
const wordsFree = () => !paused() && !(table && looked(table));

/** What the server says of the charts, and its table: what `data-anew` marks is put in the place of what stood there. */
async function say() {
  const said = new DOMParser().parseFromString(await fetched(charts.dataset.words, "text/html"), "text/html");
  if (!wordsFree()) return false;
  for (const fresh of said.querySelectorAll("[data-anew]")) {
    const place = document.getElementById(fresh.id);
    if (place && place.innerHTML !== fresh.innerHTML) place.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  return true;
}

const drawn = new Map([...document.querySelectorAll("[data-series]")].map((place) => [place, new Drawn(place)]));
let seen = false;
const words = new Wishes(say, () => seen && !document.hidden && wordsFree());
const all = [words, ...[...drawn.values()].map((one) => one.wishes)];

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (target === charts) {
      seen = isIntersecting;
      words.look();
    } else drawn.get(target).turn(isIntersecting);
  }
}, { rootMargin: "200px" });
for (const place of [charts, ...drawn.keys()]) observer.observe(place);

for (const leaving of ["mouseleave", "focusout"]) table?.addEventListener(leaving, () => words.look());
document.addEventListener("visibilitychange", () => all.forEach((one) => one.look()));
// What was missed may be of any time.
for (const name of ["live:back", "live:reset"]) document.addEventListener(name, () => all.forEach((one) => one.wishAgain()));
// Late values are not in the feed, and the window of time moves on.
setInterval(() => {
  for (const one of drawn.values()) if (one.moves) one.wishes.wish();
  if (moves(charts.dataset.words)) words.wish();
}, REFRESH_MS);

// live.js writes values and when the device was heard; here, when each value was measured. An older one changes nothing.
document.addEventListener("live:reading", ({ detail: reading }) => {
  if (reading.device !== charts.dataset.device) return;
  for (const cell of document.querySelectorAll(`time[data-measured="${CSS.escape(reading.quantity)}"]`)) {
    if (cell.dateTime && Date.parse(cell.dateTime) > reading.time) continue;
    cell.dateTime = reading.iso;
    cell.textContent = age(Date.now() + ahead - reading.time, page.lang);
  }
  if (!moves(charts.dataset.words) || !document.getElementById(`chart-${reading.quantity}`)) return;
  words.wish();
  for (const one of drawn.values()) if (one.quantity === reading.quantity) one.wishes.wish();
});
