// The chart of one series: its curve, its limits with their names, its axes, and values by arrow keys.
import uPlot from "uplot";

const words = document.getElementById("charts")?.dataset;
const language = document.documentElement.lang;
const DASHES = { critical: [], warning: [8, 4], info: [2, 4] };
const COLOURS = { critical: "--bad", warning: "--note", info: "--info" };
const NEAR = 0.5;
const zone = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Europe/Paris");
const clock = new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", {
  dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Paris",
});
const numbers = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { maximumSignificantDigits: 5 });
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function said(value, unit) {
  if (value == null) return "—";
  return `${numbers.format(value).replace("-", "\u2212")}${unit ? `\u00a0${unit}` : ""}`;
}

/** Lowest and highest of the axis: the values, and limits that are near them; as the server's sketch does it. */
function edges(series) {
  const values = [...series.values, ...series.low, ...series.high].filter((one) => one != null);
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (series.shape === "bars") low = Math.min(0, low);
  const reach = (high - low) * NEAR || Math.abs(high) * 0.06 || 1;
  const near = series.limits.map((one) => one.value).filter((one) => one != null && one >= low - reach && one <= high + reach);
  low = Math.min(low, ...near);
  high = Math.max(high, ...near);
  const room = (high - low) * 0.06 || 1;
  return [series.shape === "bars" ? low : low - room, high + room];
}

function drawLimits(chart, limits) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const written = [];
  for (const limit of limits) {
    if (limit.value == null || limit.value < chart.scales.y.min || limit.value > chart.scales.y.max) continue;
    const y = Math.round(chart.valToPos(limit.value, "y", true));
    ctx.strokeStyle = ctx.fillStyle = colour(COLOURS[limit.level]);
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash(DASHES[limit.level].map((one) => one * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    // Names of limits that lie close together would cover each other; the list below the chart has them all.
    if (written.every((other) => Math.abs(other - y) > 14 * devicePixelRatio)) {
      written.push(y);
      const above = y - bbox.top > 16 * devicePixelRatio;
      const at = [limit.name, bbox.left + 6 * devicePixelRatio, y + (above ? -4 : 13) * devicePixelRatio, bbox.width - 12];
      ctx.setLineDash([]);
      ctx.lineWidth = 4 * devicePixelRatio;
      ctx.strokeStyle = colour("--page");
      ctx.strokeText(...at);
      ctx.fillText(...at);
    }
  }
  ctx.restore();
}

function lines(series) {
  const curve = { label: words.value, stroke: colour("--link"), width: 1.75, value: (_, value) => said(value, series.unit) };
  if (series.shape === "bars") Object.assign(curve, { paths: uPlot.paths.bars({ size: [0.8, 24] }), fill: colour("--link") });
  if (series.shape === "dots") Object.assign(curve, { paths: () => null, points: { show: true, size: 4, fill: colour("--link") } });
  if (!series.low.length) return [curve];
  const edge = { width: 0, points: { show: false }, stroke: "transparent", value: (_, value) => said(value, series.unit) };
  const [low, high] = words.edges.split("|");
  return [curve, { ...edge, label: high }, { ...edge, label: low }];
}

function options(series, width) {
  const text = colour("--quiet");
  const axis = { stroke: text, grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    width,
    height: Math.max(180, Math.min(260, width * 0.5)),
    tzDate: zone,
    scales: { x: { range: (_, min, max) => (min === null ? [series.from / 1000, series.to / 1000] : [min, max]) }, y: { range: () => edges(series) } },
    series: [{ value: (_, seconds) => (seconds == null ? "—" : clock.format(seconds * 1000)), label: words.time }, ...lines(series)],
    bands: series.low.length ? [{ series: [2, 3], fill: `color-mix(in srgb, ${colour("--link")} 20%, transparent)` }] : [],
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick, index) => shortly(tick, ticks[index - 1], series)), space: 70 },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => numbers.format(tick).replace("-", "\u2212")) },
    ],
    cursor: { drag: { x: true, y: false } },
    hooks: { draw: [(chart) => drawLimits(chart, series.limits)] },
  };
}

/** Hours within days, days within months, each said once. */
function shortly(tick, before, series) {
  const at = new Date(tick * 1000);
  const write = (parts) => at.toLocaleString(language === "fr" ? "fr-FR" : "en-GB", { timeZone: "Europe/Paris", ...parts });
  const day = write({ day: "numeric", month: "short" });
  if (series.to - series.from > 4 * 86400000) return day;
  const hour = write({ hour: "2-digit", minute: "2-digit" });
  const same = before && new Date(before * 1000).toLocaleDateString("fr", { timeZone: "Europe/Paris" }) === at.toLocaleDateString("fr", { timeZone: "Europe/Paris" });
  return same ? hour : `${hour}\n${day}`;
}

const table = (series) => [series.times.map((time) => time / 1000), series.values, ...(series.low.length ? [series.high, series.low] : [])];

/** Arrow keys go from value to value, which the legend under the chart says. */
export function walk(chart, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const times = chart.data[0];
  let index = chart.cursor.idx ?? (step > 0 ? -1 : times.length);
  do index += step; while (index >= 0 && index < times.length && chart.data[1][index] == null);
  if (index < 0 || index >= times.length) return;
  chart.setCursor({ left: chart.valToPos(times[index], "x"), top: chart.valToPos(chart.data[1][index], "y") });
}

/** The part of time that the reader chose by dragging; null while all is shown. */
function chosen(chart) {
  const { min, max } = chart.scales.x;
  const times = chart.data[0];
  return min > times[0] || max < times.at(-1) ? { min, max } : null;
}

/** A chart of `series` in `place`, in the stead of `before`, whose chosen part it keeps. */
export function plotted(series, place, before) {
  const part = before && chosen(before);
  before?.destroy();
  const chart = new uPlot(options(series, place.clientWidth), table(series), place);
  if (part) chart.setScale("x", part);
  chart.root.querySelector(".u-legend").setAttribute("aria-live", "polite");
  for (const canvas of place.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
  return chart;
}
