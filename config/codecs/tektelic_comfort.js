// TEKTELIC Comfort and Vivid (formerly Smart Room Sensor).
// Format: "Comfort/Vivid Technical Reference Manual", T0006338_TRM version 3.1, table 3-1,
//         https://www.manualslib.com/manual/3603058/Tektelic-Communications-Comfort.html
// Port 10: a list of items: channel, type (1 byte each), value; numbers are big-endian.
// Written for this project from the format described there; its licence is that of the project.

// ---- the same in every codec here, which cannot import: a frame read in order, complaints with their place
class Frame {
  constructor(bytes, little = false) {
    this.bytes = bytes;
    this.little = little;
    this.at = 0;
  }
  get left() {
    return this.bytes.length - this.at;
  }
  fail(words, at = this.at) {
    throw new Error(`byte ${at}: ${words}`);
  }
  take(size, what) {
    if (size > this.left) this.fail(`${what}: bytes expected: ${size}, left: ${this.left}`);
    this.at += size;
    return this.bytes.slice(this.at - size, this.at);
  }
  unsigned(size, what) {
    const taken = this.take(size, what);
    return (this.little ? taken.reverse() : taken).reduce((value, byte) => value * 256 + byte, 0);
  }
  signed(size, what) {
    const value = this.unsigned(size, what);
    return value < 2 ** (8 * size - 1) ? value : value - 2 ** (8 * size);
  }
  end() {
    if (this.left) this.fail(`longer than expected, bytes left: ${this.left}`);
  }
}
// ---- end of the common part

const ACTIVE = 0xff;

const number = (name, size, divisor = 1) => (frame) => ({ [name]: frame.signed(size, name) / divisor });
const count = (name) => (frame) => ({ [name]: frame.unsigned(2, name) });
const state = (name) => (frame) => ({ [name]: frame.unsigned(1, name) === ACTIVE });

const ITEMS = {
  "00ba": (frame) => ({ battery_voltage: frame.unsigned(2, "battery") / 1000 }), // V
  "00ff": number("battery_voltage", 2, 100), // older devices
  "0100": state("magnet_absent"),
  "0200": state("light"),
  "0367": number("ambient_temperature", 2, 10), // Cel
  "0468": (frame) => ({ relative_humidity: frame.unsigned(1, "relative humidity") / 2 }), // %
  "0502": number("impact_magnitude", 2, 1000), // in units of gravity
  "0771": (frame) => ({ acceleration: ["x", "y", "z"].map((axis) => frame.signed(2, `acceleration ${axis}`) / 1000) }),
  "0804": count("magnet_count"),
  "0900": state("moisture"),
  "0a00": state("motion"),
  "0b67": number("mcu_temperature", 2, 10),
  "0c00": state("impact_alarm"),
  "0d04": count("motion_count"),
  "0e00": state("external_input"),
  "0f04": count("external_count"),
};

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 100 || fPort === 5) return { data: {} }; // answers about configuration and health
  if (fPort !== 10) frame.fail(`port ${fPort} is not known`);
  const data = {};
  while (frame.left) {
    const key = frame.take(2, "channel and type").map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!ITEMS[key]) frame.fail(`channel and type ${key} are not known`, frame.at - 2);
    Object.assign(data, ITEMS[key](frame));
  }
  return { data };
}
