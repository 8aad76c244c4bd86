//! What Tasmota writes on its console: a line for each message that the device publishes, without packet types.

use mqttscope_wire::PacketType;

use super::{Line, Packet, Who};
use crate::reading::Role;

/// What Tasmota calls its client's part of the log.
const PART: &str = "MQT: ";

/// `00:00:06.125 MQT: tele/plug_1/STATE = {"POWER":"ON"} (retained)`
pub(super) fn line(text: &str) -> Option<Line<'_>> {
    let (before, words) = text.split_once(PART)?;
    // Only a time, a word of a serial console or nothing stands before it.
    if before.split_whitespace().count() > 3 || before.contains('=') {
        return None;
    }
    let (topic, _) = words.split_once(" = ")?;
    let is_topic = !topic.is_empty() && !topic.contains([' ', '#', '+']) && topic.contains('/');
    is_topic.then_some(Line::Packet(Packet {
        who: Who {
            id: device(topic),
            ..Who::default()
        },
        from: Role::Client,
        packet_type: PacketType::Publish,
        version: None,
        words: words.trim(),
    }))
}

/// The device by its topic: `%prefix%/%topic%/…` or `%topic%/%prefix%/…`.
fn device(topic: &str) -> &str {
    let mut levels = topic.split('/');
    let is_prefix = |level: &str| matches!(level, "tele" | "stat" | "cmnd");
    match (levels.next(), levels.next()) {
        (Some(prefix), Some(device)) if is_prefix(prefix) => device,
        (Some(device), Some(prefix)) if is_prefix(prefix) => device,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_that_the_device_publishes() {
        for (text, id, words) in [
            (
                "00:00:06.125 MQT: tele/plug_1/LWT = Online (retained)",
                "plug_1",
                "tele/plug_1/LWT = Online (retained)",
            ),
            (
                "10:02:03 MQT: plug_1/stat/RESULT = {\"POWER\":\"ON\"}",
                "plug_1",
                "plug_1/stat/RESULT = {\"POWER\":\"ON\"}",
            ),
            ("MQT: a/b = 1 = 2", "", "a/b = 1 = 2"),
        ] {
            let Some(Line::Packet(packet)) = line(text) else {
                panic!("{text}");
            };
            assert_eq!((packet.who.id, packet.words), (id, words), "{text}");
            assert_eq!(packet.packet_type, PacketType::Publish);
        }
        for text in [
            "00:00:04 MQT: Attempting connection...",
            "00:00:05 MQT: Connected",
            "00:00:05 HTP: a/b = c",
            "see the line that has MQT: a/b = c",
            "MQT: a/# = c",
        ] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn a_console_is_known_and_read() {
        let text = "00:00:00.078 Project tasmota - Tasmota Version 13.4.0(tasmota)-3_1_2(2024-02-14T12:51:28)\n\
            00:00:02.611 WIF: Connected\n\
            00:00:04.012 MQT: Attempting connection...\n\
            00:00:04.201 MQT: Connected\n\
            00:00:04.203 MQT: tele/plug_1/LWT = Online (retained)\n\
            00:00:04.207 MQT: cmnd/plug_1/POWER = \n\
            00:00:09.110 MQT: tele/plug_1/STATE = {\"POWER\":\"ON\"}\n";
        assert!(super::super::begins(text.as_bytes()));
        let capture = crate::recording::Capture::read(text.as_bytes(), None);
        let [connection] = &capture.connections[..] else {
            panic!("{:?}", capture.connections.len());
        };
        assert_eq!(connection.client.to_string(), "plug_1");
        assert_eq!(connection.packets.len(), 3);
    }
}
