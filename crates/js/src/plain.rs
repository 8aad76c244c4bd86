//! Plain objects of ours, with the fields of packets. Each field is set by its name, so that the
//! engine sees ordinary property accesses and keeps them fast.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A plain object: a packet, a will, a subscription or properties.
    #[wasm_bindgen(js_name = Object)]
    #[derive(Clone)]
    pub(crate) type Plain;

    #[wasm_bindgen(constructor, js_class = "Object")]
    pub(crate) fn new() -> Plain;

    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set(this: &Plain, key: &JsString, value: &JsValue);
    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set_number(this: &Plain, key: &JsString, value: u32);
    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set_text(this: &Plain, key: &JsString, value: &str);
}

/// A field: how its value is set.
macro_rules! fields {
    ($($name:ident $set:ident $type:ty;)*) => {
        #[wasm_bindgen]
        extern "C" {
            $(
                #[wasm_bindgen(method, setter = $name)]
                pub(crate) fn $set(this: &Plain, value: $type);
            )*
        }
    };
}

fields! {
    type set_type &JsString;
    packetIdentifier set_packet_identifier u16;
    properties set_properties &Plain;
    reasonCode set_reason_code u8;
    reasonCodes set_reason_codes &Array;
    dup set_dup bool;
    qos set_qos u8;
    retain set_retain bool;
    topicName set_topic_name &str;
    payload set_payload &Uint8Array;
    protocolVersion set_protocol_version &JsString;
    bridge set_bridge bool;
    cleanStart set_clean_start bool;
    keepAlive set_keep_alive u16;
    clientIdentifier set_client_identifier &str;
    will set_will &Plain;
    userName set_user_name &str;
    password set_password &Uint8Array;
    sessionPresent set_session_present bool;
    subscriptions set_subscriptions &Array;
    topicFilters set_topic_filters &Array;
    topicFilter set_topic_filter &str;
    maximumQos set_maximum_qos u8;
    noLocal set_no_local bool;
    retainAsPublished set_retain_as_published bool;
    retainHandling set_retain_handling u8;
}

/// Strings that are the same each time, made once.
macro_rules! strings {
    ($($name:ident = $text:tt;)*) => {
        #[wasm_bindgen]
        extern "C" {$(
            #[wasm_bindgen(thread_local_v2, static_string)]
            pub(crate) static $name: JsString = $text;
        )*}
    };
}

strings! {
    CONNECT = "CONNECT";
    CONNACK = "CONNACK";
    PUBLISH = "PUBLISH";
    PUBACK = "PUBACK";
    PUBREC = "PUBREC";
    PUBREL = "PUBREL";
    PUBCOMP = "PUBCOMP";
    SUBSCRIBE = "SUBSCRIBE";
    SUBACK = "SUBACK";
    UNSUBSCRIBE = "UNSUBSCRIBE";
    UNSUBACK = "UNSUBACK";
    PINGREQ = "PINGREQ";
    PINGRESP = "PINGRESP";
    DISCONNECT = "DISCONNECT";
    AUTH = "AUTH";
    WILL = "CONNECT.will";
    SUBSCRIPTION = "SUBSCRIBE.subscriptions";
    OPTIONS = "options";
    V3_1 = "3.1";
    V3_1_1 = "3.1.1";
    V5 = "5";
    AUTO = "auto";
}
