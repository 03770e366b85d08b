// Parametric PCR2: radar that counts people passing in two directions.
// Format: "PCR2 LoRaWAN Payload Description V4", Parametric GmbH,
//         https://docs.parametric-analytics.com/pcr2/manuals/lora_payload_v4/ and V3 beside it
// Port 14, extended payload: 0xbe 0x01, version, then words of 2 bytes, big-endian. Port 190: configuration.
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
const PEOPLE = 0x01;

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 190) return { data: {} };
  if (fPort !== 14) frame.fail(`port ${fPort} is not known`);
  const [vendor, family, version] = frame.take(3, "head");
  if (vendor !== VENDOR || family !== PEOPLE) frame.fail("not a payload of a PCR2", 0);
  if (version !== 3 && version !== 4) frame.fail(`version ${version} of the payload, 3 or 4 expected`, 2);
  const word = (name) => frame.unsigned(2, name);
  const data = {
    left_to_right: word("left to right"), // since the last frame
    right_to_left: word("right to left"),
    left_to_right_total: word("left to right"),
    right_to_left_total: word("right to left"),
  };
  data.passages = data.left_to_right + data.right_to_left;
  const battery = version === 3 ? frame.unsigned(1, "battery") : word("battery") / 1000; // %, then V
  // Without a solar unit there is no battery, and 0 is sent.
  if (battery) data[version === 3 ? "battery" : "battery_voltage"] = battery;
  data.solar_power = word("solar panel"); // mW
  data.temperature = frame.signed(2, "temperature") / 10; // of the processor
  frame.end();
  return { data };
}
