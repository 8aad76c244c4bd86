//! Elements of the page, made by calls of functions that they share.
//!
//! `html!` writes out at its place how each attribute and child comes about, which is several times
//! as much code. So what is loaded first is written with these; the pages that are loaded later,
//! whose size nobody waits for, use `html!`.

use std::rc::Rc;

use yew::html::{
    BaseComponent, IntoPropValue, oncancel, onchange, onclick, ondblclick, oninput, onkeydown,
    onkeyup, onmousedown, onmouseleave, onmouseover, onpaste, onsubmit, ontoggle,
};
use yew::prelude::*;
use yew::virtual_dom::{Listener, VComp, VList, VTag, VText};

/// An element that is being made: its methods add to it, and [`Html`] comes of it.
#[must_use]
pub struct El(Box<VTag>);

/// An element without anything yet.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(VTag::new(tag)))
}

/// What takes the space that is left in a bar.
#[inline(never)]
pub fn grow() -> El {
    el("span").class("grow")
}

/// Several things in a row, without an element around them.
#[inline(never)]
pub fn list(items: Vec<Html>) -> Html {
    VList::with_children(items, None).into()
}

/// A text by itself.
#[inline(never)]
pub fn words(text: &'static str) -> Html {
    VText::new(text).into()
}

/// A component with what it is given.
pub fn part<C: BaseComponent>(props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), None).into()
}

/// A component of a list, with what tells it from the others.
pub fn keyed_part<C: BaseComponent>(key: usize, props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), Some(key.into())).into()
}

/// Attributes.
impl El {
    /// An attribute with any value.
    #[inline(never)]
    pub fn set(mut self, name: &'static str, value: AttrValue) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// An attribute that is always the same.
    #[inline(never)]
    pub fn attr(self, name: &'static str, value: &'static str) -> Self {
        self.set(name, AttrValue::Static(value))
    }

    /// An attribute with a text that was made for it.
    #[inline(never)]
    pub fn made(self, name: &'static str, value: String) -> Self {
        self.set(name, value.into())
    }

    /// An attribute that says a number.
    #[inline(never)]
    pub fn number(self, name: &'static str, value: usize) -> Self {
        self.made(name, value.to_string())
    }

    /// An attribute that says yes or no, as those of `aria` do.
    #[inline(never)]
    pub fn says(self, name: &'static str, value: bool) -> Self {
        self.attr(name, if value { "true" } else { "false" })
    }

    /// An attribute that holds by being there.
    #[inline(never)]
    pub fn flag(self, name: &'static str, holds: bool) -> Self {
        if holds { self.attr(name, name) } else { self }
    }

    /// Its classes.
    #[inline(never)]
    pub fn class(self, classes: &'static str) -> Self {
        self.attr("class", classes)
    }

    /// Its classes, some of which may be empty.
    #[inline(never)]
    pub fn classes(self, classes: &[&str]) -> Self {
        let mut all = String::new();
        for class in classes.iter().filter(|class| !class.is_empty()) {
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(class);
        }
        self.made("class", all)
    }

    /// The name that tests find it by.
    #[inline(never)]
    pub fn test(self, name: &'static str) -> Self {
        self.attr("data-testid", name)
    }

    /// What a screen reader calls it.
    #[inline(never)]
    pub fn label(self, label: &'static str) -> Self {
        self.attr("aria-label", label)
    }

    /// What it is to a screen reader.
    #[inline(never)]
    pub fn role(self, role: &'static str) -> Self {
        self.attr("role", role)
    }

    /// What is shown beside the pointer.
    #[inline(never)]
    pub fn title(self, title: &'static str) -> Self {
        self.attr("title", title)
    }

    /// What tells it from the others of a list.
    #[inline(never)]
    pub fn key(mut self, key: usize) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Where the element itself is to be found.
    #[inline(never)]
    pub fn node(mut self, node: &NodeRef) -> Self {
        self.0.node_ref = node.clone();
        self
    }

    /// The text in a field.
    #[inline(never)]
    pub fn value(mut self, value: AttrValue) -> Self {
        self.0.set_value(value);
        self
    }

    /// Whether a box or a button of several is chosen.
    #[inline(never)]
    pub fn checked(mut self, checked: bool) -> Self {
        self.0.set_checked(checked);
        self
    }
}

/// What is in it.
impl El {
    /// Anything.
    #[inline(never)]
    pub fn html(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// Another element.
    #[inline(never)]
    pub fn child(self, child: Self) -> Self {
        self.html(child.into())
    }

    /// Another element, or its place.
    #[inline(never)]
    pub fn maybe(self, child: Option<Self>) -> Self {
        self.html(child.map_or_else(Html::default, Html::from))
    }

    /// Several elements.
    pub fn all(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// A text that is always the same.
    #[inline(never)]
    pub fn text(self, text: &'static str) -> Self {
        self.html(words(text))
    }

    /// A text that was made for it.
    #[inline(never)]
    pub fn string(self, text: String) -> Self {
        self.shared(text.into())
    }

    /// A text that others hold too.
    #[inline(never)]
    pub fn shared(self, text: AttrValue) -> Self {
        self.html(VText::new(text).into())
    }
}

/// What it listens to.
impl El {
    #[inline(never)]
    fn on(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }

    /// It was pressed.
    #[inline(never)]
    pub fn on_click(self, then: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(onclick::Wrapper::new(then)))
    }

    /// It was pressed twice.
    pub fn on_double_click(self, then: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(ondblclick::Wrapper::new(then)))
    }

    /// A button of the mouse went down on it.
    pub fn on_mouse_down(self, then: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(onmousedown::Wrapper::new(then)))
    }

    /// The pointer came over it or something in it.
    pub fn on_mouse_over(self, then: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(onmouseover::Wrapper::new(then)))
    }

    /// The pointer left it.
    pub fn on_mouse_leave(self, then: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(onmouseleave::Wrapper::new(then)))
    }

    /// A key went down in it.
    pub fn on_key(self, then: Callback<KeyboardEvent>) -> Self {
        self.on(Rc::new(onkeydown::Wrapper::new(then)))
    }

    /// A key in it was let go.
    pub fn on_key_up(self, then: Callback<KeyboardEvent>) -> Self {
        self.on(Rc::new(onkeyup::Wrapper::new(then)))
    }

    /// Its value changed.
    pub fn on_change(self, then: Callback<Event>) -> Self {
        self.on(Rc::new(onchange::Wrapper::new(then)))
    }

    /// Something was typed into it.
    pub fn on_input(self, then: Callback<InputEvent>) -> Self {
        self.on(Rc::new(oninput::Wrapper::new(then)))
    }

    /// Something was pasted into it.
    pub fn on_paste(self, then: Callback<Event>) -> Self {
        self.on(Rc::new(onpaste::Wrapper::new(then)))
    }

    /// A form was sent.
    pub fn on_submit(self, then: Callback<SubmitEvent>) -> Self {
        self.on(Rc::new(onsubmit::Wrapper::new(then)))
    }

    /// A window was left by its keys.
    pub fn on_cancel(self, then: Callback<Event>) -> Self {
        self.on(Rc::new(oncancel::Wrapper::new(then)))
    }

    /// It was shown or hidden.
    pub fn on_toggle(self, then: Callback<Event>) -> Self {
        self.on(Rc::new(ontoggle::Wrapper::new(then)))
    }
}

impl From<El> for Html {
    #[inline(never)]
    fn from(element: El) -> Self {
        VTag::into(*element.0)
    }
}

/// So that it stands in `html!` too.
impl IntoPropValue<Html> for El {
    fn into_prop_value(self) -> Html {
        self.into()
    }
}
