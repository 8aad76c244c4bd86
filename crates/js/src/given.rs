//! What a caller handed over. All reading of it is done in `given.js`, which keeps what the caller's
//! code throws meanwhile: an exception that passed through this module would leave its stack as it
//! stands, and after some five hundred of them nothing would work any more.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::error::Failure;

/// Runs what reads values of the caller's. What these threw is the caller's, and comes before
/// what was made of the values that are missing since.
pub(crate) fn reading<T>(read: impl FnOnce() -> Result<T, Failure>) -> Result<T, JsValue> {
    let result = read();
    if js::has_failed() {
        return Err(js::taken());
    }
    Ok(result?)
}

/// An object of the caller's: a packet, a will, a subscription, properties, options. Any object is
/// one, whatever its prototype.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a>(&'a JsValue);

/// A field each: its name here, its name there, and what is read of it. A flag is taken for its
/// truth, as everywhere in JavaScript.
macro_rules! fields {
    ($($name:ident $there:ident $got:ty;)*) => {
        impl Given<'_> {
            $(pub(crate) fn $name(self) -> $got {
                fields::$name(self.0)
            })*
        }

        mod fields {
            use super::*;

            #[wasm_bindgen(module = "/src/given.js")]
            extern "C" {
                $(
                    #[wasm_bindgen(js_name = $there)]
                    pub(super) fn $name(given: &JsValue) -> $got;
                )*
            }
        }
    };
}

fields! {
    packet_type type JsValue;
    packet_identifier packetIdentifier JsValue;
    properties properties JsValue;
    reason_code reasonCode JsValue;
    reason_codes reasonCodes JsValue;
    qos qos JsValue;
    topic_name topicName JsValue;
    payload payload JsValue;
    protocol_version protocolVersion JsValue;
    keep_alive keepAlive JsValue;
    client_identifier clientIdentifier JsValue;
    will will JsValue;
    user_name userName JsValue;
    password password JsValue;
    subscriptions subscriptions JsValue;
    topic_filters topicFilters JsValue;
    topic_filter topicFilter JsValue;
    maximum_qos maximumQos JsValue;
    retain_handling retainHandling JsValue;
    dup dup bool;
    retain retain bool;
    bridge bridge bool;
    clean_start cleanStart bool;
    session_present sessionPresent bool;
    no_local noLocal bool;
    retain_as_published retainAsPublished bool;
    version version JsValue;
    from from JsValue;
    maximum_packet_size maximumPacketSize JsValue;
    maximum_packets maximumPackets JsValue;
    maximum_fields maximumFields JsValue;
    key_log keyLog JsValue;
    format format JsValue;
}

impl<'a> Given<'a> {
    pub(crate) fn of(value: &'a JsValue) -> Option<Self> {
        value.is_object().then_some(Self(value))
    }

    /// The value of a key, which need not be the name of a field.
    pub(crate) fn value(self, key: &JsValue) -> JsValue {
        js::value_of(self.0, key)
    }

    /// Refuses a key that is no field of its kind, which most likely is misspelt. `kind` is a packet's type or
    /// another of the names that `given.js` has fields for.
    pub(crate) fn check_keys(self, kind: &JsValue, place: &str) -> Result<(), Failure> {
        match js::strange(self.0, kind).as_string() {
            Some(key) => Err(Failure::message(format!(
                "{place}: there is no field {key}"
            ))),
            None => Ok(()),
        }
    }

    /// Its own keys, in their order.
    pub(crate) fn keys(self) -> Array {
        js::keys_of(self.0)
    }
}

/// A list of the caller's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a>(&'a JsValue);

impl<'a> List<'a> {
    pub(crate) fn of(value: &'a JsValue) -> Option<Self> {
        js::is_list(value).then_some(Self(value))
    }

    pub(crate) fn len(self) -> u32 {
        js::length_of(self.0)
    }

    pub(crate) fn get(self, index: u32) -> JsValue {
        js::item_of(self.0, index)
    }

    /// Those that are there now; what is taken out meanwhile is `undefined`.
    pub(crate) fn iter(self) -> impl Iterator<Item = JsValue> + use<'a> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

/// Bytes of the caller's: any view, also one from another frame or realm. None of its questions
/// runs the caller's code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    value: &'a JsValue,
    len: f64,
}

impl<'a> Bytes<'a> {
    pub(crate) fn of(value: &'a JsValue) -> Option<Self> {
        let len = js::size_of(value);
        (len >= 0.0).then_some(Self { value, len })
    }

    /// Appends them, as far as there is memory for it.
    ///
    /// # Errors
    /// More than there is memory for.
    pub(crate) fn append_to(self, to: &mut Vec<u8>) -> Result<(), Failure> {
        // Whole, and where it is above what a size can be, there is no memory for it either.
        let len = self.len as usize;
        let before = to.len();
        // How many they are somebody else decides.
        to.try_reserve(len)
            .map_err(|_| Failure::too_much(self.len))?;
        to.resize(before.saturating_add(len), 0);
        let is_copied = len == 0
            || to
                .get_mut(before..)
                .is_some_and(|room| js::copy_of(room, self.value));
        if !is_copied {
            // Shared memory that another thread made larger since.
            to.truncate(before);
            return Err(Failure::too_much(self.len));
        }
        Ok(())
    }
}

mod js {
    use super::*;

    #[wasm_bindgen(module = "/src/given.js")]
    extern "C" {
        #[wasm_bindgen(js_name = hasFailed)]
        pub(super) fn has_failed() -> bool;
        pub(super) fn taken() -> JsValue;
        pub(super) fn strange(given: &JsValue, kind: &JsValue) -> JsValue;
        #[wasm_bindgen(js_name = valueOf)]
        pub(super) fn value_of(given: &JsValue, key: &JsValue) -> JsValue;
        #[wasm_bindgen(js_name = keysOf)]
        pub(super) fn keys_of(given: &JsValue) -> Array;
        #[wasm_bindgen(js_name = isList)]
        pub(super) fn is_list(given: &JsValue) -> bool;
        #[wasm_bindgen(js_name = lengthOf)]
        pub(super) fn length_of(list: &JsValue) -> u32;
        #[wasm_bindgen(js_name = itemOf)]
        pub(super) fn item_of(list: &JsValue, index: u32) -> JsValue;
        #[wasm_bindgen(js_name = sizeOf)]
        pub(super) fn size_of(given: &JsValue) -> f64;
        #[wasm_bindgen(js_name = copyOf)]
        pub(super) fn copy_of(room: &mut [u8], given: &JsValue) -> bool;
    }
}
