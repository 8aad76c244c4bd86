//! The statements that captions cite: the same thing has another number in each version.

use mqttscope_wire::ProtocolVersion;

/// What asks for something, in each version that numbers its statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statements {
    /// In version 5.
    pub v5: &'static [&'static str],
    /// In version 3.1.1.
    pub v3_1_1: &'static [&'static str],
}

impl Statements {
    /// Those of a version; version 3.1 numbers none.
    #[must_use]
    pub const fn of(&self, version: ProtocolVersion) -> &'static [&'static str] {
        match version {
            ProtocolVersion::V5 => self.v5,
            ProtocolVersion::V3_1_1 => self.v3_1_1,
            ProtocolVersion::V3_1 => &[],
        }
    }
}

macro_rules! statements {
    ($($name:ident: [$($v5:literal),*] [$($v3_1_1:literal),*];)*) => {
        $(pub(super) const $name: Statements = Statements { v5: &[$($v5),*], v3_1_1: &[$($v3_1_1),*] };)*
        #[cfg(test)]
        const ALL: &[(&str, Statements)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    NONE: [] [];
    NEW_SESSION: ["MQTT-3.1.2-4"] ["MQTT-3.1.2-6"];
    RESUME: ["MQTT-3.1.2-5"] ["MQTT-3.1.2-4"];
    ACCEPTED: ["MQTT-3.1.4-5"] ["MQTT-3.1.4-4"];
    PRESENT: ["MQTT-3.2.2-3", "MQTT-4.4.0-1"] ["MQTT-3.2.2-2", "MQTT-4.4.0-1"];
    NOT_PRESENT: ["MQTT-3.2.2-5"] ["MQTT-3.2.2-3"];
    REFUSED: ["MQTT-3.2.2-7"] ["MQTT-3.2.2-5"];
    SUBSCRIBE: ["MQTT-3.8.4-1"] ["MQTT-3.8.4-1"];
    SUBACK: ["MQTT-3.8.4-6"] ["MQTT-3.8.4-5"];
    DOWNGRADE: ["MQTT-3.8.4-8"] ["MQTT-3.8.4-6"];
    RETAINED: ["MQTT-3.3.1-9"] ["MQTT-3.3.1-6"];
    RETAIN: ["MQTT-3.3.1-5"] ["MQTT-3.3.1-5"];
    ANSWER: ["MQTT-3.3.4-1"] ["MQTT-3.3.4-1"];
    QOS_1: ["MQTT-4.3.2-4"] ["MQTT-4.3.2-2"];
    AGAIN: ["MQTT-3.3.1-1", "MQTT-4.4.0-1"] ["MQTT-3.3.1-1", "MQTT-4.4.0-1"];
    PUBACK: ["MQTT-4.3.2-3", "MQTT-4.3.2-5"] ["MQTT-4.3.2-1", "MQTT-2.3.1-3"];
    QOS_2: ["MQTT-4.3.3-8"] ["MQTT-4.3.3-2"];
    QOS_2_AGAIN: ["MQTT-4.4.0-1", "MQTT-4.3.3-10"] ["MQTT-4.4.0-1", "MQTT-4.3.3-2"];
    PUBREC: ["MQTT-4.3.3-4", "MQTT-4.3.3-6"] ["MQTT-4.3.3-1"];
    PUBREL: ["MQTT-4.3.3-11"] ["MQTT-4.3.3-2"];
    PUBREL_AGAIN: ["MQTT-4.4.0-1", "MQTT-4.3.3-6"] ["MQTT-4.4.0-1", "MQTT-4.3.3-1"];
    PUBCOMP: ["MQTT-4.3.3-5", "MQTT-4.3.3-12"] ["MQTT-4.3.3-1", "MQTT-2.3.1-3"];
    TAKEN_OVER: ["MQTT-3.1.4-3"] ["MQTT-3.1.4-2"];
    GOODBYE: ["MQTT-3.14.4-3"] ["MQTT-3.14.4-3"];
    RESEND: ["MQTT-4.4.0-1"] ["MQTT-4.4.0-1"];
    KEEP_SESSION: ["MQTT-3.1.2-23"] ["MQTT-4.1.0-1"];
    QUEUE: ["MQTT-4.5.0-1"] ["MQTT-3.1.2-5"];
    EXPIRED: ["MQTT-3.3.2-5"] [];
    WILL: ["MQTT-3.1.2-8"] ["MQTT-3.1.2-8"];
    WINDOW: ["MQTT-3.3.4-9"] [];
    ALIAS_IN: ["MQTT-3.3.2-12"] [];
    ALIAS_OUT: ["MQTT-3.3.2-10"] [];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a statement asks, from the table of its standard.
    fn summary(table: &'static str, id: &str) -> &'static str {
        let (_, behind) = table.split_once(&format!("id = \"{id}\"")).unwrap();
        let (_, behind) = behind.split_once("summary = \"").unwrap();
        behind.split_once("\"\n").unwrap().0
    }

    #[test]
    fn what_is_cited_says_what_it_is_cited_for() {
        let v5 = include_str!("../../../../requirements/v5.toml");
        let v3_1_1 = include_str!("../../../../requirements/v3_1_1.toml");
        let mut listed = String::new();
        for (name, statements) in ALL {
            for (version, ids, table) in [
                ("5", statements.v5, v5),
                ("3.1.1", statements.v3_1_1, v3_1_1),
            ] {
                for id in ids {
                    let summary = summary(table, id);
                    listed.push_str(&format!("{name} {version} {id} {summary}\n"));
                }
            }
        }
        // Read line by line by a person: the name on the left is what captions use it for.
        let expected = include_str!("../../tests/flows/statements.txt");
        assert_eq!(listed, expected, "\n{listed}");
    }
}
