//! Where a splitter is in the document: its container, and the panel that it resizes.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{Axis, Panel, SplitterProps};
use crate::services::browser;
use crate::state::splitter::{Limits, Move};

/// Where the pointer is on the splitter's axis.
pub(super) fn at(event: &PointerEvent, axis: Axis) -> i32 {
    match axis {
        Axis::Columns => event.client_x(),
        Axis::Rows => event.client_y(),
    }
}

/// A splitter in the document.
pub(super) struct Place {
    container: Option<HtmlElement>,
    panel: Element,
    pub(super) limits: Limits,
}

impl Place {
    pub(super) fn of(node: &NodeRef, props: &SplitterProps) -> Option<Self> {
        let bar = browser::element_of::<Element>(node)?;
        let panel = match props.panel {
            Panel::Before => bar.previous_element_sibling(),
            Panel::After => bar.next_element_sibling(),
        }?;
        let parent = bar.parent_element()?;
        let whole = match props.axis {
            Axis::Columns => parent.client_width(),
            Axis::Rows => parent.client_height(),
        };
        Some(Self {
            container: parent.dyn_into().ok(),
            panel,
            limits: Limits::new(props.least, props.rest, whole),
        })
    }

    /// What a key asks for.
    pub(super) fn key(&self, event: &KeyboardEvent, props: &SplitterProps) -> Option<Move> {
        let (now, is_row) = (self.now(props.axis), props.axis == Axis::Rows);
        let grows = props.panel == Panel::Before;
        let (key, shift) = (event.key(), event.shift_key());
        self.limits.key(&key, shift, now, is_row, grows)
    }

    /// The panel's size.
    pub(super) fn now(&self, axis: Axis) -> i32 {
        let rect = self.panel.get_bounding_client_rect();
        let size = match axis {
            Axis::Columns => rect.width(),
            Axis::Rows => rect.height(),
        };
        size.round() as i32
    }
}

/// Writes a size into the container's custom property; none: the style sheet's own size.
pub(super) fn write(place: &Place, variable: &str, size: Option<i32>) {
    if let Some(container) = &place.container {
        let style = container.style();
        // Both work for every name that begins with two dashes.
        let _ = match size {
            Some(size) => style.set_property(variable, &format!("{size}px")),
            None => style.remove_property(variable).map(|_| ()),
        };
    }
}
