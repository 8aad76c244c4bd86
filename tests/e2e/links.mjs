// Share links whose few bytes unpack to the most that a link may hold. The bench of the page takes them, too.

/** Bytes that a link unpacks to at most. */
export const MOST = 1 << 20;

/** @param {number} number */
export function variable(number) {
  const out = [];
  do {
    out.push((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
    number >>>= 7;
  } while (number > 0);
  return out;
}

/** `head`, then `period` as often as it takes, as an LZ4 block.
 * @param {number[]} head @param {number[]} period @param {number} length */
function packed(head, period, length) {
  const start = [...head, ...period];
  const end = Array.from({ length: 5 }, (_, at) => period[(length - 5 - head.length + at) % period.length]);
  const match = length - start.length - end.length - 4;
  /** @param {number} number */
  const extended = (number) => (number < 15 ? [] : [...Array(Math.floor((number - 15) / 255)).fill(255), (number - 15) % 255]);
  const token = (Math.min(start.length, 15) << 4) | Math.min(match, 15);
  return [token, ...extended(start.length), ...start, period.length, 0, ...extended(match), end.length << 4, ...end];
}

/** The link to a recording of `head` and repeats of `period`.
 * @param {number[]} head @param {number[]} period @param {number} repeats */
export function link(head, period, repeats) {
  const length = head.length + period.length * repeats;
  const bytes = [0x33, 0, 0, ...variable(length), ...packed(head, period, length)];
  return `#/dissect?${Buffer.from(bytes).toString("base64url")}`;
}

/** A packet of version 5 whose list has as many of the same entry as a link holds, and how many they are.
 * @param {number} first @param {number[]} before @param {number[]} entry @param {boolean} inBlock
 * @returns {[string, number]} */
function list(first, before, entry, inBlock) {
  const repeats = Math.floor((MOST - 32) / entry.length);
  const length = repeats * entry.length;
  const body = inBlock ? [...before, ...variable(length)] : before;
  return [link([first, ...variable(body.length + length), ...body], entry, repeats), repeats];
}

/** What each is, its type, the name of its entries, and the link with their number.
 * @type {[string, string, string, [string, number]][]} */
export const PACKETS = [
  ["a PUBLISH of empty User Properties", "PUBLISH", "User Property", list(0x30, [0, 1, 0x61], [0x26, 0, 0, 0, 0], true)],
  ["an UNSUBACK of reason codes", "UNSUBACK", "Reason Code", list(0xb0, [0, 1, 0], [0x11], false)],
  ["an UNSUBACK of undefined codes", "UNSUBACK", "Reason Code", list(0xb0, [0, 1, 0], [0x77], false)],
  ["a SUBSCRIBE of filters", "SUBSCRIBE", "Subscription", list(0x82, [0, 1, 0], [0, 1, 0x61, 0], false)],
];
