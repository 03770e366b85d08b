// Dragino LSE01: moisture, temperature and conductivity of soil.
// Format: "LSE01 - LoRaWAN Soil Moisture & EC Sensor User Manual", section 2.3,
//         http://wiki.dragino.com/xwiki/bin/view/Main/User%20Manual%20for%20LoRaWAN%20End%20Nodes/LSE01-LoRaWAN%20Soil%20Moisture%20%26%20EC%20Sensor%20User%20Manual/
// Port 2, 11 bytes, big-endian.
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

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 5) return { data: {} }; // firmware, band and battery, when the device is asked
  if (fPort !== 2) frame.fail(`port ${fPort} is not known`);
  const data = {
    battery_voltage: (frame.unsigned(2, "battery") & 0x3fff) / 1000, // V
    probe_temperature: frame.signed(2, "probe") / 10, // 0 where no probe is wired: not told from a true zero
    soil_moisture: frame.unsigned(2, "moisture") / 100, // %
    soil_temperature: frame.signed(2, "temperature") / 100,
    soil_conductivity: frame.unsigned(2, "conductivity"), // uS/cm
    flags: frame.unsigned(1, "flags"),
  };
  frame.end();
  return { data };
}
