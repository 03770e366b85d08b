// What every codec finds around it, and how it is called. Evaluates to prepare(received), which gives run(found, text).
// It is run as one line (worker.py joins them), so that a line number above 1 is always one of the codec:
// comments stand alone on their line, and every statement ends in a semicolon.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { construct } = Reflect;
  const asNumber = Number;
  const asText = String;
  const NativeDate = Date;
  const NativePromise = Promise;
  // With it, text could enter the answer that is no number of JavaScript's.
  delete JSON.rawJSON;

  const shown = (value) => {
    try {
      if (typeof value === "object" && value !== null) {
        if (typeof value.message === "string") {
          return asText(value.name || "Error") + ": " + value.message;
        }
        return stringify(value, plain) || asText(value);
      }
      return asText(value);
    } catch (_) {
      return "a value that cannot be shown";
    }
  };

  // What ChirpStack leaves out is left out: NaN, infinities. A BigInt becomes a number.
  const plain = (key, value) => {
    const number = typeof value === "bigint" ? asNumber(value) : value;
    return typeof number === "number" && !isFinite(number) ? undefined : number;
  };

  // QuickJS itself throws null when there is no memory left for an error.
  const described = (thrown) => {
    if (thrown === null) {
      return { thrown: "null" };
    }
    try {
      if (typeof thrown === "object" && typeof thrown.message === "string") {
        return { thrown: shown(thrown), stack: asText(thrown.stack) };
      }
    } catch (_) {
      return { thrown: "throw a value that cannot be shown" };
    }
    return { thrown: "throw " + shown(thrown) };
  };

  // Several texts as one list; what is no list is a list of one.
  const texts = (value) => {
    if (value === undefined || value === null || value === "" || value === false) {
      return [];
    }
    if (!isArray(value)) {
      return [shown(value)];
    }
    const found = [];
    for (let index = 0; index < value.length && index < 10; index++) {
      found[index] = shown(value[index]);
    }
    return found;
  };

  const kind = (value) => {
    if (value === null) {
      return "null";
    }
    if (value instanceof NativePromise) {
      return "Promise";
    }
    return isArray(value) ? "array" : typeof value;
  };

  // TS013 wraps what it found: {data, errors, warnings}. The two older shapes return it bare.
  const called = (shape, codec, input) => {
    if (shape === "Decode") {
      return { data: codec(input.fPort, input.bytes, input.variables), errors: [], warnings: [] };
    }
    if (shape === "Decoder") {
      return { data: codec(input.bytes, input.fPort), errors: [], warnings: [] };
    }
    const answer = codec(input);
    if (kind(answer) !== "object") {
      return { data: answer, errors: [], warnings: [] };
    }
    return { data: answer.data, errors: texts(answer.errors), warnings: texts(answer.warnings) };
  };

  const run = (found, text) => {
    try {
      const { bytes, fPort, received, variables } = parse(text);
      const input = { bytes, fPort, recvTime: new NativeDate(received), variables };
      const answer = called(found[0], found[1], input);
      if (answer.errors.length) {
        return stringify({ errors: answer.errors });
      }
      const what = kind(answer.data);
      if (what !== "object" && what !== "array") {
        return stringify({ wrong: what });
      }
      return stringify({ data: answer.data, warnings: answer.warnings }, plain);
    } catch (thrown) {
      return stringify(described(thrown));
    }
  };

  // The clock of a codec stands at the time the message was received: run again tomorrow, it says the same.
  const stopped = (received) => {
    const now = () => received;
    const Clock = new Proxy(NativeDate, {
      construct: (target, args, asked) => construct(target, args.length ? args : [received], asked),
      apply: () => asText(new NativeDate(received)),
      get: (target, key) => (key === "now" ? now : target[key]),
    });
    NativeDate.prototype.constructor = Clock;
    return Clock;
  };

  const silent = () => undefined;

  return (received) => {
    globalThis.Date = stopped(received);
    globalThis.console = { log: silent, debug: silent, info: silent, warn: silent, error: silent, trace: silent };
    globalThis.module = { exports: {} };
    globalThis.exports = globalThis.module.exports;
    return run;
  };
})();
