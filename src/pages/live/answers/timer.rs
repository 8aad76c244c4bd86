//! When an answer is done; of a timer how often, and a picture of the numbers that it will publish.

use core::time::Duration;
use std::rc::Rc;

use mqttscope_answers::{Answer, Answering, Instant};
use yew::prelude::*;

/// When an answer is done: values and what they are called.
pub(super) const WHEN: [(&str, &str); 3] = [
    ("message", "for each message"),
    ("timer", "on a timer"),
    ("script", "by a script"),
];

/// What a script begins with.
const SCRIPT: &str = "onMessage(\"request/#\", (message) => {\n  publish(`reply/${message.topic}`, message.text);\n});\n";

/// The value of an answer.
pub(super) const fn when(answer: &Answer) -> &'static str {
    if answer.script.is_some() {
        "script"
    } else if answer.every_ms.is_some() {
        "timer"
    } else {
        "message"
    }
}

/// Makes it another one; a timer begins with a second, a script with what was `written` before.
pub(super) fn set_when(answer: &mut Answer, to: &str, written: &mut Option<String>) {
    if let Some(script) = answer.script.take() {
        *written = Some(script);
    }
    answer.every_ms = (to == "timer").then_some(1000);
    answer.script = (to == "script").then(|| written.take().unwrap_or_else(|| SCRIPT.into()));
}

/// How often, in words.
pub(super) fn every(ms: u32) -> String {
    let every = Duration::from_millis(ms.into());
    format!("every {}", crate::state::live::words::duration(every))
}

/// How many times are drawn.
const TIMES: u32 = 120;
/// The picture's size in pixels.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 56.0;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PreviewProps {
    pub(super) answer: Rc<Answer>,
    pub(super) client: AttrValue,
}

/// The first number of each payload, over the next times.
#[component]
pub(super) fn Preview(props: &PreviewProps) -> Html {
    let numbers = use_memo(
        (props.answer.clone(), props.client.clone()),
        |(answer, client)| numbers(answer, client, js_sys::Date::now() as u64),
    );
    let (Some(low), Some(high)) = (least(&numbers), greatest(&numbers)) else {
        return Html::default();
    };
    let line = line(&numbers, low, high);
    let says = format!(
        "The first number of the payload, the next {} times: from {low} to {high}",
        numbers.len()
    );
    html! {
        <figure class="answer-preview" data-testid="answer-preview">
            <svg viewBox={format!("0 -2 {WIDTH} {}", HEIGHT + 4.0)} preserveAspectRatio="none" role="img" aria-label={says.clone()}>
                <polyline points={line} fill="none" vector-effect="non-scaling-stroke" />
            </svg>
            <figcaption>{ says }</figcaption>
        </figure>
    }
}

/// The first number of the payload of each of the next times; none where it publishes none.
fn numbers(answer: &Answer, client: &str, now_ms: u64) -> Vec<f64> {
    let mut answering = Answering::new(now_ms);
    answering.set_client(client);
    answering.set_answers(vec![Answer {
        on: true,
        ..answer.clone()
    }]);
    let mut now = Instant::from_millis(now_ms);
    answering.start_timers(now);
    let mut numbers = Vec::new();
    for _ in 0..TIMES {
        let Some(next) = answering.next_timer() else {
            break;
        };
        now = now.max(next);
        let replies = answering.handle_timers(now, |_| 0);
        numbers.extend(
            replies
                .first()
                .and_then(|reply| first_number(&reply.payload)),
        );
    }
    numbers
}

/// The first number in a payload, wherever it stands.
fn first_number(payload: &[u8]) -> Option<f64> {
    let text = str::from_utf8(payload).ok()?;
    let begin = text.find(|sign: char| sign.is_ascii_digit())?;
    let (before, from) = text.split_at(begin);
    let end = from.find(|sign: char| !sign.is_ascii_digit() && sign != '.');
    let number = from.get(..end.unwrap_or(from.len()))?;
    let number: f64 = number.trim_end_matches('.').parse().ok()?;
    Some(if before.ends_with('-') {
        -number
    } else {
        number
    })
}

fn least(numbers: &[f64]) -> Option<f64> {
    numbers.iter().copied().reduce(f64::min)
}

fn greatest(numbers: &[f64]) -> Option<f64> {
    numbers.iter().copied().reduce(f64::max)
}

/// The points of a line through them, the greatest at the top.
fn line(numbers: &[f64], low: f64, high: f64) -> String {
    let last = numbers.len().saturating_sub(1).max(1) as f64;
    let spread = if high > low { high - low } else { 1.0 };
    let point = |(at, number): (usize, &f64)| {
        let x = WIDTH * at as f64 / last;
        let y = HEIGHT * (1.0 - (number - low) / spread);
        format!("{x:.1},{y:.1}")
    };
    let points: Vec<String> = numbers.iter().enumerate().map(point).collect();
    points.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_answers::gallery;

    #[test]
    fn the_first_number_is_found_wherever_it_stands() {
        for (payload, number) in [
            ("21.50", Some(21.5)),
            ("{\"celsius\":-3.25,\"n\":4}", Some(-3.25)),
            ("level 7.", Some(7.0)),
            ("none", None),
            ("1.2.3", None),
        ] {
            assert_eq!(first_number(payload.as_bytes()), number, "{payload}");
        }
        assert_eq!(first_number(&[0xff, b'1']), None);
    }

    #[test]
    fn the_next_times_of_a_device_are_drawn() {
        let sensor = gallery().remove(3).answer;
        let all = numbers(&sensor, "a", 1_000_000);
        assert_eq!(all.len(), TIMES as usize);
        assert_eq!((least(&all), greatest(&all)), (Some(18.0), Some(24.0)));
        assert_eq!(
            line(&[1.0, 3.0, 2.0], 1.0, 3.0),
            "0.0,56.0 240.0,0.0 480.0,28.0"
        );
        assert_eq!(line(&[5.0], 5.0, 5.0), "0.0,56.0");
        // An answer to messages has no next times.
        assert!(numbers(&gallery().remove(0).answer, "a", 0).is_empty());
    }
}
