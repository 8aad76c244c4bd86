//! What a component keeps from one drawing to the next.
//!
//! Yew's own hooks are made anew for every type that they keep and for every closure. These share
//! what they can, for they are in what is loaded first.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use yew::functional::{Hook, HookContext, UseForceUpdateHandle};
use yew::prelude::*;

/// A value that a component keeps. Whoever holds this sees it as it is now.
pub struct Kept<T>(Rc<Inner<T>>);

struct Inner<T> {
    value: RefCell<T>,
    draw: UseForceUpdateHandle,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Two are the same when they are the same one in memory.
impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Clone + PartialEq> Kept<T> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> T {
        self.0.value.borrow().clone()
    }

    /// Another value; where it is another one, the component is drawn again.
    pub fn set(&self, value: T) {
        if *self.0.value.borrow() == value {
            return;
        }
        // What goes may do anything when it is dropped, so nothing is borrowed by then.
        let before = self.0.value.replace(value);
        drop(before);
        self.0.draw.force_update();
    }
}

impl<T: Reducible + PartialEq> Kept<Rc<T>> {
    /// Does something to the value.
    pub fn dispatch(&self, action: T::Action) {
        self.set(self.get().reduce(action));
    }
}

/// Keeps a value, at first what `first` makes.
pub fn use_kept<T: 'static>(first: impl FnOnce() -> T) -> impl Hook<Output = Kept<T>> {
    KeptHook(first)
}

struct KeptHook<F>(F);

impl<T: 'static, F: FnOnce() -> T> Hook for KeptHook<F> {
    type Output = Kept<T>;

    fn run(self, ctx: &mut HookContext) -> Kept<T> {
        let make = |draw| -> Rc<dyn Any> {
            let value = RefCell::new((self.0)());
            Rc::new(Inner { value, draw })
        };
        match known(ctx, Box::new(make)).downcast() {
            Ok(inner) => Kept(inner),
            // Yew gives each hook its own place, drawing after drawing.
            Err(_) => unreachable!(),
        }
    }
}

/// What is kept in this hook's place, made where there is nothing yet.
fn known<'a>(
    ctx: &mut HookContext,
    make: Box<dyn FnOnce(UseForceUpdateHandle) -> Rc<dyn Any> + 'a>,
) -> Rc<dyn Any> {
    let slot = use_mut_ref(Option::<Rc<dyn Any>>::default).run(ctx);
    let draw = use_force_update().run(ctx);
    slot.borrow_mut().get_or_insert_with(|| make(draw)).clone()
}

/// Makes a value, again only in a drawing in which `numbers` are others than before. An address
/// among them must be of something that lives until the next drawing.
pub fn use_made<T: 'static>(
    numbers: Vec<usize>,
    make: impl FnOnce() -> T,
) -> impl Hook<Output = Rc<T>> {
    MadeHook(numbers, make)
}

struct MadeHook<F>(Vec<usize>, F);

impl<T: 'static, F: FnOnce() -> T> Hook for MadeHook<F> {
    type Output = Rc<T>;

    fn run(self, ctx: &mut HookContext) -> Rc<T> {
        let make = || -> Rc<dyn Any> { Rc::new((self.1)()) };
        match made(ctx, self.0, Box::new(make)).downcast() {
            Ok(value) => value,
            // As above.
            Err(_) => unreachable!(),
        }
    }
}

fn made<'a>(
    ctx: &mut HookContext,
    numbers: Vec<usize>,
    make: Box<dyn FnOnce() -> Rc<dyn Any> + 'a>,
) -> Rc<dyn Any> {
    let slot = use_mut_ref(Option::<(Vec<usize>, Rc<dyn Any>)>::default).run(ctx);
    let mut slot = slot.borrow_mut();
    match &*slot {
        Some((before, value)) if *before == numbers => value.clone(),
        _ => {
            let value = make();
            *slot = Some((numbers, value.clone()));
            value
        }
    }
}

/// What undoes something that was done after drawing.
pub type Undo = Option<Box<dyn FnOnce()>>;

/// Does something after a drawing in which one of `numbers` is another one than before, and at
/// first; what it returns undoes it before the next time and at the end.
pub fn use_after<const N: usize>(
    numbers: [usize; N],
    act: impl FnOnce() -> Undo + 'static,
) -> impl Hook<Output = ()> {
    use_after_any(numbers.to_vec(), Box::new(act))
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
