//! Scenarios that were written here, and forks: the first part of the gallery.

use std::rc::Rc;

use mqttscope_flows::Scenario;

/// The most that are kept; with the limit of a scenario's text it bounds what is stored.
pub const MAX_YOURS: usize = 100;

/// The scenarios, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yours(Rc<[Scenario]>);

impl Default for Yours {
    fn default() -> Self {
        Self(Rc::new([]))
    }
}

/// There are [`MAX_YOURS`] already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What happens to them. Scenarios are named by themselves, so that what another tab has changed
/// meanwhile stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Keep one, as the first.
    Add(Box<Scenario>),
    /// Keep one where it was before it was deleted.
    Restore(usize, Box<Scenario>),
    /// Keep the second in place of the first.
    Replace(Box<Scenario>, Box<Scenario>),
    /// Delete one.
    Delete(Box<Scenario>),
}

impl Yours {
    /// Reads what was stored; what cannot be read any more is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let parts = text.split("\n\n").filter(|part| !part.trim().is_empty());
        let read = parts.filter_map(|part| Scenario::parse(part).ok());
        Self(read.take(MAX_YOURS).collect())
    }

    /// The scenarios as text, as in the gallery: an empty line between two.
    #[must_use]
    pub fn to_text(&self) -> String {
        let texts: Vec<String> = self.0.iter().map(Scenario::to_text).collect();
        texts.join("\n")
    }

    /// The scenarios.
    #[must_use]
    pub fn list(&self) -> &[Scenario] {
        &self.0
    }

    /// Where one is.
    #[must_use]
    pub fn position(&self, scenario: &Scenario) -> Option<usize> {
        self.0.iter().position(|kept| kept == scenario)
    }

    /// The same after something has happened.
    ///
    /// # Errors
    /// There is no room for another one.
    pub fn after(&self, act: &Keep) -> Result<Self, Full> {
        let mut list = self.0.to_vec();
        match act {
            Keep::Add(scenario) => insert(&mut list, 0, scenario)?,
            Keep::Restore(at, scenario) => insert(&mut list, *at, scenario)?,
            Keep::Delete(scenario) => list.retain(|kept| kept != &**scenario),
            Keep::Replace(old, new) => {
                let place = list.iter_mut().find(|kept| **kept == **old);
                match place {
                    Some(kept) => *kept = (**new).clone(),
                    None => insert(&mut list, 0, new)?,
                }
            }
        }
        Ok(Self(list.into()))
    }

    /// A copy under a title that no other has.
    #[must_use]
    pub fn copy_of(&self, scenario: &Scenario) -> Scenario {
        let mut title = format!("{} (copy)", scenario.title);
        let mut number = 2_u32;
        while self.0.iter().any(|kept| kept.title == title) {
            title = format!("{} (copy {number})", scenario.title);
            number = number.saturating_add(1);
        }
        Scenario {
            title,
            ..scenario.clone()
        }
    }
}

fn insert(list: &mut Vec<Scenario>, at: usize, scenario: &Scenario) -> Result<(), Full> {
    if list.contains(scenario) {
        return Ok(());
    }
    if list.len() >= MAX_YOURS {
        return Err(Full);
    }
    list.insert(at.min(list.len()), scenario.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_flows::gallery;

    fn add(yours: &Yours, scenario: &Scenario) -> Yours {
        yours.after(&Keep::Add(scenario.clone().into())).unwrap()
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let yours = gallery()
            .iter()
            .take(5)
            .fold(Yours::default(), |yours, one| add(&yours, one));
        assert_eq!(yours.list().len(), 5);
        assert_eq!(Yours::parse(&yours.to_text()), yours);
        let damaged = format!("nonsense\n\n{}", yours.to_text());
        assert_eq!(Yours::parse(&damaged), yours);
        assert_eq!(Yours::parse(""), Yours::default());
    }

    #[test]
    fn what_is_deleted_comes_back_where_it_was() {
        let [one, two, three] = &gallery()[..3] else {
            panic!("three scenarios")
        };
        let yours = [three, two, one]
            .into_iter()
            .fold(Yours::default(), |yours, one| add(&yours, one));
        assert_eq!(add(&yours, two), yours, "nothing is kept twice");
        let without = yours.after(&Keep::Delete(two.clone().into())).unwrap();
        assert_eq!(without.list(), [one.clone(), three.clone()]);
        assert_eq!(
            without.after(&Keep::Restore(1, two.clone().into())),
            Ok(yours.clone())
        );
        let copy = yours.copy_of(two);
        assert_eq!(copy.title, format!("{} (copy)", two.title));
        let replaced = yours
            .after(&Keep::Replace(two.clone().into(), copy.clone().into()))
            .unwrap();
        assert_eq!(
            (replaced.position(&copy), replaced.position(two)),
            (Some(1), None)
        );
        assert_eq!(
            replaced.copy_of(two).title,
            format!("{} (copy 2)", two.title)
        );
    }

    #[test]
    fn there_is_room_for_so_many() {
        let one = gallery().remove(0);
        let mut yours = Yours::default();
        for number in 0..MAX_YOURS {
            yours = add(
                &yours,
                &Scenario {
                    title: number.to_string(),
                    ..one.clone()
                },
            );
        }
        assert_eq!(yours.after(&Keep::Add(one.into())), Err(Full));
    }
}
