//! Every test: on this machine, with other people's clients and brokers, in a browser's wasm, and
//! on the built page.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::cmd;

use crate::beside::Beside;
use crate::browser::{self, Browser};
use crate::context::{self, Context, step};
use crate::coverage::operated;
use crate::{brokers, clients, js, npm, page, tools};

/// Schedules that a change must survive.
pub(crate) const SCHEDULES: u32 = 10_000;

/// A part of the tests that can be run by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Host,
    Peers,
    Wasm,
    Js,
    EndToEnd,
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "host" => Ok(Self::Host),
            "peers" => Ok(Self::Peers),
            "wasm" => Ok(Self::Wasm),
            "js" => Ok(Self::Js),
            "e2e" => Ok(Self::EndToEnd),
            _ => Err("one of host, peers, js, wasm, e2e".to_owned()),
        }
    }
}

/// Gets what the tests need, then runs all of them, or one part.
pub(crate) fn run(cx: &Context, only: Option<Part>, all_brokers: bool) -> Result<()> {
    let wanted = |part| only.is_none() || only == Some(part);
    // First of all what may be missing: nobody should learn that after minutes of tests.
    if wanted(Part::Wasm) || wanted(Part::EndToEnd) {
        browser::ensure(cx)?;
    }
    if wanted(Part::EndToEnd) {
        tools::for_page(cx)?;
        npm::install(cx, &tests_folder(cx))?;
    }
    if wanted(Part::Host) {
        host(cx)?;
    }
    match only {
        None => side_by_side(cx, all_brokers)?,
        Some(Part::Peers) => peers(cx, all_brokers)?,
        Some(Part::Wasm) => wasm(cx)?,
        Some(Part::Js) => javascript(cx)?,
        Some(Part::EndToEnd) => page::build(cx)?,
        Some(Part::Host) => {}
    }
    if wanted(Part::EndToEnd) {
        end_to_end(cx, all_brokers)?;
    }
    Ok(())
}

/// Peers are mostly waited for, and what is optimized as a whole keeps one core busy: the npm package and the page are
/// built meanwhile.
fn side_by_side(cx: &Context, all_brokers: bool) -> Result<()> {
    let beside = Beside::start(cx, &[&["test", "--only", "js"], &["build"]]);
    let done = peers(cx, all_brokers).and_then(|()| wasm(cx));
    if let Err(error) = &done {
        eprintln!("{error:#}");
    }
    beside.finish()?;
    done
}

fn peers(cx: &Context, all_brokers: bool) -> Result<()> {
    clients::run(cx)?;
    brokers::run(cx, all_brokers)
}

fn host(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    step("tests on this machine", || {
        Ok(cmd!(sh, "cargo test --workspace").run()?)
    })
}

/// Generated schedules of cuts and restarts: clients and broker lose and double nothing. Ten
/// thousand take half a minute without optimization, so they need no build of their own.
pub(crate) fn schedules(cx: &Context, cases: u32) -> Result<()> {
    let sh = &cx.sh;
    step(&format!("{cases} generated schedules"), || {
        cmd!(sh, "cargo test --workspace --test schedules")
            .env("PROPTEST_CASES", cases.to_string())
            .run()
            .map_err(Into::into)
    })
}

/// What `wasm-pack test --headless --chrome` does, without a second tool to build first.
fn wasm(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    let browser = browser::ensure(cx)?;
    tools::wasm_target(cx)?;
    tools::cargo_tools(cx, &[&tools::WASM_BINDGEN])?;
    let capabilities = webdriver_capabilities(cx, &browser)?;
    step("tests in the browser's wasm", || {
        cmd!(
            sh,
            "cargo test --package mqttscope --target wasm32-unknown-unknown --lib --tests"
        )
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        )
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
        .run()
        .map_err(Into::into)
    })
}

/// webdriver.json, with the path of a browser that the driver would not find by itself.
fn webdriver_capabilities(cx: &Context, browser: &Browser) -> Result<PathBuf> {
    let json = cx.root.join("webdriver.json");
    if std::env::var_os("CHROME").is_none() {
        return Ok(json);
    }
    let text = fs::read_to_string(&json)?;
    let chrome = browser.chrome.display().to_string().replace('\\', "\\\\");
    let with_binary = text.replacen(
        "\"args\"",
        &format!("\"binary\": \"{chrome}\", \"args\""),
        1,
    );
    let target = context::target_folder(cx);
    fs::create_dir_all(&target)?;
    let chosen = target.join("webdriver.json");
    fs::write(&chosen, with_binary)?;
    Ok(chosen)
}

fn end_to_end(cx: &Context, all_brokers: bool) -> Result<()> {
    let sh = &cx.sh;
    let browser = browser::ensure(cx)?;
    let brokers = brokers::start_all(cx, all_brokers)?;
    let paho = clients::python_with_paho(cx)?.unwrap_or_default();
    let django = std::env::join_paths(clients::pythons_with_django(cx)?)?;
    let site = lay_out_site(cx)?;
    step("the companion, which serves that page", || {
        // With an example, Cargo takes the features that the tests were built with, and compiles nothing twice.
        cmd!(
            sh,
            "cargo build --workspace --bin mqttscope --example tcp_broker"
        )
        .run()
        .map_err(Into::into)
    })?;
    let companion = context::target_folder(cx)
        .join("debug")
        .join(format!("mqttscope{}", std::env::consts::EXE_SUFFIX));
    let port = free_port()?.to_string();
    operated::begin(cx)?;
    let in_tests = sh.push_dir(tests_folder(cx));
    let tested = step("end-to-end tests on the release page", || {
        cmd!(sh, "npm test")
            .env("CHROME", &browser.chrome)
            .env("MQTTSCOPE_PORT", port)
            .env("MQTTSCOPE_SITE", &site)
            .env("MQTTSCOPE_COMPANION", &companion)
            .env("MQTTSCOPE_BROKERS", brokers.names())
            .env("MQTTSCOPE_PAHO_PYTHON", paho)
            .env("MQTTSCOPE_DJANGO_PYTHONS", &django)
            .env("MQTTSCOPE_OPERATED", operated::folder(cx))
            .run()
            .map_err(Into::into)
    });
    drop(in_tests);
    if tested.is_err() {
        // What the others operate is known all the same.
        if let Err(error) = operated::run(cx) {
            eprintln!("{error:#}");
        }
        return tested;
    }
    operated::finish(cx)
}

/// The npm package, built as it is shipped, in Node; and its types.
fn javascript(cx: &Context) -> Result<()> {
    let sh = &cx.sh;
    js::build(cx)?;
    let folder = cx.root.join("tests").join("js");
    npm::install(cx, &folder)?;
    let _folder = sh.push_dir(folder);
    step("tests of the npm package", || {
        Ok(cmd!(sh, "npm test --silent").run()?)
    })
}

fn tests_folder(cx: &Context) -> PathBuf {
    cx.root.join("tests").join("e2e")
}

/// A site with the page at its root and again at a path below: the page must work at both.
fn lay_out_site(cx: &Context) -> Result<PathBuf> {
    let site = context::target_folder(cx).join("e2e-site");
    cx.sh.remove_path(&site)?;
    copy(&page::dist(cx), &site)?;
    copy(&page::dist(cx), &site.join("some").join("sub-path"))?;
    Ok(site)
}

/// A port that nothing listens on now; the site's server takes it a moment later.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
