// Nwave Generation 4 parking sensor (NPS-SM).
// Format: "Nwave LoRaWAN Parking Sensor - Getting Started", Nwave,
//         https://nwaveio.atlassian.net/wiki/spaces/ND/pages/1654784042/
//         the sign of life by Nwave's own examples, nps405-codec.yaml in
//         https://github.com/TheThingsNetwork/lorawan-devices/tree/master/vendor/nwave (Apache-2.0)
// The port tells the message: 1 a change of state, 2 a sign of life, 3 a start, 10 a driver's registration.
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

const OVERFLOW = 127;

// Minutes that the state before lasted: coarser the longer it was.
function minutes(code) {
  if (code < 90) return code;
  if (code < 120) return 90 + (code - 90) * 5;
  return 240 + (code - 120) * 60;
}

const PORTS = {
  1: (frame) => {
    const state = frame.unsigned(1, "state");
    const code = state >> 1;
    return {
      occupied: (state & 1) === 1,
      previous_state_duration: minutes(code),
      previous_state_duration_overflow: code === OVERFLOW,
    };
  },
  2: (frame) => {
    const state = frame.unsigned(1, "state");
    const data = {
      occupied: (state & 1) === 1,
      hw_health_status: state >> 1,
      battery_voltage: (2500 + 4 * frame.unsigned(1, "battery")) / 1000, // V
      temperature: frame.signed(1, "temperature") / 2 + 10,
    };
    frame.take(3, "reserved");
    return data;
  },
  3: (frame) => {
    const version = frame.take(3, "firmware").join(".");
    return {
      firmware_version: version,
      reset_cause: frame.unsigned(1, "cause"),
      occupied: (frame.unsigned(1, "state") & 1) === 1,
    };
  },
};

function decodeUplink({ bytes, fPort }) {
  const frame = new Frame(bytes);
  if (fPort === 10) return { data: {} }; // a driver's badge: who parked is nobody's business here
  if (!PORTS[fPort]) frame.fail(`port ${fPort} is not known`);
  const data = PORTS[fPort](frame);
  frame.end();
  return { data };
}
