// Everything that is read of a caller's values is read here. Reading may run the caller's code, which may throw, and an
// exception that passed through WebAssembly would leave its stack as it stands. So it is caught here, and Rust asks for it
// before it answers (`given.rs`); until then nothing more is read. wasm-bindgen's `catch` does the same at five times the
// price of a read.
//
// Each field has a function of its own, in which the engine sees one property and keeps it fast.

let failed = false;
let error;

function fail(thrown) {
  failed = true;
  error = thrown;
}

export function hasFailed() {
  return failed;
}

/** What was thrown; reading may go on. */
export function taken() {
  const thrown = error;
  failed = false;
  error = undefined;
  return thrown;
}

/** What is thrown for what is wrong with MQTT or with arguments. */
export class MqttError extends Error {}

/** For Rust, which adds the rest. */
export function made(message) {
  return new MqttError(message);
}

const names = (list) => new Set(list.split(" "));
const ANSWER = names("type packetIdentifier reasonCode properties");
const REASON = names("type reasonCode properties");
const CODES = names("type packetIdentifier properties reasonCodes");
const PING = names("type");

/** The fields that objects may have. */
const FIELDS = new Map(Object.entries({
  CONNECT: names("type protocolVersion bridge cleanStart keepAlive properties clientIdentifier will userName password"),
  CONNACK: names("type sessionPresent reasonCode properties"),
  PUBLISH: names("type dup qos retain topicName packetIdentifier properties payload"),
  PUBACK: ANSWER,
  PUBREC: ANSWER,
  PUBREL: ANSWER,
  PUBCOMP: ANSWER,
  SUBSCRIBE: names("type packetIdentifier properties subscriptions"),
  SUBACK: CODES,
  UNSUBSCRIBE: names("type packetIdentifier properties topicFilters"),
  UNSUBACK: CODES,
  PINGREQ: PING,
  PINGRESP: PING,
  DISCONNECT: REASON,
  AUTH: REASON,
  "CONNECT.will": names("qos retain properties topicName payload"),
  "SUBSCRIBE.subscriptions": names("topicFilter maximumQos noLocal retainAsPublished retainHandling"),
  options: names("version from maximumPacketSize maximumPackets maximumFields"),
  Schemas: names("files topics"),
  "Schemas.files": names("name content"),
  "Schemas.form": names("protobuf avro framing id jsonSchema numbers"),
}));

/** The first field that an object of this kind may not have; any may stand where there is no such kind. */
export function strange(given, what) {
  try {
    if (failed) return undefined;
    const known = FIELDS.get(what);
    if (known) for (const key of Object.keys(given)) if (!known.has(key)) return key;
  } catch (thrown) {
    fail(thrown);
  }
  return undefined;
}

// Fields of packets, and of what stands in them.
export function type(given) { try { return failed ? undefined : given.type; } catch (thrown) { fail(thrown); } }
export function packetIdentifier(given) { try { return failed ? undefined : given.packetIdentifier; } catch (thrown) { fail(thrown); } }
export function properties(given) { try { return failed ? undefined : given.properties; } catch (thrown) { fail(thrown); } }
export function reasonCode(given) { try { return failed ? undefined : given.reasonCode; } catch (thrown) { fail(thrown); } }
export function reasonCodes(given) { try { return failed ? undefined : given.reasonCodes; } catch (thrown) { fail(thrown); } }
export function qos(given) { try { return failed ? undefined : given.qos; } catch (thrown) { fail(thrown); } }
export function topicName(given) { try { return failed ? undefined : given.topicName; } catch (thrown) { fail(thrown); } }
export function payload(given) { try { return failed ? undefined : given.payload; } catch (thrown) { fail(thrown); } }
export function protocolVersion(given) { try { return failed ? undefined : given.protocolVersion; } catch (thrown) { fail(thrown); } }
export function keepAlive(given) { try { return failed ? undefined : given.keepAlive; } catch (thrown) { fail(thrown); } }
export function clientIdentifier(given) { try { return failed ? undefined : given.clientIdentifier; } catch (thrown) { fail(thrown); } }
export function will(given) { try { return failed ? undefined : given.will; } catch (thrown) { fail(thrown); } }
export function userName(given) { try { return failed ? undefined : given.userName; } catch (thrown) { fail(thrown); } }
export function password(given) { try { return failed ? undefined : given.password; } catch (thrown) { fail(thrown); } }
export function subscriptions(given) { try { return failed ? undefined : given.subscriptions; } catch (thrown) { fail(thrown); } }
export function topicFilters(given) { try { return failed ? undefined : given.topicFilters; } catch (thrown) { fail(thrown); } }
export function topicFilter(given) { try { return failed ? undefined : given.topicFilter; } catch (thrown) { fail(thrown); } }
export function maximumQos(given) { try { return failed ? undefined : given.maximumQos; } catch (thrown) { fail(thrown); } }
export function retainHandling(given) { try { return failed ? undefined : given.retainHandling; } catch (thrown) { fail(thrown); } }

