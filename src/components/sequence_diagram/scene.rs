//! A diagram that is drawn, and what moves in it while it plays.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use mqttscope_flows::{Arrow, Diagram};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

/// The parts of a drawn diagram that playing moves: the curtain and the packets on their way.
/// Nothing else in the document is touched for a frame.
pub struct Scene {
    root: Element,
    diagram: Rc<Diagram>,
    curtain: Option<Element>,
    tokens: Vec<Option<Element>>,
    /// Indexes of the tokens that are seen.
    seen: RefCell<Vec<usize>>,
    labels: Vec<Label>,
}

/// A label, which is faint until its packet is sent.
struct Label {
    element: Element,
    /// The height at which that is.
    top: f64,
    is_faint: Cell<bool>,
}

impl Label {
    const FAINT: &'static str = "data-faint";

    fn all(root: &Element, selector: &str, tops: impl Iterator<Item = u32>) -> Vec<Self> {
        let Ok(found) = root.query_selector_all(selector) else {
            return Vec::new();
        };
        let elements = (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok());
        let label = |(element, top): (Element, u32)| {
            // An element may have been another packet's in the diagram before.
            let _ = element.remove_attribute(Self::FAINT);
            Self {
                element,
                top: f64::from(top),
                is_faint: Cell::new(false),
            }
        };
        elements.zip(tops).map(label).collect()
    }

    fn show(&self, height: f64) {
        let is_faint = height < self.top;
        if self.is_faint.replace(is_faint) != is_faint {
            // The name is right, so it cannot fail.
            let _ = self
                .element
                .toggle_attribute_with_force(Self::FAINT, is_faint);
        }
    }
}

impl Scene {
    /// Finds the parts of a diagram.
    pub(super) fn of(root: &Element, diagram: Rc<Diagram>) -> Self {
        let find = |what: &str| root.query_selector(what).ok().flatten();
        let tokens: Vec<Option<Element>> = (0..diagram.arrows.len())
            .map(|index| find(&format!("[data-token=\"{index}\"]")))
            .collect();
        for token in tokens.iter().flatten() {
            // An element may have been another packet's in the diagram before.
            let _ = token.set_attribute("visibility", "hidden");
        }
        let tops = diagram.arrows.iter().map(|arrow| arrow.top);
        let mut labels = Label::all(root, ".arrow", tops);
        let bottoms = diagram.bands.iter().map(|band| band.bottom);
        labels.extend(Label::all(root, ".band-label", bottoms));
        Self {
            root: root.clone(),
            labels,
            curtain: find(".curtain"),
            tokens,
            diagram,
            seen: RefCell::default(),
        }
    }

    /// What is drawn.
    #[must_use]
    pub fn diagram(&self) -> &Rc<Diagram> {
        &self.diagram
    }

    /// Where it begins on the screen, in pixels from the left.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.root.get_bounding_client_rect().left()
    }

    /// Shows the flow down to a height, in pixels; packets on their way at that height, too.
    pub fn show(&self, height: f64) {
        // These attributes can be set on any element, so setting them does not fail.
        if let Some(curtain) = &self.curtain {
            let style = format!("transform:translateY({height:.1}px)");
            let _ = curtain.set_attribute("style", &style);
        }
        for label in &self.labels {
            label.show(height);
        }
        let mut seen = self.seen.borrow_mut();
        let now: Vec<usize> = self
            .diagram
            .arrows
            .iter()
            .enumerate()
            .filter(|(_, arrow)| f64::from(arrow.top) < height && height < f64::from(arrow.bottom))
            .map(|(index, _)| index)
            .collect();
        for &gone in seen.iter().filter(|index| !now.contains(index)) {
            if let Some(token) = self.token(gone) {
                let _ = token.set_attribute("visibility", "hidden");
            }
        }
        for &index in &now {
            let (Some(token), Some(arrow)) = (self.token(index), self.diagram.arrows.get(index))
            else {
                continue;
            };
            let x = self.across(arrow, height);
            let _ = token.set_attribute("transform", &format!("translate({x:.1} {height:.1})"));
            if !seen.contains(&index) {
                let _ = token.set_attribute("visibility", "visible");
            }
        }
        *seen = now;
    }

    fn token(&self, index: usize) -> Option<&Element> {
        self.tokens.get(index)?.as_ref()
    }

    fn across(&self, arrow: &Arrow, height: f64) -> f64 {
        let look = self.diagram.look;
        let (from, to) = (f64::from(look.x(arrow.from)), f64::from(look.x(arrow.to)));
        let (top, bottom) = (f64::from(arrow.top), f64::from(arrow.bottom));
        let reach = f64::from(arrow.reach) / 1000.0;
        from + (to - from) * reach * (height - top) / (bottom - top).max(1.0)
    }
}
