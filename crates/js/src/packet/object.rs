//! Packets into plain objects.

use js_sys::{Array, JsString, Uint8Array};
use mqttscope_wire::{
    Acknowledgement, Connect, ControlPacket, Properties, ProtocolVersion, Publish, ReasonCode,
    ReasonCodes, Subscription,
};
use wasm_bindgen::JsThreadLocal;
use wasm_bindgen::prelude::*;

use super::properties;
use crate::bytes;
use crate::error::Failure;
use crate::plain::{self, Plain};

/// The packet as a plain object. Each of its bytes has a buffer of its own: one that payloads share
/// would show what stands beside them, a password for one, to whoever is handed a payload.
///
/// # Errors
/// A payload that there is no memory for.
pub(crate) fn object(packet: &ControlPacket<'_>) -> Result<Plain, Failure> {
    Ok(match packet {
        ControlPacket::Publish(packet) => {
            let payload = bytes::array(packet.payload)?;
            let object = publish(packet);
            object.set_payload(&payload);
            object
        }
        ControlPacket::Connect(packet) => connect(packet),
        ControlPacket::Connack(packet) => {
            let object = typed(&plain::CONNACK);
            object.set_session_present(packet.session_present);
            reason(&object, packet.reason_code, packet.properties);
            object
        }
        ControlPacket::Puback(packet) => acknowledgement(&plain::PUBACK, packet),
        ControlPacket::Pubrec(packet) => acknowledgement(&plain::PUBREC, packet),
        ControlPacket::Pubrel(packet) => acknowledgement(&plain::PUBREL, packet),
        ControlPacket::Pubcomp(packet) => acknowledgement(&plain::PUBCOMP, packet),
        ControlPacket::Subscribe(packet) => {
            let object = typed(&plain::SUBSCRIBE);
            object.set_packet_identifier(packet.packet_identifier.get());
            set_properties(&object, packet.properties);
            object.set_subscriptions(&list(packet.subscriptions.iter().map(subscription)));
            object
        }
        ControlPacket::Suback(packet) => {
            let object = typed(&plain::SUBACK);
            object.set_packet_identifier(packet.packet_identifier.get());
            set_properties(&object, packet.properties);
            object.set_reason_codes(&codes(packet.reason_codes));
            object
        }
        ControlPacket::Unsubscribe(packet) => {
            let object = typed(&plain::UNSUBSCRIBE);
            object.set_packet_identifier(packet.packet_identifier.get());
            set_properties(&object, packet.properties);
            let filters = packet.topic_filters.iter();
            object.set_topic_filters(&list(filters.map(|filter| filter.as_str().into())));
            object
        }
        ControlPacket::Unsuback(packet) => {
            let object = typed(&plain::UNSUBACK);
            object.set_packet_identifier(packet.packet_identifier.get());
            set_properties(&object, packet.properties);
            object.set_reason_codes(&codes(packet.reason_codes));
            object
        }
        ControlPacket::Pingreq => typed(&plain::PINGREQ),
        ControlPacket::Pingresp => typed(&plain::PINGRESP),
        ControlPacket::Disconnect(packet) => {
            let object = typed(&plain::DISCONNECT);
            reason(&object, packet.reason_code, packet.properties);
            object
        }
        ControlPacket::Auth(packet) => {
            let object = typed(&plain::AUTH);
            reason(&object, packet.reason_code, packet.properties);
            object
        }
    })
}

fn typed(name: &'static JsThreadLocal<JsString>) -> Plain {
    let object = Plain::new();
    name.with(|name| object.set_type(name));
    object
}

fn publish(packet: &Publish<'_>) -> Plain {
    let object = typed(&plain::PUBLISH);
    object.set_dup(packet.dup);
    object.set_qos(packet.qos as u8);
    object.set_retain(packet.retain);
    object.set_topic_name(packet.topic_name.as_str());
    if let Some(identifier) = packet.packet_identifier {
        object.set_packet_identifier(identifier.get());
    }
    set_properties(&object, packet.properties);
    object
}

fn connect(packet: &Connect<'_>) -> Plain {
    let object = typed(&plain::CONNECT);
    let version = match packet.version {
        ProtocolVersion::V3_1 => &plain::V3_1,
        ProtocolVersion::V3_1_1 => &plain::V3_1_1,
        ProtocolVersion::V5 => &plain::V5,
    };
    version.with(|version| object.set_protocol_version(version));
    if packet.bridge {
        object.set_bridge(true);
    }
    object.set_clean_start(packet.clean_start);
    object.set_keep_alive(packet.keep_alive);
    set_properties(&object, packet.properties);
    object.set_client_identifier(packet.client_identifier.as_str());
    if let Some(will) = &packet.will {
        let message = Plain::new();
        message.set_qos(will.qos as u8);
        message.set_retain(will.retain);
        set_properties(&message, will.properties);
        message.set_topic_name(will.topic_name.as_str());
        message.set_payload(&Uint8Array::new_from_slice(will.payload.as_bytes()));
        object.set_will(&message);
    }
    if let Some(name) = packet.user_name {
        object.set_user_name(name.as_str());
    }
    if let Some(password) = packet.password {
        object.set_password(&Uint8Array::new_from_slice(password.as_bytes()));
    }
    object
}

fn acknowledgement(name: &'static JsThreadLocal<JsString>, packet: &Acknowledgement<'_>) -> Plain {
    let object = typed(name);
    object.set_packet_identifier(packet.packet_identifier.get());
    reason(&object, packet.reason_code, packet.properties);
    object
}

fn reason(object: &Plain, code: ReasonCode, properties: Properties<'_>) {
    object.set_reason_code(code.0);
    set_properties(object, properties);
}

/// Properties only where there are some.
fn set_properties(object: &Plain, properties: Properties<'_>) {
    if !properties.is_empty() {
        object.set_properties(&properties::object(properties));
    }
}

fn subscription(subscription: Subscription<'_>) -> JsValue {
    let object = Plain::new();
    let options = subscription.options;
    object.set_topic_filter(subscription.topic_filter.as_str());
    object.set_maximum_qos(options.maximum_qos as u8);
    object.set_no_local(options.no_local);
    object.set_retain_as_published(options.retain_as_published);
    object.set_retain_handling(options.retain_handling as u8);
    object.into()
}

fn codes(codes: ReasonCodes<'_>) -> Array {
    list(codes.iter().map(|code| code.0.into()))
}

fn list(values: impl Iterator<Item = JsValue>) -> Array {
    let list = Array::new();
    for value in values {
        list.push(&value);
    }
    list
}
