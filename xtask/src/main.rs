//! Every chore of the project behind one command: `cargo xtask <what>`.
//!
//! What a machine lacks is fetched once, in pinned versions, into a folder outside `target/`,
//! so that a fresh clone finds it again.

mod bench;
mod beside;
mod brokers;
mod browser;
mod ci;
mod clients;
mod companion;
mod context;
mod coverage;
mod csp;
mod fuzz;
mod generate;
mod js;
mod lint;
mod load;
mod names;
mod npm;
mod page;
mod python;
mod requirements;
mod size;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::context::Context;

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--release]   get what is missing, build the page and serve it on 127.0.0.1
  build                          the release page, into dist/
  companion                      the native program with the release page inside, target/release/mqttscope
  js                             the npm package, into crates/js/pkg/
  test [--only host|peers|js|wasm|e2e] [--all-brokers]
                                 get what the tests need and run them all; all brokers take minutes
  schedules [--cases N]          so many generated schedules of cuts and restarts (10000)
  lint                           fmt, clippy (host and wasm32), bare metal, packages, docs, cargo-deny, typos, tidy
  generate [--check]             the rule table of crates/wire, from requirements/
  coverage [--check]             docs/spec-coverage.md, the gaps in the requirements, and what of the page no
                                 end-to-end test of the last run operated
  size                           the gzipped size of the page's first load, against its budget
  fuzz [--seconds N]             a short run of each fuzz target, where nightly is there
  bench [--js]                   the criterion benches; with --js those of the npm package only
  load                           the Live page beside a page that only counts, in one Chromium (minutes)
  ci [--no-test]                 test + lint + generate and coverage checks + size + fuzz
";

/// What the command line asks for.
#[derive(Default)]
struct Args {
    command: Option<String>,
    port: Option<u16>,
    release: bool,
    check: bool,
    no_test: bool,
    js: bool,
    seconds: Option<u32>,
    only: Option<test::Part>,
    all_brokers: bool,
    cases: Option<u32>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let args = parse(lexopt::Parser::from_env())?;
    let Some(command) = args.command.as_deref() else {
        print!("{HELP}");
        return Ok(());
    };
    let cx = Context::new()?;
    match command {
        "serve" => page::serve(&cx, args.port.unwrap_or(8080), args.release),
        "build" => page::build(&cx),
        "companion" => companion::build(&cx),
        "finish-page" => page::finish(),
        "js" => js::build(&cx),
        "test" => test::run(&cx, args.only, args.all_brokers),
        "schedules" => test::schedules(&cx, args.cases.unwrap_or(test::SCHEDULES)),
        "lint" => lint::run(&cx),
        "generate" => generate::run(&cx, args.check),
        "coverage" => coverage::run(&cx, args.check),
        "size" => size::run(&cx),
        "fuzz" => fuzz::run(&cx, args.seconds.unwrap_or(20)),
        "bench" => bench::run(&cx, args.js),
        "load" => load::run(&cx),
        "ci" => ci::run(&cx, !args.no_test),
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no command `{other}`; `cargo xtask help` lists them"),
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Args> {
    let mut args = Args::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("port") => args.port = Some(parser.value()?.parse()?),
            Long("release") => args.release = true,
            Long("check") => args.check = true,
            Long("all-brokers") => args.all_brokers = true,
            Long("cases") => args.cases = Some(parser.value()?.parse()?),
            Long("no-test") => args.no_test = true,
            Long("js") => args.js = true,
            Long("seconds") => args.seconds = Some(parser.value()?.parse()?),
            Long("only") => args.only = Some(parser.value()?.parse()?),
            Long("help") | Short('h') => args.command = Some("help".to_owned()),
            Value(command) if args.command.is_none() => args.command = Some(command.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(args)
}
