//! What a component keeps from one drawing to the next.
//!
//! Yew's own hooks are made anew for every type that they keep and for every closure. These share
//! what they can, for they are in what is loaded first.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use yew::functional::UseForceUpdateHandle;
use yew::prelude::*;

/// A value that a component keeps. Whoever holds this sees it as it is now.
pub struct Kept<T> {
    value: Rc<RefCell<T>>,
    draw: UseForceUpdateHandle,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            draw: self.draw.clone(),
        }
    }
}

/// Two are the same when they are the same one in memory.
impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.value, &other.value)
    }
}

impl<T: Clone + PartialEq> Kept<T> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> T {
        self.value.borrow().clone()
    }

    /// Another value; where it is another one, the component is drawn again.
    pub fn set(&self, value: T) {
        if *self.value.borrow() == value {
            return;
        }
        // What goes may do anything when it is dropped, so nothing is borrowed by then.
        let before = self.value.replace(value);
        drop(before);
        self.draw.force_update();
    }
}

impl<T: Reducible + PartialEq> Kept<Rc<T>> {
    /// Does something to the value.
    pub fn dispatch(&self, action: T::Action) {
        self.set(self.get().reduce(action));
    }
}

/// Keeps a value, at first what `first` makes.
#[hook]
pub fn use_kept<T: 'static>(first: impl FnOnce() -> T) -> Kept<T> {
    let draw = use_force_update();
    let slot = use_slot();
    let known = slot.borrow().clone();
    let value = match known.and_then(|known| known.downcast().ok()) {
        Some(value) => value,
        None => {
            let value = Rc::new(RefCell::new(first()));
            *slot.borrow_mut() = Some(value.clone());
            value
        }
    };
    Kept { value, draw }
}

#[hook]
fn use_slot() -> Rc<RefCell<Option<Rc<dyn Any>>>> {
    use_mut_ref(Default::default)
}

/// What undoes something that was done after drawing.
pub type Undo = Option<Box<dyn FnOnce()>>;

/// Does something after a drawing in which one of `numbers` is another one than before, and at
/// first; what it returns undoes it before the next time and at the end.
#[hook]
pub fn use_after<const N: usize>(numbers: [usize; N], act: impl FnOnce() -> Undo + 'static) {
    use_after_any(numbers.to_vec(), Box::new(act));
}

#[hook]
fn use_after_any(numbers: Vec<usize>, act: Box<dyn FnOnce() -> Undo>) {
    use_effect_with(numbers, |_| {
        let undo = act();
        move || {
            if let Some(undo) = undo {
                undo();
            }
        }
    });
}
