//! Shared values told apart without a look at what is in them.

use std::ops::Deref;
use std::rc::Rc;

/// A shared value that equals another only where both are one value in memory: what a hook depends on where comparing
/// all of it would cost too much. It keeps the value, so that no later one can be mistaken for it.
#[derive(Debug)]
pub struct Same<T: ?Sized>(Rc<T>);

impl<T: ?Sized> Same<T> {
    /// The value that is shared here.
    #[must_use]
    pub fn of(value: &Rc<T>) -> Self {
        Self(value.clone())
    }
}

impl<T: ?Sized> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Deref for Same<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Same;
    use std::rc::Rc;

    #[test]
    fn equal_values_are_the_same_only_where_they_are_one() {
        let one = Rc::new(String::from("a"));
        assert!(Same::of(&one) == Same::of(&one.clone()));
        assert!(Same::of(&one) != Same::of(&Rc::new(String::from("a"))));
    }

    #[test]
    fn a_value_made_in_place_of_one_that_went_is_another() {
        let mut now = Rc::new([0_u8; 64]);
        for _ in 0..100 {
            let before = Same::of(&now);
            now = Rc::new([0_u8; 64]);
            assert!(Same::of(&now) != before);
        }
    }
}
