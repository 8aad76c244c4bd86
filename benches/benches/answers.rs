//! What a message costs that no answer is there for, and one that is answered.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use mqttscope_answers::{Answer, Answering, Incoming, gallery};

/// Ten answers, none of which is there for the message.
fn others() -> Answering {
    let answer = |n: usize| Answer {
        name: n.to_string(),
        filter: format!("site/{n}/+/set"),
        ..gallery().remove(0).answer
    };
    let mut answering = Answering::new(1);
    answering.set_answers((0..10).map(answer).collect());
    answering
}

fn answers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("answers");
    let message = Incoming {
        topic: "site/11/lamp/state",
        payload: b"{\"t\":21.5}",
        ..Incoming::default()
    };
    let mut answering = others();
    group.bench_function(
        "a message that none of ten answers is there for",
        |bencher| {
            bencher.iter(|| {
                answering
                    .handle(
                        black_box(mqttscope_answers::Instant::from_millis(5)),
                        black_box(&message),
                        |_| 0,
                    )
                    .len()
            });
        },
    );
    let mut ready = gallery().remove(1);
    ready.answer.most_a_second = u32::MAX;
    // As many codes as a person may have; the one that is asked for is the last.
    if let Some(table) = ready.tables.first_mut() {
        for n in 0..1_000 {
            table
                .rows
                .insert(0, vec![format!("code-{n}"), "false".into(), "true".into()]);
        }
    }
    let mut answering = Answering::new(1);
    answering.set_answers(vec![ready.answer]);
    answering.set_tables(ready.tables);
    let message = Incoming {
        topic: "test",
        payload: b"\"SUMMER\"",
        ..Incoming::default()
    };
    group.bench_function("a code that is looked up among a thousand", |bencher| {
        bencher.iter(|| {
            answering
                .handle(
                    black_box(mqttscope_answers::Instant::from_millis(5)),
                    black_box(&message),
                    |_| 1,
                )
                .len()
        });
    });
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
