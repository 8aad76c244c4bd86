//! A bar between two panels that resizes one of them, by pointer and by keys.
//!
//! It stands beside the panel and writes the size into a custom property of their container, for
//! `grid-template-columns: min(var(--side, 290px), 40%) auto minmax(0, 1fr)`. It stays in the browser.

mod place;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::{browser, storage};
use crate::state::splitter::Move;
use place::{Place, at, write};

/// Which neighbour in the document a splitter resizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The one before it.
    Before,
    /// The one after it.
    After,
}

/// How the panels lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Side by side; the splitter resizes a width.
    Columns,
    /// One above the other; the splitter resizes a height.
    Rows,
}

/// What the splitter is given.
#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// Its name in storage and in tests (`split-NAME`).
    pub name: AttrValue,
    /// Its accessible name, such as "Width of the packet list".
    pub label: AttrValue,
    /// The id of the panel that it resizes.
    pub controls: AttrValue,
    /// The custom property that gets the size.
    pub variable: AttrValue,
    /// The panel that it resizes.
    pub panel: Panel,
    /// How the panels lie.
    #[prop_or(Axis::Columns)]
    pub axis: Axis,
    /// The panel's smallest size, in CSS pixels.
    pub least: u32,
    /// What is left to the other panels, in CSS pixels.
    pub rest: u32,
}

/// Arrow keys move it, with Shift further; Home and End go to the limits; Enter resets it.
#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let node = use_node_ref();
    let key = format!("split.{}", props.name);
    let size = {
        let key = key.clone();
        use_state_eq(move || storage::get(&key).and_then(|size| size.parse::<i32>().ok()))
    };
    let told = use_state_eq(|| (0, 0, 0));
    let dragged = use_mut_ref(|| None::<(i32, i32)>);
    {
        let (node, props, told) = (node.clone(), props.clone(), told.clone());
        use_effect_with(*size, move |size| {
            let place = Place::of(&node, &props);
            if let Some(place) = &place {
                write(place, &props.variable, *size);
            }
            if let Some(place) = place {
                let limits = place.limits;
                told.set((place.now(props.axis), limits.least, limits.most));
            }
        });
    }
    let set = {
        let (size, key) = (size.clone(), key.clone());
        move |wanted: Option<i32>| {
            storage::set(&key, &wanted.map(|it| it.to_string()).unwrap_or_default());
            size.set(wanted);
        }
    };
    let on_key = {
        let (node, props, set) = (node.clone(), props.clone(), set.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(place) = Place::of(&node, &props) else {
                return;
            };
            let Some(moved) = place.key(&event, &props) else {
                return;
            };
            event.prevent_default();
            set(match moved {
                Move::To(size) => Some(size),
                Move::Usual => None,
            });
        })
    };
    let on_down = {
        let (node, props, dragged) = (node.clone(), props.clone(), dragged.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let (Some(bar), Some(place)) = (
                browser::element_of::<HtmlElement>(&node),
                Place::of(&node, &props),
            ) {
                event.prevent_default();
                // Without capture the bar follows the pointer only while it is above the bar.
                let _ = bar.set_pointer_capture(event.pointer_id());
                let _ = bar.focus();
                *dragged.borrow_mut() = Some((at(&event, props.axis), place.now(props.axis)));
            }
        })
    };
    let on_move = {
        let (node, props, dragged) = (node.clone(), props.clone(), dragged.clone());
        let set = set.clone();
        Callback::from(move |event: PointerEvent| {
            let Some((from, before)) = *dragged.borrow() else {
                return;
            };
            let Some(place) = Place::of(&node, &props) else {
                return;
            };
            let far = at(&event, props.axis).saturating_sub(from);
            let far = match props.panel {
                Panel::Before => far,
                Panel::After => far.saturating_neg(),
            };
            set(Some(place.limits.clamp(before.saturating_add(far))));
        })
    };
    let on_up = Callback::from(move |_: PointerEvent| *dragged.borrow_mut() = None);
    let usual = Callback::from(move |_: MouseEvent| set(None));
    let (now, least, most) = *told;
    let is_row = props.axis == Axis::Rows;
    let orientation = if is_row { "horizontal" } else { "vertical" };
    html! {
        <div ref={node} class="splitter" role="separator" tabindex="0" data-testid={format!("split-{}", props.name)}
            aria-label={props.label.clone()} aria-controls={props.controls.clone()} aria-orientation={orientation}
            aria-valuenow={now.to_string()} aria-valuemin={least.to_string()} aria-valuemax={most.max(now).to_string()}
            title="Drag to resize; double click to reset"
            onkeydown={on_key} onpointerdown={on_down} onpointermove={on_move} onpointerup={on_up.clone()} onpointercancel={on_up} ondblclick={usual} />
    }
}
