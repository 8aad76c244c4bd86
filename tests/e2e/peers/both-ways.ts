// Messages of every QoS between the page and mosquitto's clients, on a real broker.
import { expect } from "@playwright/test";

import { type Broker, publish, Subscriber, type Version } from "./clients";
import type { Desk } from "./desk";

/** The QoS that a message of this QoS comes with at a subscription with QoS 2. */
export function delivered(broker: Broker, qos: number): number {
  switch (broker.name) {
    // It grants QoS 1.
    case "rabbitmq":
      return Math.min(qos, 1);
    // They deliver as they granted, whatever the message came with.
    case "amqtt":
    case "rumqttd":
      return 2;
    default:
      return qos;
  }
}

/** The subscription that the page needs for it. */
export const wanted = (base: string) => [{ topic_filter: `${base}/in/#`, qos: 2 }];

export async function bothWays(desk: Desk, broker: Broker, version: Version, base: string) {
  const subscriber = await Subscriber.to(broker, version, `${base}/out/#`);
  await desk.connect();
  await expect(desk.packets("SUBACK")).toHaveCount(1);
  for (const qos of [0, 1, 2]) {
    await desk.publish(`${base}/out/${qos}`, `from the page ${qos}`, qos);
    await subscriber.hears(`${base}/out/${qos} ${delivered(broker, qos)} 0 from the page ${qos}`);
    // RabbitMQ answers QoS 2 with a PUBACK, at which mosquitto's client gives up.
    const most = broker.name === "rabbitmq" ? 1 : 2;
    await publish(broker, version, `${base}/in/${qos}`, `from outside ${qos}`, "-q", String(Math.min(qos, most)));
  }
  // Every handshake comes to its end.
  await expect(desk.packets("PUBCOMP").or(desk.packets("PUBACK")).first()).toBeVisible();
  await desk.tab("messages");
  for (const qos of [0, 1, 2]) {
    const message = desk.message(`from outside ${qos}`);
    await expect(message).toBeVisible();
    await expect(message).toContainText(`${base}/in/${qos}`);
  }
  await subscriber.stop();
}
