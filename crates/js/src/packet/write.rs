//! Plain objects into packets. What decoding leaves out may be left out here, too: flags are false,
//! numbers 0, strings and bytes empty.

use std::borrow::Cow;

use mqttscope_wire::{
    Acknowledgement, Auth, Connack, Connect, ControlPacket, Disconnect, PacketIdentifier,
    PropertiesBuf, ProtocolVersion, Publish, ReasonCode, ReasonCodes, RetainHandling, Suback,
    Subscribe, Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFiltersBuf, Unsuback,
    Unsubscribe, WillMessage,
};
use wasm_bindgen::prelude::*;

use super::field::{Place, is_absent};
use super::properties;
use crate::error::Failure;
use crate::given::Given;
use crate::plain;

/// Appends the packet to `out`. A CONNECT sets the version of what follows.
pub(crate) fn write(
    packet: &JsValue,
    version: &mut ProtocolVersion,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let packet = Given::of(packet)
        .ok_or_else(|| Failure::message("a packet must be an object with a type"))?;
    let name = packet.packet_type();
    let kind = name.clone();
    // By far the most frequent, and comparing is cheaper than copying the name.
    let name = if plain::PUBLISH.with(|publish| name == *AsRef::<JsValue>::as_ref(publish)) {
        Cow::Borrowed("PUBLISH")
    } else {
        Cow::Owned(name.as_string().unwrap_or_default())
    };
    packet.check_keys(&kind, &name)?;
    let mut writer = Writer {
        packet,
        place: Place(&name),
        version: *version,
        out,
    };
    match &*name {
        "PUBLISH" => writer.publish(),
        "CONNECT" => {
            *version = writer.protocol_version()?;
            writer.connect(*version)
        }
        "CONNACK" => writer.connack(),
        "PUBACK" | "PUBREC" | "PUBREL" | "PUBCOMP" => writer.acknowledgement(),
        "SUBSCRIBE" => writer.subscribe(),
        "SUBACK" => writer.suback(),
        "UNSUBSCRIBE" => writer.unsubscribe(),
        "UNSUBACK" => writer.unsuback(),
        "PINGREQ" => writer.encode(ControlPacket::Pingreq),
        "PINGRESP" => writer.encode(ControlPacket::Pingresp),
        "DISCONNECT" => writer.disconnect(),
        "AUTH" => writer.auth(),
        _ => Err(Failure::message(
            "type must be the name of a packet: \"CONNECT\", \"PUBLISH\", …",
        )),
    }
}

