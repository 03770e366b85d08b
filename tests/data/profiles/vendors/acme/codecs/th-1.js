// Made up for a test: 2 bytes temperature in 0.01 Cel, signed; 1 byte humidity in %; 2 bytes battery in mV.
function decodeUplink(input) {
  var b = input.bytes;
  if (b.length !== 5) {
    return { errors: ["5 bytes expected, " + b.length + " found"] };
  }
  var raw = (b[0] << 8) | b[1];
  if (raw > 0x7fff) raw -= 0x10000;
  return { data: { temperature: raw / 100, humidity: b[2], batteryVoltage: (b[3] << 8) | b[4], mode: "normal" }, warnings: [] };
}
