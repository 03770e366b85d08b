// Adeunis COMFORT, COMFORT CO2 and PULSE (versions 3 and 4).
// Format: "Technical Reference Manual" of each, chapter 2 "Radio protocol", Adeunis,
//         https://adeunis.notion.site/Technical-Reference-Manual-PULSE-LoRaWAN-Sigfox-V3-540c9c4780ec4ff2a5bf70ac12edc8ca
//         examples: https://github.com/TheThingsNetwork/lorawan-devices/tree/master/vendor/adeunis (Apache-2.0)
// Port 1: code, status (1 byte each), values, and a date of 4 bytes where the status says so; big-endian.
// A frame may hold several samples, the newest first. Their step is set in the device and not sent, so that the earlier
// ones cannot be dated: they are listed in `earlier`, and only the newest is a measurement.
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

const LOW_BATTERY = 0x02;
const DATED = 0x04;
// Configuration, signs of life, buttons: no measurement.
const SILENT = [0x10, 0x11, 0x12, 0x1f, 0x20, 0x21, 0x2f, 0x30, 0x31, 0x33, 0x36, 0x37, 0x38, 0x3f, 0x51, 0x52];

function samples(frame, read) {
  if (!frame.left) frame.fail("no sample");
  const newest = read(frame);
  const earlier = [];
  while (frame.left) earlier.push(read(frame));
  return earlier.length ? { ...newest, earlier } : newest;
}

function channel(frame, name) {
  const newest = frame.unsigned(4, name);
  const steps = [];
  while (frame.left) steps.push(frame.unsigned(2, "step"));
  return steps.length ? { [name]: newest, steps } : { [name]: newest };
}

const climate = (frame) => ({
  temperature: frame.signed(2, "temperature") / 10,
  humidity: frame.unsigned(1, "humidity"),
});

const FRAMES = {
  0x46: (frame) => {
    const data = { counter_a: frame.unsigned(4, "counter A"), counter_b: frame.unsigned(4, "counter B") };
    frame.end();
    return data;
  },
  0x47: (frame) => {
    const data = { flow_alarm_a: frame.unsigned(2, "flow A"), flow_alarm_b: frame.unsigned(2, "flow B") };
    frame.end();
    return data;
  },
  0x4c: (frame) => samples(frame, climate),
  0x4d: (frame) => {
    const data = { alarm: frame.unsigned(1, "alarm"), ...climate(frame) };
    frame.end();
    return data;
  },
  0x5a: (frame) => channel(frame, "counter_a"),
  0x5b: (frame) => channel(frame, "counter_b"),
  0x6a: (frame) => samples(frame, (each) => ({ ...climate(each), co2: each.unsigned(2, "CO2") })),
  0x6b: (frame) => {
    const data = { alarm: frame.unsigned(1, "alarm"), ...climate(frame), co2: frame.unsigned(2, "CO2") };
    frame.end();
    return data;
  },
};

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort !== 1) frame.fail(`port ${fPort} is not known`);
  const code = frame.unsigned(1, "code");
  const status = frame.unsigned(1, "status");
  if (SILENT.includes(code)) return { data: {} };
  if (!FRAMES[code]) frame.fail(`frame ${code} is not known`, 0);
  // The date is the device's local time of sending, which the network knows better.
  if (status & DATED && frame.left < 4) frame.fail(`date: bytes expected: 4, left: ${frame.left}`);
  const body = new Frame(status & DATED ? bytes.slice(0, -4) : bytes);
  body.at = frame.at;
  return { data: { ...FRAMES[code](body), battery_low: status & LOW_BATTERY ? 1 : 0 } };
}
