// Elsys: ERS, ERS CO2, ERS2 CO2, ERS Sound, ERS Eye, ELT-2 and others: one list of items whatever the model.
// Format: "ELSYS LoRa payload", Elektroniksystem i Umeå AB, https://www.elsys.se/en/elsys-payload/
//         and https://elsys.se/public/documents/Sensor_payload.pdf
// A frame is a list of items: type (1 byte), value; numbers are big-endian. The port is what the owner configured.
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

const SETTINGS = 0x3e;

const tenths = (name) => (frame) => ({ [name]: frame.signed(2, name) / 10 });
const whole = (name, size) => (frame) => ({ [name]: frame.unsigned(size, name) });

const ITEMS = {
  0x01: tenths("temperature"), // Cel; of the box where the device has a probe
  0x02: whole("humidity", 1), // %
  0x03: (frame) => {
    const [x, y, z] = ["x", "y", "z"].map((axis) => frame.signed(1, `acceleration ${axis}`) / 63);
    return { acceleration: { x, y, z } }; // in units of gravity
  },
  0x04: whole("light", 2), // lx
  0x05: (frame) => {
    const count = frame.unsigned(1, "motion");
    return { motion: count, motion_detected: count > 0 }; // movements since the last frame
  },
  0x06: whole("co2", 2), // ppm
  0x07: whole("vdd", 2), // mV of the battery
  0x08: whole("analog1", 2), // mV
  0x09: (frame) => ({
    latitude: frame.signed(3, "latitude") / 10000,
    longitude: frame.signed(3, "longitude") / 10000,
  }),
  0x0a: whole("pulse1", 2), // since the last frame
  0x0b: whole("pulse1_total", 4),
  0x0c: tenths("external_temperature"), // Cel, of the probe
  0x0d: whole("digital", 1),
  0x0e: (frame) => {
    const distance = frame.unsigned(2, "distance");
    return { distance, surface: -distance }; // mm; the surface is that far below the sensor
  },
  0x0f: whole("acceleration_motion", 1),
  0x10: (frame) => ({
    infrared_internal: frame.signed(2, "infrared sensor") / 10,
    infrared_target: frame.signed(2, "infrared target") / 10,
  }),
  0x11: (frame) => {
    const occupancy = frame.unsigned(1, "occupancy"); // 0 nobody, 1 somebody comes or goes, 2 somebody
    return { occupancy, occupied: occupancy === 2 };
  },
  0x12: whole("water", 1), // how wet, 0 to 255
  0x13: (frame) => ({ grid_reference: frame.unsigned(1, "grid"), grid: frame.take(64, "grid") }),
  0x14: (frame) => ({ pressure: frame.unsigned(4, "pressure") / 1000 }), // hPa
  0x15: (frame) => ({ sound_peak: frame.unsigned(1, "sound peak"), sound_mean: frame.unsigned(1, "sound mean") }), // dB
  0x16: whole("pulse2", 2),
  0x17: whole("pulse2_total", 4),
  0x18: whole("analog2", 2), // mV
  0x19: tenths("external_temperature2"),
  0x1a: whole("digital2", 1),
  0x1b: (frame) => ({ analog_uv: frame.signed(4, "analog") }), // uV
  0x1c: whole("tvoc", 2), // ppb
};

function decodeUplink({ bytes }) {
  const frame = new Frame(bytes);
  const data = {};
  while (frame.left) {
    const type = frame.unsigned(1, "type");
    if (type === SETTINGS) break; // the rest is the device's configuration
    if (!ITEMS[type]) frame.fail(`type ${type} is not known`, frame.at - 1);
    for (const [name, value] of Object.entries(ITEMS[type](frame))) {
      // A second probe of the same kind sends the same type again: external_temperature2, external_temperature2_2, ...
      let free = name;
      for (let number = 2; free in data; number++) free = `${name}_${number}`;
      data[free] = value;
    }
  }
  return { data };
}
