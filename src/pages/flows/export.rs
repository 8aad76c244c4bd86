//! The picture as a file, and the run as text.

use std::rc::Rc;

use mqttscope_inspect::flows::{Diagram, Palette, Run};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::components::menu::{Item, Menu};
use crate::services::{browser, files, picture};
use crate::state::toasts::{ToastAction, Toaster};

#[derive(Clone, Properties)]
pub(super) struct ExportMenuProps {
    pub(super) run: Rc<Run>,
    pub(super) diagram: Rc<Diagram>,
}

impl PartialEq for ExportMenuProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run) && Rc::ptr_eq(&self.diagram, &other.diagram)
    }
}

/// The menu.
#[component]
pub(super) fn ExportMenu(props: &ExportMenuProps) -> Html {
    let toaster = use_context::<Toaster>();
    let items = Callback::from(|()| {
        vec![
            Item::new("SVG", "the diagram, in the colours you see"),
            Item::new("PNG", "the same as a picture, twice as sharp"),
            Item::new("Text", "scenario, packets, steps and counts"),
        ]
    });
    let on_choose = {
        let (run, diagram) = (props.run.clone(), props.diagram.clone());
        Callback::from(move |index: usize| {
            let svg = || diagram.to_svg(&run.scenario.title, &colours());
            let toaster = toaster.clone();
            let say = move |saved: Option<()>| {
                if let (None, Some(toaster)) = (saved, toaster) {
                    let text = "The browser would not save the file.".to_owned();
                    toaster.dispatch(ToastAction::Say(text));
                }
            };
            match index {
                0 => say(files::save("flow.svg", svg().as_bytes())),
                1 => {
                    let (svg, size) = (svg(), (diagram.width, diagram.height));
                    spawn_local(async move {
                        let png = picture::png(&svg, size.0).await;
                        say(png.and_then(|png| files::save("flow.png", &png)));
                    });
                }
                _ => say(files::save("flow.txt", run.to_text().as_bytes())),
            }
        })
    };
    html! { <Menu id="export" label={html! { "Export" }} {items} {on_choose} /> }
}

/// The colours in force, so that the file looks like the page.
fn colours() -> Palette {
    let colour = |name: &str, otherwise: String| browser::colour(name).unwrap_or(otherwise);
    let plain = Palette::default();
    Palette {
        ground: colour("--ground", plain.ground),
        ink: colour("--ink", plain.ink),
        line: colour("--line-2", plain.line),
        arrow: colour("--ink-2", plain.arrow),
        error: colour("--error", plain.error),
        bar: colour("--fixed-soft", plain.bar),
    }
}
