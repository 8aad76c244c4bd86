// Values that throw when they are looked at, and modules that nothing was done to yet.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const web = import.meta.resolve("mqttscope/web");
const wasm = new WebAssembly.Module(readFileSync(require.resolve("mqttscope/web/mqttscope_bg.wasm")));
let instances = 0;

/** The package as pages load it, in an instance of its own, with the sizes of what it can make grow. */
export async function fresh() {
  const module = await import(`${web}?${(instances += 1)}`);
  const exports = module.initSync({ module: wasm });
  const tables = Object.values(exports).filter((value) => value instanceof WebAssembly.Table);
  const sizes = () => [exports.memory.buffer.byteLength, ...tables.map(({ length }) => length)];
  return { ...module, sizes };
}

/** The package as Node loads it, in an instance of its own. */
export function freshInNode() {
  const path = require.resolve("mqttscope");
  delete require.cache[path];
  return { ...require(path), sizes: () => [] };
}

/** What hostile values throw. */
export const MINE = new RangeError("the caller's own");

const raise = () => {
  throw MINE;
};

const TRAPS = [
  "get",
  "set",
  "has",
  "deleteProperty",
  "ownKeys",
  "getOwnPropertyDescriptor",
  "defineProperty",
  "getPrototypeOf",
  "setPrototypeOf",
  "isExtensible",
  "preventExtensions",
  "apply",
  "construct",
];

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Pairs of a name and a value: `target` behind a proxy, each of whose traps throws. */
const proxies = (target) => [
  ...TRAPS.map((trap) => [`proxy whose ${trap} throws`, new Proxy(target, { [trap]: raise })]),
  ["proxy whose traps all throw", new Proxy(target, Object.fromEntries(TRAPS.map((trap) => [trap, raise])))],
  ["revoked proxy", revoked(target)],
];

const CONVERSIONS = { toString: raise, valueOf: raise, toJSON: raise, [Symbol.toPrimitive]: raise, [Symbol.iterator]: raise };

/** What stands in place of a number, a text or a flag. */
export const scalars = () => [
  ["object that cannot be converted", { ...CONVERSIONS }],
  ["object without a prototype", Object.create(null)],
  ["symbol", Symbol("s")],
  ["BigInt", 1n],
  ["function", raise],
  // Nothing asks them for anything: these two stand for all.
  ...proxies({}).slice(-2),
];

/** A copy of `object` in which one key throws when it is read. */
export const trapped = (object, key) =>
  Object.defineProperty(Array.isArray(object) ? [...object] : { ...object }, key, { get: raise, enumerable: true });

/** What stands in place of an object; `keys` are read beside its own. */
export function objects(object, keys) {
  const read = [...new Set([...Object.keys(object), ...keys])];
  const inherited = { ...object };
  delete inherited[read[0]];
  return [
    ...read.map((key) => [`${key} that throws`, trapped(object, key)]),
    ["inherited getter that throws", Object.setPrototypeOf(inherited, trapped({}, read[0]))],
    ...proxies(object),
  ];
}

/** What stands in place of a list. */
export const lists = (list) => [
  ["element that throws", trapped(list.length > 0 ? list : [0], 0)],
  ["length that throws", new Proxy(list, { get: (target, key) => (key === "length" ? raise() : target[key]) })],
  ["length that cannot be converted", new Proxy(list, { get: (target, key) => (key === "length" ? { ...CONVERSIONS } : target[key]) })],
  ["length beyond all bounds", new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 32 - 1 : undefined) })],
  ["iterator that throws", Object.defineProperty([...list], Symbol.iterator, { value: raise })],
  ["class that throws", Object.defineProperty([...list], "constructor", { get: raise })],
  ["object that is no list", { ...CONVERSIONS, length: 1, 0: list[0] }],
  ...proxies(list),
];

function detached(view) {
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const own = (bytes, properties) => Object.defineProperties(bytes, properties);
const getters = Object.fromEntries(
  ["length", "byteLength", "byteOffset", "buffer", "constructor", Symbol.iterator, Symbol.toStringTag, "set", "slice"].map((key) => [key, { get: raise }]),
);

class Throwing extends Uint8Array {
  get length() {
    return raise();
  }
  get buffer() {
    return raise();
  }
  static get [Symbol.species]() {
    return raise();
  }
}

/** What stands in place of bytes. */
export const views = (bytes) => [
  ["detached array", detached(Uint8Array.from(bytes))],
  ["detached view", detached(new DataView(Uint8Array.from(bytes).buffer))],
  ["shrunken buffer", shrunken(bytes)],
  ["array whose properties throw", own(Uint8Array.from(bytes), getters)],
  ["view whose properties throw", own(new DataView(Uint8Array.from(bytes).buffer), getters)],
  ["array that says it is longer", own(Uint8Array.from(bytes), { length: { value: 2 ** 31 }, byteLength: { value: 2 ** 31 } })],
  ["view that says it is longer", own(new DataView(Uint8Array.from(bytes).buffer), { byteLength: { value: 2 ** 31 }, byteOffset: { value: 2 ** 30 } })],
  ["array of a class that throws", new Throwing(bytes)],
  ["object that claims to be an array", Object.create(Uint8Array.prototype)],
  ["object that claims to be a view", Object.create(DataView.prototype)],
  ["array that claims to be something else", Object.setPrototypeOf(new Uint16Array(bytes), Uint8Array.prototype)],
  ["array with an iterator that throws", own(Uint8Array.from(bytes), { [Symbol.iterator]: { value: raise } })],
  ...scalars(),
  ...proxies(Uint8Array.from(bytes)),
];

function shrunken(bytes) {
  const buffer = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length + 1 });
  const view = new Uint8Array(buffer, 0, bytes.length);
  view.set(bytes);
  buffer.resize(0);
  return view;
}

/** Pairs of a name and a value, in each of which one place of `value` is hostile. */
export function* hostile(value, keys = []) {
  if (value instanceof Uint8Array) {
    yield* views(value);
    return;
  }
  if (typeof value !== "object") {
    yield* scalars();
    return;
  }
  yield* Array.isArray(value) ? lists(value) : objects(value, keys);
  for (const key of Object.keys(value)) {
    for (const [what, inner] of hostile(value[key])) {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      copy[key] = inner;
      yield [`${key}: ${what}`, copy];
    }
  }
}
