// The few packets that the load is made of, MQTT 3.1.1.

/** A PUBLISH at QoS 0 with a topic of ten and a payload of `size` bytes. */
export function publish(number, size) {
  const topic = `load/${String(number % 100).padStart(5, "0")}`;
  const payload = Buffer.alloc(size, `{"n":${number % 100_000},"text":"`);
  const rest = 2 + topic.length + size;
  const length = rest < 128 ? [rest] : [(rest & 127) | 128, rest >> 7];
  return Buffer.concat([Buffer.from([0x30, ...length, 0, topic.length]), Buffer.from(topic), payload]);
}

/** CONNECT with a clean session and without Keep Alive. */
export function connect(identifier) {
  const id = Buffer.from(identifier);
  return Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4, ...Buffer.from("MQTT"), 4, 2, 0, 0, 0, id.length]),
    id,
  ]);
}

/**
 * `count` PUBLISH packets, packed into chunks of at most `bytes`, none cut in two. Chunks are made
 * beforehand and come again, so that the sender is not what is measured.
 */
export function packed(count, size, bytes) {
  const each = Math.floor(bytes / publish(0, size).length);
  const made = Array.from({ length: 100 }, (_, chunk) =>
    Buffer.concat(Array.from({ length: each }, (_, place) => publish(chunk * each + place, size))),
  );
  const chunks = Array.from({ length: Math.floor(count / each) }, (_, chunk) => made[chunk % made.length]);
  const rest = count - chunks.length * each;
  if (rest > 0) chunks.push(made[0].subarray(0, rest * publish(0, size).length));
  return chunks;
}
