// Milesight: AM100, AM300, EM300, EM310, EM400 and EM500 series, WS202, WS301, WS302, WS303, VS121, VS350, CT10x.
// Format: "Payload definition" of each device, https://github.com/Milesight-IoT/SensorDecoders (README of each device)
//         and "Uplink data" of the manuals, e.g. https://www.milesight.com/products/docs/en/em300-zld/
// A frame is a list of items: channel, type (1 byte each), value; numbers are little-endian; port 85 unless configured.
// The type says how a value is coded, the channel which sensor of the device it is, and what that is only the model
// knows: values are named after both (`temperature_3`); the model says what they measure (temperature, channel 3).
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

const DEVICE = 0xff; // channel of what the device says of itself
const STORED = 0xce; // type of readings made earlier, sent when asked for or after an outage
const ALARM = 0x80; // added to the channel of a value that comes with an alarm
const LAST_ALARM = 0x8f;
const DEVICE_SIZES = {
  0x01: 1, 0x08: 6, 0x09: 2, 0x0a: 2, 0x0b: 1, 0x0f: 1, 0x16: 8, 0x18: 2, 0x1f: 4, 0xfe: 1, 0xff: 2,
};
const COUNTED = 2; // kind of an input whose pulses are counted; of another only the state is sent
const WEIGHTINGS = { 1: "a", 2: "c", 5: "a", 6: "c" };

const one = (name, size, divisor = 1) => (frame) => ({ [name]: frame.unsigned(size, name) / divisor });
const signed = (name, size, divisor = 1) => (frame) => ({ [name]: frame.signed(size, name) / divisor });
const list = (name, size, count) => (frame) => ({
  [name]: Array.from({ length: count }, () => frame.unsigned(size, name)),
});

const TYPES = {
  0x00: one("digital", 1),
  0x01: one("beep", 1),
  0x5b: sound,
  0x65: (frame) => ({
    light: frame.unsigned(2, "light"), // lx
    visible_infrared: frame.unsigned(2, "light"),
    infrared: frame.unsigned(2, "light"),
  }),
  0x67: signed("temperature", 2, 10), // Cel
  0x68: (frame) => {
    const percent = frame.unsigned(1, "humidity") / 2;
    return { humidity: percent, moisture: percent }; // of the soil where it is an EM500-SMTC of older firmware
  },
  0x6a: one("activity", 2),
  0x73: one("pressure", 2, 10), // hPa
  0x75: one("battery", 1), // %
  0x77: signed("level", 2), // cm
  0x7d: one("concentration", 2), // ppm, ppb or ug/m3: the model knows
  0x7f: one("conductivity", 2), // uS/cm
  0x82: (frame) => {
    const distance = frame.unsigned(2, "distance");
    return { distance, surface: -distance }; // mm; the surface is that far below the sensor
  },
  0x97: one("charge", 4, 100), // A.h
  0x98: (frame) => {
    const current = frame.unsigned(2, "current");
    return current === 0xffff ? {} : { current: current / 100 }; // A; all bits set: the clamp could not be read
  },
  0xc8: one("pulses", 4),
  0xc9: (frame) => ({
    people: frame.unsigned(1, "people"),
    regions: frame.unsigned(1, "regions"),
    occupied_regions: frame.take(2, "occupied regions").reduce((bits, byte) => bits * 256 + byte), // one bit for each
  }),
  0xca: one("moisture", 2, 100), // %
  0xcb: one("light_level", 1),
  0xcc: (frame) => {
    const [entries, exits] = [frame.unsigned(2, "people in"), frame.unsigned(2, "people out")];
    return { entries, exits, passages: entries + exits };
  },
  0xcd: one("people_max", 1),
  0xd5: list("region_people", 1, 8),
  0xd7: (frame) => ({
    temperature: frame.signed(2, "temperature") / 10, // Cel
    temperature_change: frame.signed(2, "temperature change") / 10,
  }),
  0xda: list("flow", 2, 4),
  0xe1: (frame) => {
    frame.take(4, "weight of a pulse");
    const bits = Uint8Array.from(frame.take(4, "volume"));
    return { volume: new DataView(bits.buffer).getFloat32(0, true) }; // in the unit that the owner configured
  },
  0xe4: (frame) => ({
    dwell_region: frame.unsigned(1, "region"),
    dwell_mean: frame.unsigned(2, "dwell time"), // s
    dwell_max: frame.unsigned(2, "dwell time"),
  }),
  0xe6: one("voc", 2), // ug/m3
};
// With an alarm a value is followed by one byte that says which; these three bring more.
const ALARM_TYPES = {
  0x98: (frame) => ({
    current_max: frame.unsigned(2, "current") / 100,
    current_min: frame.unsigned(2, "current") / 100,
    ...TYPES[0x98](frame),
  }),
};

