//! Plain objects with the fields of packets. Each field is read and set by its name, so that the
//! engine sees ordinary property accesses and keeps them fast.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// An object as one of the views of it that are declared here and in `options`: these read fields by
/// name, so that any object is one.
#[expect(
    clippy::disallowed_methods,
    reason = "objects without a prototype are no `instanceof Object`; that it is an object is checked"
)]
pub(crate) fn object<T: JsCast>(value: &JsValue) -> Option<&T> {
    value.is_object().then(|| value.unchecked_ref())
}

#[wasm_bindgen]
extern "C" {
    /// A plain object: a packet, a will, a subscription or properties.
    #[wasm_bindgen(js_name = Object)]
    #[derive(Clone)]
    pub(crate) type Plain;

    #[wasm_bindgen(constructor, js_class = "Object")]
    pub(crate) fn new() -> Plain;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn get(this: &Plain, key: &JsValue) -> JsValue;
    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set(this: &Plain, key: &JsString, value: &JsValue);
    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set_number(this: &Plain, key: &JsString, value: u32);
    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set_text(this: &Plain, key: &JsString, value: &str);
}

/// A field: how its value is set, and a getter that gives whatever is there. A flag is taken for its
/// truth, as everywhere in JavaScript.
macro_rules! fields {
    ($($name:ident $set:ident $type:ty, $get:ident $got:ty;)*) => {
        #[wasm_bindgen]
        extern "C" {
            $(
                #[wasm_bindgen(method, setter = $name)]
                pub(crate) fn $set(this: &Plain, value: $type);
                #[wasm_bindgen(method, getter = $name)]
                pub(crate) fn $get(this: &Plain) -> $got;
            )*
        }
    };
}

fields! {
    type set_type &JsString, get_type JsValue;
    packetIdentifier set_packet_identifier u16, get_packet_identifier JsValue;
    properties set_properties &Plain, get_properties JsValue;
    reasonCode set_reason_code u8, get_reason_code JsValue;
    reasonCodes set_reason_codes &Array, get_reason_codes JsValue;
    dup set_dup bool, get_dup Option<bool>;
    qos set_qos u8, get_qos JsValue;
    retain set_retain bool, get_retain Option<bool>;
    topicName set_topic_name &str, get_topic_name JsValue;
    payload set_payload &Uint8Array, get_payload JsValue;
    protocolVersion set_protocol_version &JsString, get_protocol_version JsValue;
    bridge set_bridge bool, get_bridge Option<bool>;
    cleanStart set_clean_start bool, get_clean_start Option<bool>;
    keepAlive set_keep_alive u16, get_keep_alive JsValue;
    clientIdentifier set_client_identifier &str, get_client_identifier JsValue;
    will set_will &Plain, get_will JsValue;
    userName set_user_name &str, get_user_name JsValue;
    password set_password &Uint8Array, get_password JsValue;
    sessionPresent set_session_present bool, get_session_present Option<bool>;
    subscriptions set_subscriptions &Array, get_subscriptions JsValue;
    topicFilters set_topic_filters &Array, get_topic_filters JsValue;
    topicFilter set_topic_filter &str, get_topic_filter JsValue;
    maximumQos set_maximum_qos u8, get_maximum_qos JsValue;
    noLocal set_no_local bool, get_no_local Option<bool>;
    retainAsPublished set_retain_as_published bool, get_retain_as_published Option<bool>;
    retainHandling set_retain_handling u8, get_retain_handling JsValue;
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
    V3_1 = "3.1";
    V3_1_1 = "3.1.1";
    V5 = "5";
    AUTO = "auto";
}
