//! What a menu lists.

use yew::prelude::*;

use crate::element::{El, el};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The heading above it, if another than the last one's.
    pub group: AttrValue,
    /// What it is.
    pub name: AttrValue,
    /// What it shows or does, in a few words; may be empty.
    pub more: AttrValue,
}

impl Item {
    /// A thing to do without a heading.
    pub fn new(name: impl Into<AttrValue>, more: impl Into<AttrValue>) -> Self {
        Self {
            group: AttrValue::default(),
            name: name.into(),
            more: more.into(),
        }
    }

    /// The same under a heading.
    #[must_use]
    pub fn under(mut self, group: impl Into<AttrValue>) -> Self {
        self.group = group.into();
        self
    }
}

/// Puts the items into the menu, each group under its heading.
pub(super) fn rows(menu: El, items: Vec<Item>) -> El {
    let mut group = AttrValue::default();
    items
        .into_iter()
        .enumerate()
        .fold(menu, |menu, (index, item)| {
            let heading = (item.group != group).then(|| {
                el("div")
                    .class("group")
                    .role("presentation")
                    .shared(item.group.clone())
            });
            group = item.group;
            let more = (!item.more.is_empty())
                .then(|| el("span").class("shows").shared(item.more.clone()));
            let row = el("button")
                .role("menuitem")
                .attr("tabindex", if index == 0 { "0" } else { "-1" })
                .number("data-item", index)
                .child(el("span").class("name").shared(item.name))
                .maybe(more);
            menu.all(heading).child(row)
        })
}
