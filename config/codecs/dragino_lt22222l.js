// Dragino LT-22222-L: controller with two voltage, two current and two digital inputs.
// Format: "LT-22222-L -- LoRa IO Controller User Manual", section 3.3,
//         http://wiki.dragino.com/xwiki/bin/view/Main/User%20Manual%20for%20LoRaWAN%20End%20Nodes/
// Port 2, 11 bytes, big-endian; the last one is the mode, which says what the first eight are.
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

const MODES = {
  1: (frame) => ({
    voltage_1: frame.signed(2, "AVI1") / 1000, // V
    voltage_2: frame.signed(2, "AVI2") / 1000,
    current_1: frame.signed(2, "ACI1") / 1000, // mA
    current_2: frame.signed(2, "ACI2") / 1000,
  }),
  2: (frame) => ({ count_1: frame.unsigned(4, "count 1"), count_2: frame.unsigned(4, "count 2") }),
};

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort !== 2) frame.fail(`port ${fPort} is not known`);
  if (bytes.length !== 11) frame.fail(`bytes expected: 11, found: ${bytes.length}`);
  const mode = bytes[10] & 0x3f;
  if (!MODES[mode]) frame.fail(`mode ${mode} is not known`, 10);
  const data = { mode, ...MODES[mode](frame) };
  const states = frame.unsigned(1, "states");
  data.relay_1 = (states >> 7) & 1; // 1: closed
  data.relay_2 = (states >> 6) & 1;
  data.input_2 = (states >> 4) & 1; // 1: high
  data.input_1 = (states >> 3) & 1;
  data.output_2 = ((states >> 1) & 1) ^ 1; // the bit is set when the output is low
  data.output_1 = (states & 1) ^ 1;
  return { data };
}
