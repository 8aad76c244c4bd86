//! On a narrow screen: which part of the page is shown.

use yew::prelude::*;

use crate::hooks::{use_narrow, use_step_focus};

/// A part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Step {
    Connections,
    Traffic,
    Publish,
    Packet,
}

impl Step {
    /// The part with this name, else the traffic.
    pub(in crate::pages) fn named(name: &str) -> Self {
        let others = [Self::Connections, Self::Publish, Self::Packet];
        let named = others.into_iter().find(|step| step.name() == name);
        named.unwrap_or(Self::Traffic)
    }

    pub(in crate::pages) const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Traffic => "traffic",
            Self::Publish => "publish",
            Self::Packet => "packet",
        }
    }

    /// A selector that finds it.
    const fn part(self) -> &'static str {
        match self {
            Self::Connections => ".live-side",
            Self::Traffic => ".middle",
            Self::Publish => ".publish",
            Self::Packet => ".details",
        }
    }
}

/// Where the traffic has room for the form below it, as in the style sheet: both are one part then.
const FORM_BELOW: &str = "(min-width: 720px) and (max-width: 1099px) and (min-height: 600px)";

/// The parts that can be shown, and the one that is: those of `all` that show something of their own.
#[hook]
pub(in crate::pages) fn use_steps(
    all: &'static [(Step, &'static str)],
    now: Step,
) -> (Vec<(Step, &'static str)>, Step) {
    let (all, shown) = parts(all, now, use_narrow(FORM_BELOW));
    use_step_focus(shown.name(), shown.part());
    (all, shown)
}

fn parts(
    all: &[(Step, &'static str)],
    now: Step,
    is_form_below: bool,
) -> (Vec<(Step, &'static str)>, Step) {
    let is_own = |step: Step| !(is_form_below && step == Step::Publish);
    let own = all.iter().copied().filter(|(step, _)| is_own(*step));
    let shown = if is_own(now) { now } else { Step::Traffic };
    (own.collect(), shown)
}

/// The bar that leads from one to the other, with their titles.
pub(in crate::pages) fn steps(
    all: &[(Step, &'static str)],
    now: Step,
    on_step: &Callback<Step>,
) -> Html {
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for all.iter().map(|&(step, title)| html! {
                <button key={step.name()} data-testid={format!("step-{}", step.name())} aria-current={(step == now).then_some("step")}
                    onclick={on_step.reform(move |_: MouseEvent| step)}>{ title }</button>
            }) }
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_below_the_traffic_is_no_part_of_its_own() {
        let all = [
            (Step::Traffic, "Traffic"),
            (Step::Publish, "Publish"),
            (Step::Packet, "Details"),
        ];
        assert_eq!(
            parts(&all, Step::Publish, false),
            (all.to_vec(), Step::Publish)
        );
        let without = vec![all[0], all[2]];
        assert_eq!(
            parts(&all, Step::Publish, true),
            (without.clone(), Step::Traffic)
        );
        assert_eq!(parts(&all, Step::Packet, true), (without, Step::Packet));
    }
}
