// Dragino LHT65N: temperature and humidity, with a socket for an external probe.
// Format: "LHT65N LoRaWAN Temperature & Humidity Sensor Manual", sections 2.4 and 2.6.5,
//         http://wiki.dragino.com/xwiki/bin/view/Main/User%20Manual%20for%20LoRaWAN%20End%20Nodes/LHT65N%20LoRaWAN%20Temperature%20%26%20Humidity%20Sensor%20Manual/
// Port 2: one reading of 7 or 11 bytes. Port 3: earlier readings, 11 bytes each, with their own times. Big-endian.
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

const NOTHING = 0; // kinds of external sensor; of the others only the built-in values are read
const PROBES = [1, 2, 9];
const DATED = 9; // a probe whose readings are sent with their time, in the form of the earlier ones
const UNPLUGGED = 0x80;
const ABSENT = 327.67; // what the device sends for a probe that is not plugged in

const hundredths = (frame, what) => frame.signed(2, what) / 100;

function external(code, value) {
  const there = PROBES.includes(code & 0x0f) && !(code & UNPLUGGED) && value !== ABSENT;
  return there ? { external_temperature: value } : {};
}

function reading(frame) {
  const battery = frame.unsigned(2, "battery");
  const data = {
    battery_voltage: (battery & 0x3fff) / 1000, // V
    battery_status: battery >> 14, // 0 very low to 3 good
    temperature: hundredths(frame, "temperature"),
    humidity: frame.unsigned(2, "humidity") / 10,
  };
  const code = frame.unsigned(1, "external sensor");
  const kind = code & 0x0f;
  if (kind === NOTHING && !frame.left) return { data };
  const value = hundredths(frame, "external value");
  frame.take(2, "external value");
  frame.end();
  if (kind !== NOTHING && !PROBES.includes(kind)) {
    return { data, warnings: [`external sensor of kind ${kind} is not read`] };
  }
  return { data: { ...data, ...external(code, value) } };
}

function earlier(frame) {
  const data = [];
  while (frame.left) {
    const probe = hundredths(frame, "external temperature");
    const temperature = hundredths(frame, "temperature");
    const humidity = (frame.unsigned(2, "humidity") & 0x0fff) / 10; // above it, the state of the battery
    const code = frame.unsigned(1, "external sensor");
    const time = frame.unsigned(4, "time");
    // Eleven zeros say that there is nothing of the time asked for.
    if (time) data.push({ time: new Date(time * 1000).toISOString(), temperature, humidity, ...external(code, probe) });
  }
  return { data };
}

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  const dated = bytes.length === 11 && (bytes[6] & 0x0f) === DATED;
  if (fPort === 3 || (fPort === 2 && dated)) return earlier(frame);
  if (fPort === 2) return reading(frame);
  if (fPort === 5) return { data: {} }; // firmware, band and battery, when the device is asked
  return frame.fail(`port ${fPort} is not known`);
}
