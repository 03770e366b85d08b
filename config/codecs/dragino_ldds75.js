// Dragino LDDS75: ultrasonic distance to a surface, such as water below a bridge.
// Format: "LDDS75 - LoRaWAN Distance Detection Sensor User Manual", section 2.3,
//         http://wiki.dragino.com/xwiki/bin/view/Main/User%20Manual%20for%20LoRaWAN%20End%20Nodes/
// Port 2, 8 bytes, big-endian.
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

const NO_SENSOR = 0;
const TOO_NEAR = 20; // sent instead of a distance below the least that can be measured

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 5) return { data: {} }; // firmware, band and battery, when the device is asked
  if (fPort !== 2) frame.fail(`port ${fPort} is not known`);
  const data = { battery_voltage: (frame.unsigned(2, "battery") & 0x3fff) / 1000 }; // V
  const distance = frame.unsigned(2, "distance"); // mm
  data.interrupt = frame.unsigned(1, "interrupt");
  data.probe_temperature = frame.signed(2, "probe") / 10; // 0 where no probe is wired: not told from a true zero
  data.sensor_found = frame.unsigned(1, "sensor flag");
  frame.end();
  if (distance === NO_SENSOR) return { data, warnings: ["no distance: the sensor does not answer"] };
  if (distance === TOO_NEAR) return { data, warnings: ["no distance: the surface is too near"] };
  return { data: { ...data, distance, surface: -distance } }; // the surface is that far below the sensor
}
