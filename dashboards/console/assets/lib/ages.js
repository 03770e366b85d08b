// How long ago something was, in the words of `AGES` (dashboards/console/texts.py), which a test holds these to.

const WORDS = {
  fr: { ago: (age) => `il y a ${age}`, ahead: (age) => `en avance de ${age}`, units: ["s", "min", "h", "j"] },
  en: { ago: (age) => `${age} ago`, ahead: (age) => `${age} ahead`, units: ["s", "min", "h", "d"] },
};
const SIZES = [1, 60, 3600, 86400];
const AHEAD_MS = 60000;

/** @param {number} elapsedMs since the moment; negative when a device's clock is ahead of the server's */
export function age(elapsedMs, language) {
  const words = WORDS[language] ?? WORDS.fr;
  const ahead = elapsedMs < -AHEAD_MS;
  const seconds = Math.floor((ahead ? -elapsedMs : Math.max(0, elapsedMs)) / 1000);
  const unit = Math.max(0, SIZES.filter((size) => seconds >= size).length - 1);
  const text = `${Math.floor(seconds / SIZES[unit])}\u00a0${words.units[unit]}`;
  return ahead ? words.ahead(text) : words.ago(text);
}
