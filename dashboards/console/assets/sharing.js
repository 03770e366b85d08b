// Partage: a button copies the link that was made. Without it the link is selected and copied by hand.
const $ = (id) => document.getElementById(id);
const [link, button, words] = [$("link"), $("copy"), $("copied")];

/** The clipboard is for https alone; the older way works without, where the browser still has it. */
async function copied() {
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

async function copy() {
  words.textContent = "";
  const done = await copied();
  words.textContent = done ? button.dataset.done : button.dataset.failed;
}

link.addEventListener("focus", () => link.select());
button.addEventListener("click", copy);
button.hidden = false;
