// Parametric TCR: radar that counts vehicles in two directions and four classes of speed.
// Format: "TCR Application Payload V2", Parametric GmbH,
//         https://www.parametric-analytics.com/docs/tcr/tcr_app_payload_v2 and V1 beside it
// Port 15: 0xbe 0x02, version, device, then count and mean speed for each direction and class; big-endian.
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

const VENDOR = 0xbe;
const TRAFFIC = 0x02;
const CLASSES = 4;

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 190) return { data: {} };
  if (fPort !== 15) frame.fail(`port ${fPort} is not known`);
  const [vendor, family, version] = frame.take(3, "head");
  if (vendor !== VENDOR || family !== TRAFFIC) frame.fail("not a payload of a TCR", 0);
  if (version !== 1 && version !== 2) frame.fail(`version ${version} of the payload, 1 or 2 expected`, 2);
  const battery = version === 1 ? frame.unsigned(1, "battery") : frame.unsigned(2, "battery") / 1000; // %, then V
  const solar = frame.unsigned(2, "solar panel"); // mW
  const data = { solar_power: solar, temperature: frame.signed(2, "temperature") / 10 };
  // Without a solar unit there is no battery, and 0 is sent.
  if (battery) data[version === 1 ? "battery" : "battery_voltage"] = battery;
  let [vehicles, distance] = [0, 0];
  for (let number = 0; number < CLASSES; number++) {
    for (const side of ["left", "right"]) {
      const count = frame.unsigned(2, "count"); // since the last frame
      const speed = frame.unsigned(1, "speed"); // km/h
      data[`${side}_${number}_count`] = count;
      if (count) data[`${side}_${number}_speed`] = speed;
      vehicles += count;
      distance += count * speed;
    }
  }
  frame.end();
  data.vehicles = vehicles;
  if (vehicles) data.mean_speed = distance / vehicles; // no vehicle, no speed
  return { data };
}
