//! A list of any length whose rows are somewhere else: it says which it wants, and draws what came.

mod follow;
mod place;
mod seen;

use mqttscope_protocol::Window;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::services::browser;
use follow::use_following;
use place::choose;

/// What the list is given.
#[derive(Clone, PartialEq, Properties)]
pub struct FarListProps {
    /// Its name in the document; a row's is this, a dash, and what it is.
    pub id: AttrValue,
    /// Its name.
    pub label: AttrValue,
    /// `listbox` or `tree`.
    #[prop_or("listbox".into())]
    pub role: AttrValue,
    /// Height of a row, in CSS pixels.
    pub row: u32,
    /// The row that the first drawn one is.
    pub first: u64,
    /// Rows there are.
    pub total: u64,
    /// Rows that stood before row 0 and were dropped: what is seen stays where it is.
    #[prop_or_default]
    pub dropped: u64,
    /// What each drawn row is.
    pub ids: Vec<u64>,
    /// Which is selected.
    pub selected: Option<u64>,
    /// This row is to be seen; once, when it changes.
    #[prop_or_default]
    pub reveal: Option<u64>,
    /// Whether it follows its end until someone scrolls up.
    #[prop_or_default]
    pub follows: bool,
    /// Rows above and below the screen that are drawn too, so that scrolling shows no gap.
    #[prop_or(16)]
    pub overscan: u64,
    /// It goes to its end when this changes.
    #[prop_or_default]
    pub resumed: u32,
    /// These rows are wanted.
    pub on_window: Callback<Window>,
    /// This one was chosen.
    pub on_select: Callback<u64>,
    /// Another key.
    #[prop_or_default]
    pub on_key: Callback<KeyboardEvent>,
    /// The rows; each with `data-row`: what it is.
    pub children: Html,
}

/// The list.
#[component]
pub fn FarList(props: &FarListProps) -> Html {
    let node = use_node_ref();
    // The row that a key went to; it is chosen when it is here.
    let wanted = use_mut_ref(|| None::<u64>);
    let last = use_mut_ref(|| 0_u64);
    let (seen, to_end) = use_following(&node, props);
    let scroll = seen.scroll(props);

    let at = props
        .ids
        .iter()
        .position(|&id| Some(id) == props.selected)
        .map(|at| props.first.saturating_add(at as u64));
    if let Some(at) = at {
        *last.borrow_mut() = at;
    }
    {
        let (wanted, on_select) = (wanted.clone(), props.on_select.clone());
        use_effect_with((props.first, props.ids.clone()), move |(first, ids)| {
            choose(&mut wanted.borrow_mut(), *first, ids, &on_select);
        });
    }
    let on_keydown = {
        let (props, node) = (props.clone(), node.clone());
        Callback::from(move |event: KeyboardEvent| {
            let page = u64::from(seen.shown.checked_div(props.row).unwrap_or(1).max(1));
            let end = props.total.saturating_sub(1);
            let from = *last.borrow();
            let to = match event.key().as_str() {
                "ArrowDown" if props.selected.is_none() => scroll.first(seen.top(scroll)),
                "ArrowDown" => from.saturating_add(1),
                "ArrowUp" => from.saturating_sub(1),
                "PageDown" => from.saturating_add(page),
                "PageUp" => from.saturating_sub(page),
                "Home" => 0,
                "End" => end,
                _ => return props.on_key.emit(event),
            }
            .min(end);
            event.prevent_default();
            if props.total == 0 {
                return;
            }
            *last.borrow_mut() = to;
            *wanted.borrow_mut() = Some(to);
            if let Some(element) = browser::element_of::<HtmlElement>(&node) {
                let top = u64::try_from(element.scroll_top()).unwrap_or(0);
                if let Some(top) = scroll.reveal(to, top) {
                    element.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
                }
            }
            choose(
                &mut wanted.borrow_mut(),
                props.first,
                &props.ids,
                &props.on_select,
            );
        })
    };
    let on_click = {
        let on_select = props.on_select.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(id) = browser::data_text(&event, "row").and_then(|id| id.parse().ok()) {
                on_select.emit(id);
            }
        })
    };
    let active = at
        .and(props.selected)
        .map(|selected| format!("{}-{selected}", props.id));
    html! {
        <div class="far">
            <div ref={node} class="rows" tabindex="0" id={props.id.clone()} data-testid={props.id.clone()}
                role={if props.total > 0 { props.role.clone() } else { "group".into() }} aria-label={props.label.clone()}
                aria-activedescendant={active} onkeydown={on_keydown} onclick={on_click}>
                <div class="all" role="presentation" style={format!("height:{}px", scroll.height())}>
                    <div class="drawn" role="presentation" style={format!("transform:translateY({}px)", scroll.offset(props.first, props.ids.len() as u64, seen.top(scroll)))}>
                        { props.children.clone() }
                    </div>
                </div>
            </div>
            if props.follows && !seen.tail {
                <button class="newest" data-testid="newest" onclick={to_end}>{ icon(Icon::Down) }{ "newest" }</button>
            }
        </div>
    }
}
