// Buffer, TextDecoder, TextEncoder and require("buffer") as ChirpStack's codecs use them; only where a codec names one.
// Run as one line like prelude.js: comments stand alone, every statement ends in a semicolon.
(function () {
  "use strict";
  const HEX = "0123456789abcdef";

  const utf8 = (text) => {
    const bytes = [];
    for (const letter of text.toWellFormed()) {
      const code = letter.codePointAt(0);
      if (code < 0x80) {
        bytes.push(code);
      } else if (code < 0x800) {
        bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      } else if (code < 0x10000) {
        bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      } else {
        bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      }
    }
    return bytes;
  };

  // What is no UTF-8 becomes U+FFFD, one for each longest beginning of a letter, as in every browser.
  const fromUtf8 = (bytes) => {
    let text = "";
    let index = 0;
    while (index < bytes.length) {
      const first = bytes[index++];
      let more = first < 0x80 ? 0 : first < 0xc2 || first > 0xf4 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let code = more > 0 ? first & (0x3f >> more) : first;
      let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      while (more > 0 && bytes[index] >= low && bytes[index] <= high) {
        code = (code << 6) | (bytes[index++] & 63);
        more -= 1;
        low = 0x80;
        high = 0xbf;
      }
      text += more === 0 ? String.fromCodePoint(code) : "\ufffd";
    }
    return text;
  };

  const fromHex = (text) => {
    const bytes = [];
    for (let index = 0; index + 1 < text.length; index += 2) {
      const pair = text.slice(index, index + 2);
      if (!/^[0-9a-f]{2}$/i.test(pair)) {
        break;
      }
      bytes.push(parseInt(pair, 16));
    }
    return bytes;
  };

  const letters = (text, mask) => Array.from(text, (letter) => letter.charCodeAt(0) & mask);
  const fromBase64 = (text) => {
    const standard = text.replace(/-/g, "+").replace(/_/g, "/");
    return letters(atob(standard.replace(/[^A-Za-z0-9+/]/g, "")), 255);
  };

  const bytesOf = (text, encoding) => {
    switch (String(encoding || "utf8").toLowerCase()) {
      case "hex": return fromHex(text);
      case "base64":
      case "base64url": return fromBase64(text);
      case "ascii":
      case "latin1":
      case "binary": return letters(text, 255);
      case "utf8":
      case "utf-8": return utf8(text);
      default: throw new TypeError("Unknown encoding: " + encoding);
    }
  };

  const textOf = (bytes, encoding) => {
    const joined = (mask) => Array.from(bytes, (byte) => String.fromCharCode(byte & mask)).join("");
    switch (String(encoding || "utf8").toLowerCase()) {
      case "hex": return Array.from(bytes, (byte) => HEX[byte >> 4] + HEX[byte & 15]).join("");
      case "base64": return btoa(joined(255));
      case "base64url": return btoa(joined(255)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
      case "ascii": return joined(127);
      case "latin1":
      case "binary": return joined(255);
      case "utf8":
      case "utf-8": return fromUtf8(bytes);
      default: throw new TypeError("Unknown encoding: " + encoding);
    }
  };

  class Buffer extends Uint8Array {
    static from(value, second, length) {
      if (typeof value === "string") {
        return Buffer.from(bytesOf(value, second));
      }
      if (value instanceof ArrayBuffer) {
        return new Buffer(value, second, length);
      }
      if (value && value.type === "Buffer" && Array.isArray(value.data)) {
        return Buffer.from(value.data);
      }
      if (typeof value !== "object" || value === null) {
        throw new TypeError("Buffer.from takes a string, an array or a buffer, not " + String(value));
      }
      const buffer = new Buffer(value.length >>> 0);
      for (let index = 0; index < buffer.length; index++) {
        buffer[index] = value[index];
      }
      return buffer;
    }
    static alloc(size, fill) {
      const buffer = new Buffer(size);
      return fill === undefined ? buffer : buffer.fill(fill);
    }
    static allocUnsafe(size) {
      return new Buffer(size);
    }
    static isBuffer(value) {
      return value instanceof Buffer;
    }
    static byteLength(value, encoding) {
      return typeof value === "string" ? bytesOf(value, encoding).length : value.byteLength;
    }
    static concat(list, total) {
      const joined = [];
      for (const part of list) {
        for (const byte of part) {
          joined.push(byte);
        }
      }
      const buffer = new Buffer(total === undefined ? joined.length : total);
      buffer.set(joined.slice(0, buffer.length));
      return buffer;
    }
    static compare(one, other) {
      return one.compare(other);
    }
    compare(other) {
      for (let index = 0; index < this.length && index < other.length; index++) {
        if (this[index] !== other[index]) {
          return this[index] < other[index] ? -1 : 1;
        }
      }
      return Math.sign(this.length - other.length);
    }
    equals(other) {
      return this.compare(other) === 0;
    }
    slice(start, end) {
      return this.subarray(start, end);
    }
    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    }
    toString(encoding, start, end) {
      return textOf(this.subarray(start || 0, end === undefined ? this.length : end), encoding);
    }
    write(text, at = 0, encoding = "utf8") {
      const bytes = bytesOf(text, encoding).slice(0, this.length - at);
      this.set(bytes, at);
      return bytes.length;
    }
    toJSON() {
      return { type: "Buffer", data: Array.from(this) };
    }
    readUIntBE(at, size) {
      let value = 0;
      for (let index = 0; index < size; index++) {
        value = value * 256 + this[inside(this, at, size) + index];
      }
      return value;
    }
    readUIntLE(at, size) {
      let value = 0;
      for (let index = size - 1; index >= 0; index--) {
        value = value * 256 + this[inside(this, at, size) + index];
      }
      return value;
    }
    readIntBE(at, size) {
      return signed(this.readUIntBE(at, size), size);
    }
    readIntLE(at, size) {
      return signed(this.readUIntLE(at, size), size);
    }
  }

  const signed = (value, size) => (value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value);

  const inside = (buffer, at, size) => {
    if (!Number.isInteger(at) || at < 0 || at + size > buffer.length) {
      throw new RangeError("offset " + at + " + " + size + " is outside the " + buffer.length + " bytes");
    }
    return at;
  };

  const viewOf = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);

  const define = (name, type, size, little) => {
    const read = function (at = 0) {
      return viewOf(this)["get" + type](inside(this, at, size), little);
    };
    const write = function (value, at = 0) {
      viewOf(this)["set" + type](inside(this, at, size), value, little);
      return at + size;
    };
    for (const spelling of [name, name.replace("UInt", "Uint")]) {
      Object.defineProperty(Buffer.prototype, "read" + spelling, { value: read, writable: true, configurable: true });
      Object.defineProperty(Buffer.prototype, "write" + spelling, { value: write, writable: true, configurable: true });
    }
  };

  define("UInt8", "Uint8", 1, false);
  define("Int8", "Int8", 1, false);
  for (const little of [false, true]) {
    const end = little ? "LE" : "BE";
    define("UInt16" + end, "Uint16", 2, little);
    define("Int16" + end, "Int16", 2, little);
    define("UInt32" + end, "Uint32", 4, little);
    define("Int32" + end, "Int32", 4, little);
    define("BigUInt64" + end, "BigUint64", 8, little);
    define("BigInt64" + end, "BigInt64", 8, little);
    define("Float" + end, "Float32", 4, little);
    define("Double" + end, "Float64", 8, little);
  }

  globalThis.Buffer = Buffer;
  globalThis.TextDecoder = class TextDecoder {
    constructor(label = "utf-8") {
      this.encoding = label;
    }
    decode(bytes) {
      const plain = bytes === undefined ? [] : bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
      return textOf(plain, this.encoding).replace(/^\ufeff/, "");
    }
  };
  globalThis.TextEncoder = class TextEncoder {
    encode(text = "") {
      return new Uint8Array(utf8(String(text)));
    }
  };
  globalThis.require = (name) => {
    if (name === "buffer" || name === "node:buffer") {
      return { Buffer };
    }
    throw new Error("module " + name + " is not available to a codec; only buffer is");
  };
})();
