//! Messages a second from a client over the simulated network and the broker to another client, and
//! how often memory is allocated for each.
//!
//! `cargo run --release -p mqttscope-sim --example broker_throughput`
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::error::Error;
use std::time::Instant;

use mqttscope_broker::{self as broker, Broker};
use mqttscope_client::{Client, Command, Event, Options};
use mqttscope_shared::Message;
use mqttscope_sim::World;
use mqttscope_wire::{
    PropertiesBuf, ProtocolVersion, QoS, Subscription, SubscriptionOptions, SubscriptionsBuf,
    TopicFilter, TopicName,
};

const MESSAGES: u32 = 200_000;

fn run(version: ProtocolVersion, qos: QoS) -> Result<(u32, f64), Box<dyn Error>> {
    let mut world = World::new(Broker::new(broker::Options::new(0)));
    let from = world.add(Client::new(Options::new(version, "from"))?);
    let to = world.add(Client::new(Options::new(version, "to"))?);
    world.command(from, Command::Connect)?;
    world.command(to, Command::Connect)?;
    let mut subscriptions = SubscriptionsBuf::new();
    let topic_filter = TopicFilter::new("site/#").ok_or("no filter")?;
    let options = SubscriptionOptions {
        maximum_qos: qos,
        ..SubscriptionOptions::default()
    };
    subscriptions.push(Subscription {
        topic_filter,
        options,
    });
    world.command(
        to,
        Command::Subscribe {
            subscriptions,
            properties: PropertiesBuf::new(),
        },
    )?;
    let topic = TopicName::new("site/a/temperature").ok_or("no topic")?;
    let start = Instant::now();
    let mut came = 0;
    for _ in 0..MESSAGES {
        world.command(
            from,
            Command::publish(Message::new(topic, [b'x'; 64]).with_qos(qos)),
        )?;
        let messages = world
            .events(to)
            .into_iter()
            .filter(|event| matches!(event, Event::Message { .. }));
        came += messages.map(|_| 1).sum::<u32>();
        world.events(from);
    }
    Ok((came, f64::from(MESSAGES) / start.elapsed().as_secs_f64()))
}

fn main() -> Result<(), Box<dyn Error>> {
    for version in ProtocolVersion::ALL {
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let mut result = Ok((0, 0.0));
            let used = allocation_counter::measure(|| result = run(version, qos));
            let (came, rate) = result?;
            println!(
                "MQTT {:5} QoS {}: {came} of {MESSAGES} messages came, {rate:.0} a second, {:.1} \
                 allocations and {:.0} bytes each",
                version.name(),
                qos as u8,
                used.count_total as f64 / f64::from(MESSAGES),
                used.bytes_total as f64 / f64::from(MESSAGES),
            );
        }
    }
    Ok(())
}
