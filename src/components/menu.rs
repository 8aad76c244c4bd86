//! A button that opens a list of things to do.

use yew::prelude::*;

use super::icon::{Icon, icon};
pub use super::menu_item::Item;
use super::menu_item::{numbered, rows, search_field};
use super::menu_list::{Step, hide, is_shown, show, step};
use crate::services::browser;

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
    pub class: AttrValue,
    /// What can be chosen. Made when the menu opens, and when another function is given meanwhile.
    pub items: Callback<(), Vec<Item>>,
    /// The index of what was chosen.
    pub on_choose: Callback<usize>,
    /// Whether the list has a field that leaves only what matches.
    #[prop_or_default]
    pub searched: bool,
    /// Whether the list stays as it was when it opened: what an item does may end what another is for, and
    /// nothing may move under the pointer.
    #[prop_or_default]
    pub fixed: bool,
    /// Whether there is nothing to choose from.
    #[prop_or_default]
    pub disabled: bool,
}

/// The menu: the browser shows its list above everything and closes it on Escape or a click beside.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state_eq(|| false);
    let (button, list_node) = (use_node_ref(), use_node_ref());
    // The browser hides the list before a click on the button comes: what counts is whether it was there when that began.
    let at_press = use_mut_ref(|| None::<bool>);
    let on_press = {
        let (at_press, list) = (at_press.clone(), list_node.clone());
        Callback::from(move |_: PointerEvent| *at_press.borrow_mut() = Some(is_shown(&list)))
    };
    let on_button_key = {
        let at_press = at_press.clone();
        Callback::from(move |_: KeyboardEvent| *at_press.borrow_mut() = None)
    };
    let turn = {
        let (open, at_press) = (open.clone(), at_press.clone());
        let (button, list) = (button.clone(), list_node.clone());
        Callback::from(move |_: MouseEvent| {
            let was_shown = at_press.borrow_mut().take();
            if was_shown.unwrap_or_else(|| is_shown(&list)) {
                hide(&list);
                open.set(false);
            } else if *open {
                // It was hidden, which the browser tells later.
                show(&button, &list);
            } else {
                open.set(true);
            }
        })
    };
    let is_open = *open;
    let query = use_state_eq(String::new);
    let at_opening = use_mut_ref(Vec::new);
    let mut items = Vec::new();
    if is_open {
        items = numbered(props.items.emit(()));
    }
    if props.fixed {
        let mut at_opening = at_opening.borrow_mut();
        if !is_open || at_opening.is_empty() {
            at_opening.clone_from(&items);
        }
        items.clone_from(&at_opening);
    }
    if props.searched {
        items.retain(|(_, item)| item.matches(&query));
    }
    {
        let (button, list) = (button.clone(), list_node.clone());
        // Again where there are others: the list has another size.
        use_effect_with((is_open, items.len()), move |&(is_open, _)| {
            if is_open {
                show(&button, &list);
            }
        });
    }
    let on_toggle = {
        let (open, query) = (open.clone(), query.clone());
        let list = list_node.clone();
        Callback::from(move |event: Event| {
            // What is in the list may be shown and hidden, too.
            if event.target() != list.get().map(Into::into) {
                return;
            }
            open.set(is_shown(&list));
            query.set(String::new());
        })
    };
    let choose = {
        let (on_choose, list, open) = (props.on_choose.clone(), list_node.clone(), open.clone());
        move |index: Option<usize>| {
            let Some(index) = index else {
                return;
            };
            hide(&list);
            // The browser tells later that it is hidden; other items until then must not show it again.
            open.set(false);
            on_choose.emit(index);
        }
    };
    let on_click = {
        let choose = choose.clone();
        Callback::from(move |event: MouseEvent| choose(browser::data_number(&event, "item")))
    };
    let on_key = {
        let list = list_node.clone();
        let first = items.first().map(|&(index, _)| index);
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowDown" => Step::Next,
                "ArrowUp" => Step::Before,
                // In the field they move the caret.
                "Home" | "End" if browser::is_typing(&event) => return,
                "Home" => Step::First,
                "End" => Step::Last,
                "Tab" => return hide(&list),
                // In the field it takes what stands first; on an item the button does that itself.
                "Enter" if browser::is_typing(&event) => {
                    event.prevent_default();
                    return choose(first);
                }
                _ => return,
            };
            event.prevent_default();
            step(&list, &by);
        })
    };
    // The whole list has a name of its own, where the button has none.
    let label = props.name.clone().unwrap_or_else(|| props.id.clone());
    let toggle = html! {
        <button
            ref={button}
            class={&props.class}
            aria-haspopup="menu"
            aria-expanded={is_open.to_string()}
            aria-label={props.name.clone()}
            title={props.name.clone()}
            disabled={props.disabled}
            data-testid={&props.id}
            onpointerdown={on_press}
            onkeydown={on_button_key}
            onclick={turn}
        >
            { props.label.clone() }
            { icon(Icon::Down) }
        </button>
    };
    // Without a list of its own the empty menu would have a role and nothing in it. A menu holds items only, so the
    // field stands before it.
    let is_menu = is_open && !props.searched;
    html! {
        <>
            { toggle }
            <div
                ref={list_node}
                class="menu"
                popover="auto"
                role={is_menu.then_some("menu")}
                aria-label={(!props.searched).then(|| label.clone())}
                ontoggle={on_toggle}
                onclick={on_click}
                onkeydown={on_key}
            >
                if props.searched {
                    if is_open {
                        { search_field(&query) }
                    }
                    if is_open && items.is_empty() {
                        <p class="quiet">{ "Nothing matches." }</p>
                    }
                    <div role={(!items.is_empty()).then_some("menu")} aria-label={label}>{ rows(items) }</div>
                } else {
                    { rows(items) }
                }
            </div>
        </>
    }
}
