//! A button that opens a list of things to do.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::services::browser;

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
        Self { group: AttrValue::default(), name: name.into(), more: more.into() }
    }

    /// The same under a heading.
    #[must_use]
    pub fn under(mut self, group: impl Into<AttrValue>) -> Self {
        self.group = group.into();
        self
    }
}

/// What a menu is given.
#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    /// Its name in the document, and the start of its items' test names.
    pub id: AttrValue,
    /// What stands on the button.
    pub label: Html,
    /// The button's name, where its content does not say it.
    #[prop_or_default]
    pub name: Option<AttrValue>,
    /// How the button looks.
    #[prop_or_default]
    pub class: Classes,
    /// What can be chosen. Made when the menu opens.
    pub items: Callback<(), Vec<Item>>,
    /// The index of what was chosen.
    pub on_choose: Callback<usize>,
    /// Whether there is nothing to choose from.
    #[prop_or_default]
    pub disabled: bool,
}

/// The menu: the browser shows its list above everything and closes it on Escape or a click beside.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state_eq(|| false);
    let (button, list) = (use_node_ref(), use_node_ref());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    {
        let (button, list) = (button.clone(), list.clone());
        use_effect_with(*open, move |open| {
            if *open {
                show(&button, &list);
            }
        });
    }
    let on_toggle = {
        let open = open.clone();
        let list = list.clone();
        Callback::from(move |_: Event| {
            let shown = list.cast::<HtmlElement>().is_some_and(|list| list.matches(":popover-open").unwrap_or(false));
            open.set(shown);
        })
    };
    let choose = {
        let (on_choose, list) = (props.on_choose.clone(), list.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(index) = browser::data_number(&event, "item") else { return };
            hide(&list);
            on_choose.emit(index);
        })
    };
    let on_key = {
        let list = list.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowDown" => Step::Next,
                "ArrowUp" => Step::Before,
                "Home" => Step::First,
                "End" => Step::Last,
                "Tab" => return hide(&list),
                _ => return,
            };
            event.prevent_default();
            step(&list, &by);
        })
    };
    let items = if *open { props.items.emit(()) } else { Vec::new() };
    let mut group = AttrValue::default();
    let rows = items.into_iter().enumerate().map(|(index, item)| {
        let heading = (item.group != group).then(|| html! { <div class="group" role="presentation">{ &item.group }</div> });
        group = item.group;
        html! {
            <>
                { heading }
                <button role="menuitem" tabindex={if index == 0 { "0" } else { "-1" }} data-item={index.to_string()}>
                    <span class="name">{ item.name }</span>
                    if !item.more.is_empty() { <span class="shows">{ item.more }</span> }
                </button>
            </>
        }
    });
    html! {
        <>
            <button ref={button} class={props.class.clone()} aria-haspopup="menu" aria-expanded={open.to_string()}
                aria-label={props.name.clone()} title={props.name.clone()} disabled={props.disabled}
                data-testid={props.id.clone()} onclick={toggle}>
                { props.label.clone() }{ icon(Icon::Down) }
            </button>
            // Without a list of its own the empty menu would have a role and nothing in it.
            <div ref={list} class="menu" popover="auto" role={(*open).then_some("menu")}
                aria-label={props.name.clone().unwrap_or_else(|| props.id.clone())}
                ontoggle={on_toggle} onclick={choose} onkeydown={on_key}>
                { for rows }
            </div>
        </>
    }
}

fn show(button: &NodeRef, list: &NodeRef) {
    let (Some(button), Some(list)) = (button.cast::<HtmlElement>(), list.cast::<HtmlElement>()) else { return };
    // It fails only where it is shown already.
    let _ = list.show_popover();
    let (place, own) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let Some(root) = browser::document().and_then(|document| document.document_element()) else { return };
    let (wide, high) = (root.client_width(), root.client_height());
    // Whole pixels are enough, and code that writes floats is large.
    let (top, bottom, left) = (place.top() as i32, place.bottom() as i32, place.left() as i32);
    let (own_wide, own_high) = (own.width() as i32, own.height() as i32);
    let left = left.min(wide.saturating_sub(own_wide).saturating_sub(8)).max(8);
    let below = bottom.saturating_add(4);
    let fits = below.saturating_add(own_high) <= high.saturating_sub(8);
    let top = if fits { below } else { top.saturating_sub(own_high).saturating_sub(4).max(8) };
    for (name, value) in [("left", left), ("top", top)] {
        // The names are right, so it cannot fail.
        let _ = list.style().set_property(name, &format!("{value}px"));
    }
    if let Ok(Some(first)) = list.query_selector("[role=menuitem]")
        && let Ok(first) = first.dyn_into::<HtmlElement>()
    {
        let _ = first.focus();
    }
}

fn hide(list: &NodeRef) {
    if let Some(list) = list.cast::<HtmlElement>() {
        // It fails only where it is hidden already.
        let _ = list.hide_popover();
    }
}

enum Step {
    Next,
    Before,
    First,
    Last,
}

/// Moves the focus among the items, round and round.
fn step(list: &NodeRef, by: &Step) {
    let Some(list) = list.cast::<HtmlElement>() else { return };
    let Ok(items) = list.query_selector_all("[role=menuitem]") else { return };
    let count = items.length();
    if count == 0 {
        return;
    }
    let focused = browser::document().and_then(|document| document.active_element());
    let at = (0..count).find(|&index| items.get(index).as_ref() == focused.as_deref());
    let last = count.saturating_sub(1);
    let to = match (by, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Before, None) => last,
        (Step::Next, Some(at)) => if at == last { 0 } else { at.saturating_add(1) },
        (Step::Before, Some(at)) => if at == 0 { last } else { at.saturating_sub(1) },
    };
    if let Some(item) = items.get(to).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