struct Writer<'a> {
    packet: Given<'a>,
    place: Place<'a>,
    version: ProtocolVersion,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn encode(&mut self, packet: ControlPacket<'_>) -> Result<(), Failure> {
        packet
            .encode(self.version, self.out)
            .map_err(|error| Failure::encode(self.place.0, error, self.version))
    }

    fn properties(&self) -> Result<PropertiesBuf, Failure> {
        properties::read(self.place, &self.packet.properties())
    }

    fn identifier(&self) -> Result<PacketIdentifier, Failure> {
        self.place.identifier(&self.packet.packet_identifier())
    }

    fn reason_code(&self) -> Result<ReasonCode, Failure> {
        let code = self.packet.reason_code();
        Ok(ReasonCode(
            self.place.number_or_0("reasonCode", &code, 255)? as u8,
        ))
    }

    fn publish(&mut self) -> Result<(), Failure> {
        let (packet, place) = (self.packet, self.place);
        let topic = place.text_or_empty("topicName", &packet.topic_name())?;
        let identifier = packet.packet_identifier();
        let properties = self.properties()?;
        let payload = place.payload("payload", &packet.payload())?;
        self.out
            .try_reserve(payload.len())
            .map_err(|_| Failure::too_much(payload.len() as f64))?;
        self.encode(ControlPacket::Publish(Publish {
            dup: packet.dup(),
            qos: place.qos("qos", &packet.qos())?,
            retain: packet.retain(),
            topic_name: place.topic("topicName", &topic)?,
            packet_identifier: if is_absent(&identifier) {
                None
            } else {
                Some(place.identifier(&identifier)?)
            },
            properties: properties.as_properties(),
            payload: &payload,
        }))
    }

    /// A CONNECT says its own version, else it is that of the options.
    fn protocol_version(&self) -> Result<ProtocolVersion, Failure> {
        let value = self.packet.protocol_version();
        if is_absent(&value) {
            return Ok(self.version);
        }
        let name = value.as_string().unwrap_or_default();
        ProtocolVersion::ALL
            .into_iter()
            .find(|version| version.name() == name)
            .ok_or_else(|| {
                Failure::field(
                    self.place.0,
                    "protocolVersion",
                    "\"3.1\", \"3.1.1\" or \"5\"",
                )
            })
    }

    fn connect(&mut self, version: ProtocolVersion) -> Result<(), Failure> {
        let (packet, place) = (self.packet, self.place);
        self.version = version;
        let identifier = place.text_or_empty("clientIdentifier", &packet.client_identifier())?;
        let properties = self.properties()?;
        let will = packet.will();
        let will = if is_absent(&will) {
            None
        } else {
            Some(Will::read(place.object("will", &will)?)?)
        };
        let user_name = packet.user_name();
        let user_name = if is_absent(&user_name) {
            None
        } else {
            Some(place.text("userName", &user_name)?)
        };
        let password = packet.password();
        let password = if is_absent(&password) {
            None
        } else {
            Some(place.payload("password", &password)?)
        };
        let keep_alive = place.number_or_0("keepAlive", &packet.keep_alive(), 65_535)?;
        self.encode(ControlPacket::Connect(Connect {
            version,
            bridge: packet.bridge(),
            clean_start: packet.clean_start(),
            keep_alive: keep_alive as u16,
            properties: properties.as_properties(),
            client_identifier: place.utf8("clientIdentifier", &identifier)?,
            will: will.as_ref().map(Will::message).transpose()?,
            user_name: user_name
                .as_ref()
                .map(|name| place.utf8("userName", name))
                .transpose()?,
            password: password
                .as_ref()
                .map(|password| place.data("password", password))
                .transpose()?,
        }))
    }

    fn connack(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        self.encode(ControlPacket::Connack(Connack {
            session_present: self.packet.session_present(),
            reason_code: self.reason_code()?,
            properties: properties.as_properties(),
        }))
    }

    fn acknowledgement(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        let packet = Acknowledgement {
            packet_identifier: self.identifier()?,
            reason_code: self.reason_code()?,
            properties: properties.as_properties(),
        };
        self.encode(match self.place.0 {
            "PUBACK" => ControlPacket::Puback(packet),
            "PUBREC" => ControlPacket::Pubrec(packet),
            "PUBREL" => ControlPacket::Pubrel(packet),
            _ => ControlPacket::Pubcomp(packet),
        })
    }

    fn subscribe(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        let mut subscriptions = SubscriptionsBuf::new();
        let given = self.packet.subscriptions();
        for given in self.place.list("subscriptions", &given, "a list")?.iter() {
            let given = self.place.object("each of subscriptions", &given)?;
            read_subscription(given, &mut subscriptions)?;
        }
        self.encode(ControlPacket::Subscribe(Subscribe {
            packet_identifier: self.identifier()?,
            properties: properties.as_properties(),
            subscriptions: subscriptions.as_subscriptions(),
        }))
    }

    /// The codes of a SUBACK or UNSUBACK; none when left out, as before version 5 in an UNSUBACK.
    fn reason_codes(&self) -> Result<Vec<u8>, Failure> {
        let codes = self.packet.reason_codes();
        if is_absent(&codes) {
            return Ok(Vec::new());
        }
        self.place
            .list("reasonCodes", &codes, "a list of numbers")?
            .iter()
            .map(|code| Ok(self.place.number("each of reasonCodes", &code, 255)? as u8))
            .collect()
    }

    fn suback(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        let codes = self.reason_codes()?;
        self.encode(ControlPacket::Suback(Suback {
            packet_identifier: self.identifier()?,
            properties: properties.as_properties(),
            reason_codes: ReasonCodes::new(&codes),
        }))
    }

    fn unsubscribe(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        let mut filters = TopicFiltersBuf::new();
        let given = self.packet.topic_filters();
        for filter in self.place.list("topicFilters", &given, "a list")?.iter() {
            let filter = self.place.text("each of topicFilters", &filter)?;
            filters.push(self.place.filter("each of topicFilters", &filter)?);
        }
        self.encode(ControlPacket::Unsubscribe(Unsubscribe {
            packet_identifier: self.identifier()?,
            properties: properties.as_properties(),
            topic_filters: filters.as_topic_filters(),
        }))
    }

    fn unsuback(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        let codes = self.reason_codes()?;
        self.encode(ControlPacket::Unsuback(Unsuback {
            packet_identifier: self.identifier()?,
            properties: properties.as_properties(),
            reason_codes: ReasonCodes::new(&codes),
        }))
    }

    fn disconnect(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        self.encode(ControlPacket::Disconnect(Disconnect {
            reason_code: self.reason_code()?,
            properties: properties.as_properties(),
        }))
    }

    fn auth(&mut self) -> Result<(), Failure> {
        let properties = self.properties()?;
        self.encode(ControlPacket::Auth(Auth {
            reason_code: self.reason_code()?,
            properties: properties.as_properties(),
        }))
    }
}

fn read_subscription(given: Given<'_>, into: &mut SubscriptionsBuf) -> Result<(), Failure> {
    let place = Place("SUBSCRIBE.subscriptions");
    plain::SUBSCRIPTION.with(|kind| given.check_keys(kind, place.0))?;
    let filter = place.text("topicFilter", &given.topic_filter())?;
    let handling = place.number_or_0("retainHandling", &given.retain_handling(), 2)?;
    into.push(Subscription {
        topic_filter: place.filter("topicFilter", &filter)?,
        options: SubscriptionOptions {
            maximum_qos: place.qos("maximumQos", &given.maximum_qos())?,
            no_local: given.no_local(),
            retain_as_published: given.retain_as_published(),
            retain_handling: match handling {
                0 => RetainHandling::Send,
                1 => RetainHandling::SendIfNew,
                _ => RetainHandling::DoNotSend,
            },
        },
    });
    Ok(())
}

/// A will, with what it borrows.
struct Will {
    message: WillMessage<'static>,
    topic: String,
    payload: Vec<u8>,
    properties: PropertiesBuf,
}

impl Will {
    const PLACE: Place<'static> = Place("CONNECT.will");

    fn read(given: Given<'_>) -> Result<Self, Failure> {
        let place = Self::PLACE;
        plain::WILL.with(|kind| given.check_keys(kind, place.0))?;
        Ok(Self {
            message: WillMessage {
                qos: place.qos("qos", &given.qos())?,
                retain: given.retain(),
                ..WillMessage::default()
            },
            topic: place.text("topicName", &given.topic_name())?,
            payload: place.payload("payload", &given.payload())?,
            properties: properties::read(place, &given.properties())?,
        })
    }

    fn message(&self) -> Result<WillMessage<'_>, Failure> {
        Ok(WillMessage {
            properties: self.properties.as_properties(),
            topic_name: Self::PLACE.topic("topicName", &self.topic)?,
            payload: Self::PLACE.data("payload", &self.payload)?,
            ..self.message
        })
    }
}
