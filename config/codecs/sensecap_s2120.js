// Seeed SenseCAP S2120: weather station of eight parameters.
// Format: "SenseCAP S2120 user guide", section 10.2 "Packet parsing", https://www.easymanua.ls/sensecap/s2120/manual?p=40
//         packets 0x4a to 0x4c: https://github.com/Seeed-Solution/SenseCAP-Decoder/tree/main/S2120
// Port 3: packets one after the other: number (1 byte), values; big-endian.
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

const air = (frame) => ({
  air_temperature: frame.signed(2, "temperature") / 10,
  relative_humidity: frame.unsigned(1, "humidity"),
  illuminance: frame.unsigned(4, "light"), // lx
  uv_index: frame.unsigned(1, "UV index") / 10,
  wind_speed: frame.unsigned(2, "wind speed") / 10, // m/s
});
const sky = (frame) => ({
  wind_direction: frame.unsigned(2, "wind direction"), // deg
  rain_intensity: frame.unsigned(4, "rain") / 1000, // mm/h
  pressure: frame.unsigned(2, "pressure") / 10, // hPa
});

const PACKETS = {
  0x01: air,
  0x02: sky,
  // Newer firmware sends these two and a third instead.
  0x4a: air,
  0x4b: sky,
  0x4c: (frame) => ({
    wind_gust: frame.unsigned(2, "wind gust") / 10,
    rain_total: frame.unsigned(4, "rain") / 1000, // mm
  }),
  0x03: (frame) => ({ battery: frame.unsigned(1, "battery") }), // %
  0x04: (frame) => {
    const battery = frame.unsigned(1, "battery");
    frame.take(8, "versions and intervals");
    return { battery };
  },
  0x05: (frame) => {
    frame.take(4, "intervals");
    return {};
  },
  0x06: (frame) => ({ error: frame.unsigned(1, "error") }),
};

function decodeUplink({ bytes }) {
  const frame = new Frame(bytes);
  const data = {};
  while (frame.left) {
    const number = frame.unsigned(1, "packet");
    if (!PACKETS[number]) frame.fail(`packet ${number} is not known`, frame.at - 1);
    Object.assign(data, PACKETS[number](frame));
  }
  return { data };
}