// Flags: taken for their truth, as everywhere in JavaScript.
export function dup(given) { try { return !failed && !!given.dup; } catch (thrown) { fail(thrown); return false; } }
export function retain(given) { try { return !failed && !!given.retain; } catch (thrown) { fail(thrown); return false; } }
export function bridge(given) { try { return !failed && !!given.bridge; } catch (thrown) { fail(thrown); return false; } }
export function cleanStart(given) { try { return !failed && !!given.cleanStart; } catch (thrown) { fail(thrown); return false; } }
export function sessionPresent(given) { try { return !failed && !!given.sessionPresent; } catch (thrown) { fail(thrown); return false; } }
export function noLocal(given) { try { return !failed && !!given.noLocal; } catch (thrown) { fail(thrown); return false; } }
export function retainAsPublished(given) { try { return !failed && !!given.retainAsPublished; } catch (thrown) { fail(thrown); return false; } }

// Options.
export function version(given) { try { return failed ? undefined : given.version; } catch (thrown) { fail(thrown); } }
export function from(given) { try { return failed ? undefined : given.from; } catch (thrown) { fail(thrown); } }
export function maximumPacketSize(given) { try { return failed ? undefined : given.maximumPacketSize; } catch (thrown) { fail(thrown); } }
export function maximumPackets(given) { try { return failed ? undefined : given.maximumPackets; } catch (thrown) { fail(thrown); } }
export function maximumFields(given) { try { return failed ? undefined : given.maximumFields; } catch (thrown) { fail(thrown); } }
export function keyLog(given) { try { return failed ? undefined : given.keyLog; } catch (thrown) { fail(thrown); } }
export function format(given) { try { return failed ? undefined : given.format; } catch (thrown) { fail(thrown); } }

/** The value of any key. */
export function valueOf(given, key) { try { return failed ? undefined : given[key]; } catch (thrown) { fail(thrown); } }

/** The keys that properties are read by, in a list of our own. */
export function keysOf(given) { try { return failed ? [] : Object.keys(given); } catch (thrown) { fail(thrown); return []; } }

// Lists.
export function isList(given) { try { return !failed && Array.isArray(given); } catch (thrown) { fail(thrown); return false; } }
export function itemOf(list, index) { try { return failed ? undefined : list[index]; } catch (thrown) { fail(thrown); } }
export function lengthOf(list) {
  try {
    const length = failed ? 0 : list.length;
    return typeof length === "number" ? length : 0;
  } catch (thrown) {
    fail(thrown);
    return 0;
  }
}

