// Decentlab DL-PR26, pressure of a column of water, the version of 0 to 1 bar.
// Format: "DL-PR26 datasheet", section on the payload, Decentlab GmbH, https://www.decentlab.com/
//         examples: https://github.com/TheThingsNetwork/lorawan-devices/tree/master/vendor/decentlab (Apache-2.0)
// A frame: version 2, serial number (2 bytes), flags (2 bytes), then the words (2 bytes, big-endian) of each sensor
// whose flag is set. Which sensors they are depends on the model, and the frame does not tell it: one file a model.
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

const LOWEST = 0; // bar
const HIGHEST = 1;
const METRES_PER_BAR = 100000 / (1000 * 9.80665); // fresh water of 1 000 kg/m3, standard gravity

const SENSORS = [
  {
    words: 2,
    read: ([pressure, temperature]) => {
      const bar = ((pressure - 16384) / 32768) * (HIGHEST - LOWEST) + LOWEST;
      return { pressure: bar, depth: bar * METRES_PER_BAR, temperature: ((temperature - 384) / 64000) * 200 - 50 };
    },
  },
  { words: 1, read: ([x]) => ({ battery_voltage: x / 1000 }) }, // V
];

function decodeUplink({ bytes }) {
  const frame = new Frame(bytes);
  const version = frame.unsigned(1, "version");
  if (version !== 2) frame.fail(`version ${version} of the protocol, 2 expected`, 0);
  const data = { device_id: frame.unsigned(2, "serial number") };
  const flags = frame.unsigned(2, "flags");
  if (flags >= 2 ** SENSORS.length) frame.fail(`flags ${flags} name a sensor that this model has not`, 3);
  SENSORS.forEach(({ words, read }, index) => {
    if ((flags >> index) & 1) {
      Object.assign(data, read(Array.from({ length: words }, () => frame.unsigned(2, `sensor ${index}`))));
    }
  });
  frame.end();
  return { data };
}