function sound(frame) {
  const code = frame.unsigned(1, "weighting");
  const weighting = WEIGHTINGS[code];
  if (!weighting) frame.fail(`weighting ${code} is not known`, frame.at - 1);
  const level = (name) => frame.unsigned(2, `sound ${name}`) / 10; // dB
  // A level weighted C is no LAeq: it gets another name.
  const [now, mean, maximum] = [level("level"), level("mean"), level("maximum")];
  return { [`l${weighting}`]: now, [`l${weighting}eq`]: mean, [`l${weighting}max`]: maximum };
}

// Earlier readings, by the bytes each takes after its two: nothing but the length tells of which model they are. Where
// models share a length the value gets the name that each has for it; a device's model maps only its own.
const RECORDS = {
  6: (frame) => {
    const value = frame.signed(2, "value");
    return { temperature_3: value / 10, level_3: value, distance_3: value, surface_3: -value };
  }, // EM500-PT100, EM500-SWL, EM500-UDL
  7: (frame) => climate(frame), // EM300-TH
  8: (frame) => {
    const values = climate(frame);
    const digital = frame.unsigned(1, "digital");
    return { ...values, digital_5: digital, digital_6: digital };
  }, // EM300-SLD and -ZLD, EM300-MCS
  10: (frame) => ({
    conductivity_5: frame.unsigned(2, "conductivity"),
    temperature_3: frame.signed(2, "temperature") / 10,
    moisture_4: frame.unsigned(2, "moisture") / 100,
  }), // EM500-SMTC
  11: (frame) => ({
    concentration_5: frame.unsigned(2, "CO2"),
    pressure_6: frame.unsigned(2, "pressure") / 10,
    ...climate(frame),
  }), // EM500-CO2
  13: (frame) => {
    const values = climate(frame);
    const kind = frame.unsigned(1, "kind of input");
    const digital = frame.unsigned(1, "input");
    const pulses = frame.unsigned(4, "pulses");
    return kind === COUNTED ? { ...values, pulses_5: pulses } : { ...values, digital_5: digital };
  }, // EM300-DI
  16: (frame) => ambience(frame), // AM307
  20: (frame) => ({ ...ambience(frame), ...dust(frame) }), // AM308
  22: (frame) => ({ ...ambience(frame), ...dust(frame), concentration_10: frame.unsigned(2, "HCHO") }), // AM319
};

function climate(frame) {
  return { temperature_3: frame.signed(2, "temperature") / 10, humidity_4: frame.unsigned(1, "humidity") / 2 };
}

function ambience(frame) {
  return {
    temperature_3: frame.signed(2, "temperature") / 10,
    humidity_4: frame.unsigned(2, "humidity") / 2,
    digital_5: frame.unsigned(1, "motion"),
    light_level_6: frame.unsigned(1, "light level"),
    concentration_7: frame.unsigned(2, "CO2"),
    concentration_8: frame.unsigned(2, "VOC"),
    pressure_9: frame.unsigned(2, "pressure") / 10,
  };
}

function dust(frame) {
  return { concentration_11: frame.unsigned(2, "PM2.5"), concentration_12: frame.unsigned(2, "PM10") };
}

function records(frame) {
  const start = frame.at - 2;
  const rest = frame.bytes.slice(start);
  const fits = (size) =>
    rest.length % (size + 2) === 0 &&
    rest.every((byte, index) => index % (size + 2) > 1 || byte === [0x20, STORED][index % (size + 2)]);
  const size = Object.keys(RECORDS).map(Number).find(fits);
  if (!size) frame.fail(`earlier readings of ${rest.length} bytes: of no model that is known`, start);
  const found = [];
  for (let at = start; at < frame.bytes.length; at = frame.at) {
    frame.at = at + 2;
    const time = new Date(frame.unsigned(4, "time") * 1000).toISOString();
    found.push({ time, ...RECORDS[size](frame) });
  }
  return found;
}

function decodeUplink({ bytes }) {
  const frame = new Frame(bytes, true);
  const data = {};
  let earlier = [];
  while (frame.left) {
    const start = frame.at;
    const channel = frame.unsigned(1, "channel");
    const type = frame.unsigned(1, "type");
    if (channel === DEVICE) {
      if (!DEVICE_SIZES[type]) frame.fail(`type ${type} of channel ${channel} is not known`, start);
      frame.take(DEVICE_SIZES[type], "device information");
    } else if (type === STORED && channel === 0x20) {
      earlier = records(frame);
    } else {
      const alarm = channel >= ALARM;
      const read = (alarm && ALARM_TYPES[type]) || TYPES[type];
      if (!read || channel > LAST_ALARM) frame.fail(`type ${type} of channel ${channel} is not known`, start);
      const values = read(frame);
      if (alarm) values.alarm = frame.unsigned(1, "alarm");
      for (const [name, value] of Object.entries(values)) {
        data[type === 0x75 ? name : `${name}_${channel % ALARM}`] = value;
      }
    }
  }
  return { data: earlier.length ? [...(Object.keys(data).length ? [data] : []), ...earlier] : data };
}
