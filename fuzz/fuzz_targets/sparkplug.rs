//! Any payloads, on any of Sparkplug's topics and in any order: the monitor bears them, and what is shown is bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_sparkplug::{Message, MessageType, Monitor, Topic};
use mqttscope_view::payload::{sparkplug, sparkplug_line, views};
use mqttscope_wire::{QoS, Sender};

// Each step is two bytes of what to do, and as many bytes of payload as they say.
fuzz_target!(|bytes: &[u8]| {
    let mut monitor = Monitor::new();
    let mut rest = bytes;
    let mut number = 0_u64;
    while let [what, len, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(usize::from(*len).min(behind.len()));
        rest = behind;
        number += 1;
        let topic = match MessageType::ALL.get(usize::from(what & 15)) {
            Some(of) => {
                let device = if of.is_of_device() { "/d" } else { "" };
                format!("spBv1.0/g/{}/e{device}", of.name())
            }
            None => "spBv1.0/STATE/h".to_owned(),
        };
        let message = Message {
            connection: 1,
            from: if what & 16 == 0 { Sender::Client } else { Sender::Server },
            number,
            topic: &topic,
            payload,
            qos: if what & 32 == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce },
            retain: what & 64 != 0,
            dup: false,
        };
        match (what & 128, what & 15) {
            (0, _) => monitor.handle_message(&message),
            (_, 15) => monitor.handle_gap(1),
            _ => monitor.handle_connect(1, number, Some(&message)),
        }
        while let Some(finding) = monitor.poll_finding() {
            assert!(!finding.message().is_empty());
        }
        if let Some(Topic::Edge(address)) = Topic::of(&topic) {
            let names = monitor.names(&address, number);
            let shown = sparkplug(&topic, payload, &names);
            assert_eq!(shown.is_some(), sparkplug_line(&topic, payload, &names, 60).is_some());
        }
        assert!(!views(payload, None, None).is_empty());
    }
});
