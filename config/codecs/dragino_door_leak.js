// Dragino LDS01 and LDS02 (door), LWL01 and LWL02 (water leak).
// Format: "LDS02 / LWL02 user manual", section "Uplink payload",
//         http://wiki.dragino.com/xwiki/bin/view/Main/User%20Manual%20for%20LoRaWAN%20End%20Nodes/
// Port 10, 10 bytes, big-endian: state and battery, mode, count, duration, alarm.
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

const DOOR = 1;
const WATER = 2;

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort !== 10) frame.fail(`port ${fPort} is not known`);
  const state = frame.unsigned(2, "state");
  const mode = frame.unsigned(1, "mode");
  if (mode !== DOOR && mode !== WATER) frame.fail(`mode ${mode} is not known`, 2);
  const data = { battery_voltage: (state & 0x3fff) / 1000, mode };
  const subject = mode === DOOR ? "door_open" : "water_leak";
  data[subject] = (state >> (mode === DOOR ? 15 : 14)) & 1;
  data[`${subject}_count`] = frame.unsigned(3, "count");
  data[`${subject}_minutes`] = frame.unsigned(3, "duration"); // of the last time
  data.alarm = frame.unsigned(1, "alarm") & 1;
  frame.end();
  return { data };
}