// Bytes. A view is asked by the getters that every realm has for it: none of them runs the caller's code, whatever
// prototype or properties he gave it.
const getter = (prototype, key) => Object.getOwnPropertyDescriptor(prototype, key).get;
const view = (prototype) => ({
  buffer: getter(prototype, "buffer"),
  offset: getter(prototype, "byteOffset"),
  size: getter(prototype, "byteLength"),
});
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const nameOf = getter(typedArray, Symbol.toStringTag);
const typed = view(typedArray);
const data = view(DataView.prototype);

/** How many bytes a view has, 0 when they are detached; -1 for what is no view. */
export function sizeOf(given) {
  try {
    if (nameOf.call(given) !== undefined) return typed.size.call(given);
    return ArrayBuffer.isView(given) ? data.size.call(given) : -1;
  } catch {
    return 0;
  }
}

/** Copies the bytes of a view; false when they are more than there is room for, after all. */
export function copyOf(room, given) {
  try {
    const name = nameOf.call(given);
    if (name === "Uint8Array") {
      room.set(given);
    } else {
      const { buffer, offset, size } = name === undefined ? data : typed;
      room.set(new Uint8Array(buffer.call(given), offset.call(given), size.call(given)));
    }
    return true;
  } catch {
    return false;
  }
}

// What stands between a caller and the WebAssembly. `xtask/src/js/glue.rs` puts it into the scripts that wasm-bindgen writes.

/** Where a class keeps its object: only its own methods may have it. */
export function pointerOf(given, type, name) {
  const pointer = given instanceof type ? given.__wbg_ptr : 0;
  if (typeof pointer === "number" && pointer > 0) return pointer;
  throw new TypeError(`a method of ${name} was called on something that is no ${name}`);
}

const apply = Reflect.apply;
const nothing = () => {};
const room = new Array(8192).fill(0);

/** Calls within calls: each takes some of the module's own stack, which is smaller than the engine's may be. */
const DEEPEST = 200;

/** Throws here, where nothing is begun yet, when the engine's stack will not do for a call: it needs less than these 64 kB. */
function reserve() {
  apply(nothing, undefined, room);
}

/**
 * The exports of a module, of which each that is for callers leaves the module's own stack as it was, also when it ends
 * with an exception: the engine's stack may overflow anywhere, where the caller has filled it.
 */
export function guarded(exports) {
  const stack = exports.__stack_pointer;
  const top = stack.value;
  // Calls that are not back yet: each may run code of the caller, which may call again.
  let depth = 0;
  let isStale = false;

  function begin() {
    if (depth > 0) {
      if (depth >= DEEPEST) throw new RangeError(`calls within ${DEEPEST} calls that are not back yet are too many`);
      reserve();
      const at = stack.value;
      depth += 1;
      return at;
    }
    if (isStale) {
      stack.value = top;
      isStale = false;
    }
    depth = 1;
    return top;
  }

  function cut(at) {
    depth -= 1;
    failed = false;
    error = undefined;
    // With the stack still full only assignments are sure to come about: the next call does the rest.
    if (depth === 0) isStale = true;
    else stack.value = at;
  }

  // One for each number of arguments: a list of them would cost more than the call.
  const guards = [
    (call) => () => { const at = begin(); try { const result = call(); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
    (call) => (a) => { const at = begin(); try { const result = call(a); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
    (call) => (a, b) => { const at = begin(); try { const result = call(a, b); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
    (call) => (a, b, c) => { const at = begin(); try { const result = call(a, b, c); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
    (call) => (a, b, c, d) => { const at = begin(); try { const result = call(a, b, c, d); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
    (call) => (a, b, c, d, e) => { const at = begin(); try { const result = call(a, b, c, d, e); depth -= 1; return result; } catch (thrown) { cut(at); throw thrown; } },
  ];
  const calls = {};
  for (const name of Object.keys(exports)) {
    const value = exports[name];
    // What wasm-bindgen itself calls, in the middle of a call or from the garbage collector, is its own.
    const isOwn = typeof value !== "function" || name.startsWith("__");
    calls[name] = isOwn ? value : guards[value.length](value);
  }
  return calls;
}
