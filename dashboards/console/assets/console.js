// On every page: `<time data-age datetime="...">` stays fresh. It remembers nothing and asks nobody.
import { age } from "./lib/ages.js";

const EVERY_MS = 10000;
const page = document.documentElement;
// A telephone's clock may be wrong: ages are by the server's, which said the time when it made the page.
const ahead = page.dataset.sent ? Number(page.dataset.sent) - Date.now() : 0;

function refresh() {
  const now = Date.now() + ahead;
  for (const element of document.querySelectorAll("time[data-age][datetime]")) {
    const then = Date.parse(element.dateTime);
    const text = age(now - then, page.lang);
    if (!Number.isNaN(then) && element.textContent !== text) element.textContent = text;
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
