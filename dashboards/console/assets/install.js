// Mise en service: the camera reads the code, the telephone says where it is, the first reading shows itself.
// Every page works without it: codes and positions are typed, and a link reads the page anew.

const EVERY_MS = 4000;
const SOON_MS = 300;
const LOOK_MS = 250;
const $ = (id) => document.getElementById(id);

function scanning(button) {
  const video = $("camera");
  const words = $("scan-words");
  const start = button.textContent;
  let stream = null;

  function stop(text = "") {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
    button.textContent = start;
    words.textContent = text;
  }

  async function look(detector) {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (!stream) return;
    if (!found.length) return setTimeout(look, LOOK_MS, detector);
    stop();
    $("code").value = found[0].rawValue;
    button.form.requestSubmit();
  }

  async function begin() {
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128"] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      button.textContent = button.dataset.stop;
      words.textContent = button.dataset.scanning;
      await video.play();
      look(detector);
    } catch {
      stop(button.dataset.failed);
    }
  }

  button.hidden = false;
  button.addEventListener("click", () => (stream ? stop() : begin()));
  addEventListener("keydown", (event) => event.key === "Escape" && stream && stop());
  addEventListener("pagehide", () => stop());
}

function locating(button) {
  const words = $("here-words");
  const taken = ({ coords }) => {
    $("latitude").value = coords.latitude.toFixed(5);
    $("longitude").value = coords.longitude.toFixed(5);
    words.textContent = button.dataset.done.replace("{metres}", Math.ceil(coords.accuracy));
  };
  const failed = () => (words.textContent = button.dataset.failed);
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(taken, failed, { enableHighAccuracy: true, timeout: 30000 }),
  );
}

/** The state is asked for again and put in place only where it says something else. */
function watching(place) {
  let timer = 0;
  let shown = said(place);
  const settled = () => place.querySelector("[data-settled]") !== null;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || settled()) return show();
    try {
      const answer = await fetch(place.dataset.url);
      if (answer.ok) put(await answer.text());
    } catch {
      // the next time
    }
    show();
    if (!settled()) timer = setTimeout(ask, EVERY_MS);
  }

  function put(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    if (said(fresh) === shown) return;
    shown = said(fresh);
    // What is announced stays the same element: a live region that is new itself is not read out.
    const [now, next] = [place, fresh].map((one) => one.querySelector("[data-state]"));
    const rest = [...fresh.childNodes].filter((node) => node !== next);
    now.className = next.className;
    for (const name of ["data-state", "data-settled"])
      if (next.hasAttribute(name)) now.setAttribute(name, next.getAttribute(name));
      else now.removeAttribute(name);
    if (now.textContent !== next.textContent) now.replaceChildren(...next.childNodes);
    while (now.nextSibling) now.nextSibling.remove();
    now.after(...rest);
    document.dispatchEvent(new CustomEvent("live:cells"));
  }

  function show() {
    $("refreshes").hidden = settled();
  }

  document.addEventListener("visibilitychange", ask);
  document.addEventListener("live:reading", () => {
    clearTimeout(timer);
    if (!settled()) timer = setTimeout(ask, SOON_MS);
  });
  ask();
}

/** Ages grow by themselves; they are no news. */
function said(element) {
  const copy = element.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-age]")) time.textContent = time.dateTime;
  return copy.textContent.replace(/\s+/g, " ").trim();
}

if (window.isSecureContext && "BarcodeDetector" in window && navigator.mediaDevices && $("scan")) scanning($("scan"));
if (window.isSecureContext && navigator.geolocation && $("here")) locating($("here"));
if ($("state")) watching($("state"));
