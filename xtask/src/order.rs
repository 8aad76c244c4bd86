//! The order in which a program's functions stand. What gzip finds again it must have seen not long
//! before, so functions that are alike are put near each other. The program does the same.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::size;
use crate::wasm::{self, CODE, CUSTOM, IMPORTS};

/// How many bytes in a row make two functions alike.
const RUN: usize = 6;
/// With so many bytes of functions before it the next one is compared. gzip sees 32 kB, but what is near
/// costs it less; which is best differs from build to build, so each is tried.
const NEAR: [usize; 6] = [8_000, 10_000, 12_000, 14_000, 16_000, 20_000];
/// The part of the section of names that names functions.
const FUNCTION_NAMES: u8 = 1;

/// Puts the functions of the program in `file` in order.
///
/// wasm-opt can move functions: it sorts them by their names, so they get names that say their places.
pub(crate) fn run(sh: &Shell, file: &Path) -> Result<()> {
    let program = fs::read(file)?;
    fs::write(file, with_places(&program)?)?;
    // Without the stack's passes it would write what it has packed there at some length.
    cmd!(
        sh,
        "wasm-opt {file} -o {file} --shrink-level=2 --reorder-functions-by-name
            --generate-stack-ir --optimize-stack-ir"
    )
    .quiet()
    .run()?;
    Ok(())
}

/// The program with a section that gives each function its place for a name.
fn with_places(program: &[u8]) -> Result<Vec<u8>> {
    let sections = wasm::sections(program)?;
    let section = |wanted| {
        let found = sections.iter().find(|(id, _)| *id == wanted);
        found.map(|(_, section)| *section)
    };
    // Functions that are imported are counted first; others are not imported.
    let (imported, _) = wasm::number(section(IMPORTS).context("a program without imports")?)?;
    let order = best_order(&bodies(section(CODE).context("a program without code")?)?)?;
    let mut places: Vec<(usize, usize)> = (0..).zip(order).map(|(at, body)| (body, at)).collect();
    places.sort_unstable();
    let mut names = Vec::new();
    wasm::put_number(&mut names, places.len());
    for (body, place) in places {
        wasm::put_number(&mut names, imported + body);
        wasm::put_sized(&mut names, format!("{place:06}").as_bytes());
    }
    let mut section = Vec::new();
    wasm::put_sized(&mut section, b"name");
    wasm::put_section(&mut section, FUNCTION_NAMES, &names);
    let mut program = program.to_vec();
    wasm::put_section(&mut program, CUSTOM, &section);
    Ok(program)
}

fn bodies(code: &[u8]) -> Result<Vec<&[u8]>> {
    let (count, mut rest) = wasm::number(code)?;
    let body = |_| {
        let (body, after) = wasm::sized(rest)?;
        rest = after;
        Ok(body)
    };
    (0..count).map(body).collect()
}

/// Which body comes first, second and so on, so that gzip makes least of them.
fn best_order(bodies: &[&[u8]]) -> Result<Vec<usize>> {
    let mut best = None;
    for near in NEAR {
        let order = in_order(bodies, near);
        let placed = order.iter().filter_map(|&body| bodies.get(body).copied());
        let size = size::gzipped(&placed.collect::<Vec<_>>().concat())?;
        if best.as_ref().is_none_or(|(least, _)| size < *least) {
            best = Some((size, order));
        }
    }
    Ok(best.map(|(_, order)| order).unwrap_or_default())
}

/// Always the one next that has most in common with those before it, for its size.
fn in_order(bodies: &[&[u8]], near_bytes: usize) -> Vec<usize> {
    let mut alike = Alike::new(bodies);
    let mut order = Vec::new();
    let mut near = VecDeque::new();
    let mut bytes = 0;
    while let Some(next) = alike.next() {
        order.push(next);
        near.push_back(next);
        bytes += alike.enter(next);
        while bytes > near_bytes && near.len() > 1 {
            let first = near.pop_front();
            bytes -= first.map_or(0, |first| alike.leave(first));
        }
    }
    order
}

/// What bodies have in common.
struct Alike {
    bodies: Vec<Body>,
    /// The runs in each body, each once.
    contents: Vec<Vec<usize>>,
    runs: Vec<Run>,
}

struct Body {
    len: usize,
    /// What it has in common with those that are near.
    score: f64,
    is_placed: bool,
}

