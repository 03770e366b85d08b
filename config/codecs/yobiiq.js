// Yobiiq EM2101 (energy meter, one phase), EM4301 (three phases), SD-1001 (smoke detector).
// Format: deduced from the maker's published test vectors,
//         https://github.com/chirpstack/chirpstack-device-profiles/tree/master/vendors/yobiiq/codecs (MIT)
// A frame is a list of items: two bytes, of which one is the kind, and a value; the port says which kinds; big-endian.
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

const ITEM = 0xff; // first byte of an item about the device
const ACKNOWLEDGED = 1; // length of the answer to a command

const one = (name, size, divisor = 1) => (frame) => ({ [name]: frame.unsigned(size, name) / divisor });
const signed = (name, size, divisor = 1) => (frame) => ({ [name]: frame.signed(size, name) / divisor });
const skip = (size) => (frame) => {
  frame.take(size, "device information");
  return {};
};

const METER = {
  0x00: one("index", 4),
  0x01: one("clock", 4), // s, the meter's clock when it sent
  0x03: one("measured", 4), // s, when it measured
  0x04: one("active_energy_import_t1", 4), // W.h
  0x05: one("active_energy_import_t2", 4),
  0x0a: one("modbus_error", 1),
  0x0c: one("voltage_l1", 4, 10), // V
  0x0d: one("voltage_l2", 4, 10),
  0x0e: one("voltage_l3", 4, 10),
  0x10: one("current_l1", 4), // mA
  0x11: one("current_l2", 4),
  0x12: one("current_l3", 4),
  0x14: signed("active_power_l1", 4), // W
  0x15: signed("active_power_l2", 4),
  0x16: signed("active_power_l3", 4),
  0x23: one("frequency", 2, 100), // Hz
  0x24: signed("active_power_total", 4), // kW
  0x25: signed("reactive_power_total", 4, 1000), // kvar
};
const SMOKE = {
  0x01: one("battery", 1), // %
  0x02: one("mains_power", 1),
  0x03: one("battery_low", 1),
  0x04: one("fault", 1),
  0x05: one("smoke", 1),
  0x06: one("interconnect", 1),
  0x07: one("test_button", 1),
};
const CHANGES = { 0x01: one("relay_closed", 1), 0x02: one("input_closed", 1) };
const DEVICE = {
  0x00: one("relay_closed", 1),
  0x09: skip(2), // hardware
  0x0a: skip(2), // firmware
  0x0b: one("mains_power", 1),
  0x0f: skip(1), // LoRaWAN class
  0x16: (frame) => {
    frame.take(4, "serial number");
    // A smoke detector's has one byte more.
    if (frame.left && frame.bytes[frame.at] !== ITEM) frame.take(1, "serial number");
    return {};
  },
  0x1e: one("transformer_primary", 2),
  0x1f: one("transformer_secondary", 1),
  0x28: skip(6), // model
  0x3c: one("current_limit", 2, 10), // A
  0x3d: one("voltage_limit", 2), // V
};
const EVENTS = {
  0x01: one("relay_off_reason", 1),
  0x02: one("relay_on_reason", 1),
  0x03: one("relay_off_clock", 4),
  0x05: one("relay_off_current", 4), // mA
  0x08: one("reset_state", 1),
};
const SMOKE_PORT = 8; // where the first byte is the kind; elsewhere the second
const DEVICE_PORT = 50;
const PORTS = { 1: METER, [SMOKE_PORT]: SMOKE, 11: CHANGES, [DEVICE_PORT]: DEVICE, 60: EVENTS };

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  const kinds = PORTS[fPort];
  if (!kinds) frame.fail(`port ${fPort} is not known`);
  if (bytes.length === ACKNOWLEDGED && [SMOKE_PORT, DEVICE_PORT].includes(fPort)) return { data: {} };
  const data = {};
  while (frame.left) {
    const [first, second] = frame.take(2, "kind");
    const kind = fPort === SMOKE_PORT ? first : second;
    if (!kinds[kind]) frame.fail(`kind ${kind} is not known on port ${fPort}`, frame.at - 2);
    Object.assign(data, kinds[kind](frame));
  }
  return finished(data);
}

function finished({ measured, ...data }) {
  // A tariff alone is not the index of the meter: the sum is given where both were sent together.
  const { active_energy_import_t1: t1, active_energy_import_t2: t2 } = data;
  if (t1 !== undefined && t2 !== undefined) data.active_energy_import = t1 + t2;
  return { data: measured === undefined ? data : [{ time: new Date(measured * 1000).toISOString(), ...data }] };
}
