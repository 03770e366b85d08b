// B METERS HYDRODIGIT water meter (LoRaWAN).
// Format: "HYDRODIGIT user manual" v1.4.3, page 18 "Payload LoRaWAN", B METERS S.r.l., https://www.bmeters.com/
// 9 bytes, 11 with the temperature: code 0x45, index and reverse flow of 28 bits each, alarms; least significant first.
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

const CODE = 0x45;

function decodeUplink({ bytes }) {
  const frame = new Frame(bytes, true);
  const code = frame.unsigned(1, "code");
  if (code !== CODE) frame.fail(`code ${code}, ${CODE} expected`, 0);
  const low = frame.unsigned(3, "index");
  const high = frame.unsigned(1, "index"); // four bits of the index, then four of the reverse flow
  const data = {
    index: (high >> 4) * 2 ** 24 + low, // L
    reverse_flow: (high & 0x0f) * 2 ** 24 + frame.unsigned(3, "reverse flow"), // L
  };
  const alarms = frame.unsigned(1, "alarms");
  ["leak", "wrong_installation", "overflow", "burst", "reverse", "battery_low"].forEach((name, bit) => {
    data[name] = (alarms >> bit) & 1;
  });
  if (frame.left) {
    // The temperature alone is sent most significant byte first.
    const [upper, lower] = frame.take(2, "temperature");
    data.water_temperature = ((upper << 24) >> 16 | lower) / 10;
  }
  frame.end();
  return { data };
}