/// Bytes in a row.
#[derive(Default)]
struct Run {
    /// The bodies they stand in.
    holders: Vec<usize>,
    /// How many of those are near.
    near: usize,
}

impl Alike {
    fn new(bodies: &[&[u8]]) -> Self {
        let mut numbers = HashMap::new();
        let mut runs: Vec<Run> = Vec::new();
        let contents = bodies.iter().enumerate().map(|(holder, body)| {
            let mut content = Vec::new();
            for bytes in body.windows(RUN) {
                let number = *numbers.entry(bytes).or_insert(runs.len());
                if number == runs.len() {
                    runs.push(Run::default());
                }
                let run = runs.get_mut(number);
                if let Some(run) = run.filter(|run| run.holders.last() != Some(&holder)) {
                    run.holders.push(holder);
                    content.push(number);
                }
            }
            content
        });
        Self {
            contents: contents.collect(),
            bodies: bodies.iter().map(|body| Body::new(body.len())).collect(),
            runs,
        }
    }

    /// The one that goes best with those that are near; `None` when all have their place.
    fn next(&self) -> Option<usize> {
        let left = self.bodies.iter().enumerate();
        let left = left.filter(|(_, body)| !body.is_placed);
        left.max_by(|(_, one), (_, other)| one.fit().total_cmp(&other.fit()))
            .map(|(index, _)| index)
    }

    /// A body gets its place and is near. Gives its bytes.
    fn enter(&mut self, body: usize) -> usize {
        if let Some(body) = self.bodies.get_mut(body) {
            body.is_placed = true;
        }
        for &run in self.contents.get(body).into_iter().flatten() {
            let Some(run) = self.runs.get_mut(run) else {
                continue;
            };
            run.near += 1;
            if run.near == 1 {
                run.weigh(&mut self.bodies, 1.0);
            }
        }
        self.len(body)
    }

    /// A body is no longer near. Gives its bytes.
    fn leave(&mut self, body: usize) -> usize {
        for &run in self.contents.get(body).into_iter().flatten() {
            let Some(run) = self.runs.get_mut(run) else {
                continue;
            };
            run.near -= 1;
            if run.near == 0 {
                run.weigh(&mut self.bodies, -1.0);
            }
        }
        self.len(body)
    }

    fn len(&self, body: usize) -> usize {
        self.bodies.get(body).map_or(0, |body| body.len)
    }
}

impl Body {
    fn new(len: usize) -> Self {
        Self {
            len,
            score: 0.0,
            is_placed: false,
        }
    }

    /// How well it goes with those that are near, for its size.
    fn fit(&self) -> f64 {
        self.score / (self.len as f64).sqrt()
    }
}

impl Run {
    /// Tells its holders that it is near now, or with a sign before it that it no longer is: the fewer
    /// hold it, the more that says.
    fn weigh(&self, bodies: &mut [Body], sign: f64) {
        let weight = sign / self.holders.len() as f64;
        for &holder in &self.holders {
            if let Some(holder) = bodies.get_mut(holder) {
                holder.score += weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_together_and_nothing_is_lost() {
        let bodies: Vec<Vec<u8>> = (0..8_u8)
            .map(|n| {
                (0..2_000)
                    .map(|at| (at / 9 % 50) as u8 ^ (n % 2 * 128) ^ (at % 7) as u8)
                    .chain([n])
                    .collect()
            })
            .collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let order = in_order(&bodies, 6_000);
        let changes = order.windows(2).filter(|two| two[0] % 2 != two[1] % 2);
        assert_eq!(changes.count(), 1, "{order:?}");
        let mut all = order;
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn places_are_names_in_the_order_of_the_functions() {
        let mut program = wasm::PREAMBLE.to_vec();
        wasm::put_section(&mut program, IMPORTS, b"\x02\x01m\x01a\0\0\x01m\x01b\0\0");
        let bodies = [b"\x0512345".as_slice(), b"\x03123"].concat();
        wasm::put_section(&mut program, CODE, &[&[2], bodies.as_slice()].concat());
        let named = with_places(&program).unwrap();
        let sections = wasm::sections(&named).unwrap();
        let (id, names) = sections[2];
        assert_eq!(id, CUSTOM);
        assert_eq!(names, b"\x04name\x01\x11\x02\x02\x06000001\x03\x06000000");
    }
}
