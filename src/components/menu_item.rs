//! What a menu lists.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

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

impl Item {
    /// Whether every word of a query is in it.
    pub(super) fn matches(&self, query: &str) -> bool {
        let text = format!("{} {} {}", self.group, self.name, self.more).to_ascii_lowercase();
        let query = query.to_ascii_lowercase();
        query.split_whitespace().all(|word| text.contains(word))
    }
}

/// Items with their numbers, which they keep when others are left out.
pub(super) fn numbered(items: Vec<Item>) -> Vec<(usize, Item)> {
    items.into_iter().enumerate().collect()
}

/// The field that leaves only the items that match.
pub(super) fn search_field(query: &UseStateHandle<String>) -> Html {
    let on_input = {
        let query = query.setter();
        Callback::from(move |event: InputEvent| {
            let field = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(field) = field {
                query.set(field.value());
            }
        })
    };
    html! {
        <input
            type="search"
            class="field"
            aria-label="Search the list"
            placeholder="Search"
            autocomplete="off"
            spellcheck="false"
            data-testid="menu-search"
            value={(**query).clone()}
            oninput={on_input}
        />
    }
}

/// The items, each group under its heading. Each has a key: without one, Yew matches the old
/// and the new list from their ends, and when items come behind, the first item's element becomes another's,
/// with its focus and with the press that is under way on it.
pub(super) fn rows(items: Vec<(usize, Item)>) -> Html {
    let mut group = AttrValue::default();
    let mut rows = Vec::new();
    for (place, (index, item)) in items.into_iter().enumerate() {
        if item.group != group {
            rows.push(html! {
                <div key={usize::MAX.saturating_sub(index)} class="group" role="presentation">
                    { &item.group }
                </div>
            });
        }
        group = item.group;
        let tabindex = if place == 0 { "0" } else { "-1" };
        rows.push(html! {
            <button key={index} role="menuitem" {tabindex} data-item={index.to_string()}>
                <span class="name">{ item.name }</span>
                if !item.more.is_empty() {
                    <span class="shows">{ item.more }</span>
                }
            </button>
        });
    }
    rows.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::Item;

    #[test]
    fn an_item_matches_by_all_words_of_a_query() {
        let item =
            Item::new("SUBACK with too few codes", "Two filters, one is answered.").under("Broken");
        for (query, matches) in [
            ("", true),
            (" suback  few ", true),
            ("broken CODES", true),
            ("suback many", false),
        ] {
            assert_eq!(item.matches(query), matches, "{query:?}");
        }
    }
}
