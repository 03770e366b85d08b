// Browan TABS TBMS100 (motion), TBHH100 (climate), TBWL100 (water leak); MerryIoT DW10 (door), CD10 (CO2).
// Format: reference manuals of Browan Communications, section 4.1.2 "Payload", e.g.
//         https://manualshive.com/en/manual/browan/tbwl100/2820137 and
//         https://manualspro.net/457717-merryiot-cd10-air-quality-carbon-dioxide-sensor-owners-manual
// The port tells the kind of device. Status and battery first; numbers are little-endian.
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

const NONE = 0xffff;

const tabsVolts = (frame) => (25 + (frame.unsigned(1, "battery") & 0x0f)) / 10;
const merryVolts = (frame) => (21 + (frame.unsigned(1, "battery") & 0x0f)) / 10;
const tabsCelsius = (frame) => (frame.unsigned(1, "temperature") & 0x7f) - 32;
const percent = (frame) => frame.unsigned(1, "humidity") & 0x7f;

const PORTS = {
  102: (frame) => ({
    motion: frame.unsigned(1, "status") & 1,
    battery_voltage: tabsVolts(frame),
    temperature: tabsCelsius(frame), // of the board
    motion_minutes: frame.unsigned(2, "time"), // since the last movement
    motion_count: frame.unsigned(3, "count"),
  }),
  103: (frame) => {
    frame.unsigned(1, "status");
    const data = { battery_voltage: tabsVolts(frame), temperature: tabsCelsius(frame), humidity: percent(frame) };
    // All bits set: the device has no such sensor.
    for (const name of ["co2_equivalent", "voc"]) {
      const value = frame.unsigned(2, name);
      if (value !== NONE) data[name] = value;
    }
    return data;
  },
  106: (frame) => {
    const data = { water_leak: frame.unsigned(1, "status") & 1, battery_voltage: tabsVolts(frame) };
    data.board_temperature = tabsCelsius(frame);
    const humidity = percent(frame);
    if (humidity !== 127) data.humidity = humidity; // 127: the measurement failed
    data.temperature = tabsCelsius(frame);
    return data;
  },
  120: (frame) => {
    const status = frame.unsigned(1, "status");
    return {
      open: status & 1,
      button: (status >> 1) & 1,
      tamper: (status >> 2) & 1,
      tilt: (status >> 3) & 1,
      battery_voltage: merryVolts(frame),
      temperature: frame.signed(1, "temperature"),
      humidity: percent(frame),
      minutes: frame.unsigned(2, "time"), // since the last change
      count: frame.unsigned(3, "count"),
    };
  },
  127: (frame) => {
    const status = frame.unsigned(1, "status");
    const data = {
      triggered: status & 1,
      button: (status >> 1) & 1,
      co2_high: (status >> 4) & 1,
      battery_voltage: merryVolts(frame),
      temperature: frame.signed(1, "temperature"),
      humidity: percent(frame),
    };
    const co2 = frame.unsigned(2, "CO2");
    if (co2) data.co2 = co2; // ppm; 0 is sent until the sensor is ready, ten minutes after it joined
    return data;
  },
};

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes, true);
  if (!PORTS[fPort]) frame.fail(`port ${fPort} is not known`);
  const data = PORTS[fPort](frame);
  frame.end();
  return { data };
}
