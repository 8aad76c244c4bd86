//! The diagram, a step of it or the whole animation as a file, and the run as text.

use std::rc::Rc;

use mqttscope_flows::{Diagram, Export, Frame, Look, slug};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::colours::colours;
use crate::components::menu::{Item, Menu};
use crate::services::{files, picture};
use crate::state::flows::Column;
use crate::state::toasts::{ToastAction, Toaster};

#[derive(Clone, Properties)]
pub(super) struct ExportMenuProps {
    pub(super) column: Column,
    pub(super) diagram: Rc<Diagram>,
    /// The present step, from 0.
    pub(super) step: usize,
}

impl PartialEq for ExportMenuProps {
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column
            && Rc::ptr_eq(&self.diagram, &other.diagram)
            && self.step == other.step
    }
}

/// The menu.
#[component]
pub(super) fn ExportMenu(props: &ExportMenuProps) -> Html {
    let toaster = use_context::<Toaster>();
    let items = Callback::from(|()| {
        vec![
            Item::new("SVG", "the whole diagram").under("Diagram, in the colours you see"),
            Item::new("PNG", "the whole diagram, twice as sharp")
                .under("Diagram, in the colours you see"),
            Item::new("SVG of this step", "with its caption, for a slide").under("This step"),
            Item::new("PNG of this step", "with its caption, for a slide").under("This step"),
            Item::new(
                "Animated SVG",
                "plays in browsers and web pages, without a script",
            )
            .under("Animation"),
            Item::new("Text", "scenario, packets, steps and totals").under("Text"),
        ]
    });
    let on_choose = {
        let props = props.clone();
        Callback::from(move |index: usize| {
            let toaster = toaster.clone();
            let tell = move |saved: Option<()>| {
                if let (None, Some(toaster)) = (saved, toaster) {
                    let text = "The browser did not save the file.".to_owned();
                    toaster.dispatch(ToastAction::Say(text));
                }
            };
            let (name, is_step) = (props.name(), matches!(index, 2 | 3));
            let name = if is_step {
                format!("{name}-step-{}", props.step.saturating_add(1))
            } else {
                name
            };
            match index {
                0 | 2 => tell(files::save(
                    &format!("{name}.svg"),
                    props.svg(is_step).as_bytes(),
                )),
                1 | 3 => {
                    let (svg, width) = (props.svg(is_step), props.alone().width);
                    spawn_local(async move {
                        let png = picture::png(&svg, width).await;
                        tell(png.and_then(|png| files::save(&format!("{name}.png"), &png)));
                    });
                }
                4 => tell(files::save(
                    &format!("{name}-animated.svg"),
                    props.animation().as_bytes(),
                )),
                _ => tell(files::save(
                    &format!("{name}.txt"),
                    props.column.run.to_text().as_bytes(),
                )),
            }
        })
    };
    html! { <Menu id="export" label={html! { "Export" }} {items} {on_choose} /> }
}

impl ExportMenuProps {
    /// The name of a file.
    fn name(&self) -> String {
        let slug = slug(&self.column.run.scenario.title);
        let short: String = slug.chars().take(60).collect();
        if short.is_empty() {
            "flow".into()
        } else {
            short
        }
    }

    /// The picture of the run alone: beside others, it has gaps where only they go on, and little room.
    fn alone(&self) -> Diagram {
        let look = self.diagram.look;
        let is_tight = look.margin < Look::NARROW.margin;
        Diagram::of(&self.column.run, if is_tight { Look::WIDE } else { look })
    }

    fn svg(&self, is_step: bool) -> String {
        let beat = self.column.beats.get(self.step).filter(|_| is_step);
        let diagram = self.alone();
        let heights = diagram.heights_of(&self.column.beats);
        diagram.to_svg(&Export {
            title: &self.column.run.scenario.title,
            palette: &colours(),
            until: beat.and_then(|_| heights.get(self.step).copied()),
            caption: beat.map_or("", |beat| &beat.text),
        })
    }

    fn animation(&self) -> String {
        let diagram = self.alone();
        let heights = diagram.heights_of(&self.column.beats);
        let frames: Vec<Frame> = heights
            .into_iter()
            .zip(&*self.column.beats)
            .map(|(height, beat)| Frame {
                height,
                caption: beat.text.clone(),
            })
            .collect();
        let title = &self.column.run.scenario.title;
        diagram.to_animated_svg(title, &colours(), &frames)
    }
}
