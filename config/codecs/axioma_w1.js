// Axioma Metering QALCOSONIC W1: ultrasonic water meter.
// Format: "W1 Lora Payload (Long) Extended" V01.8, Axioma Metering UAB,
//         https://vdocuments.mx/ultrasonic-water-meter-qalcosonic-w1.html
// Port 100, little-endian: the meter's clock, status, volume; then earlier volumes, laid out as the owner chose.
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

const LOW_BATTERY = 0x04;

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes, true);
  if (fPort === 103 || fPort === 101) return { data: {} }; // alarms and configuration
  if (fPort !== 100) frame.fail(`port ${fPort} is not known`);
  frame.unsigned(4, "clock"); // local time of the meter, which the network knows better
  const status = frame.unsigned(1, "status");
  const data = { status, battery_low: status & LOW_BATTERY ? 1 : 0, volume: frame.unsigned(4, "volume") }; // L
  frame.take(frame.left, "earlier volumes");
  return { data };
}
