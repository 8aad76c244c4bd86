//! What an object of a class holds.

use std::cell::RefCell;

use crate::error::Failure;

/// A value that is there until it is freed, and that one call has at a time.
///
/// What wasm-bindgen itself does with an object that was freed or is in use is to throw through the
/// stack of this module, which would leave it as it stands.
#[derive(Debug)]
pub(crate) struct Held<T> {
    class: &'static str,
    value: RefCell<Option<Box<T>>>,
}

impl<T> Held<T> {
    pub(crate) fn new(class: &'static str, value: T) -> Self {
        Self {
            class,
            value: RefCell::new(Some(Box::new(value))),
        }
    }

    /// Hands the value to `call`, which must not run code of the caller.
    ///
    /// # Errors
    /// The value was freed, or a call that has it never came back.
    pub(crate) fn with<R>(&self, call: impl FnOnce(&mut T) -> R) -> Result<R, Failure> {
        let class = self.class;
        match self.value.try_borrow_mut() {
            Ok(mut value) => match value.as_mut() {
                Some(value) => Ok(call(value)),
                None => Err(Failure::message(format!("this {class} was freed"))),
            },
            Err(_) => Err(Failure::message(format!(
                "this {class} cannot be used any more: a call to it was cut off"
            ))),
        }
    }

    /// Frees the value, if it is still there.
    pub(crate) fn free(&self) {
        if let Ok(mut value) = self.value.try_borrow_mut() {
            *value = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_freed_is_not_there_and_may_be_freed_again() {
        let held = Held::new("Thing", 1);
        assert_eq!(held.with(|value| *value).ok(), Some(1));
        held.free();
        held.free();
        let failure = held.with(|value| *value).unwrap_err();
        assert!(format!("{failure:?}").contains("this Thing was freed"));
    }

    #[test]
    fn what_is_in_use_is_not_handed_out_again() {
        let held = Held::new("Thing", 1);
        let inner = held.with(|_| held.with(|_| ()).is_err());
        assert!(inner.is_ok_and(|failed| failed));
        assert!(held.with(|_| ()).is_ok());
    }
}
