//! Exports the stack pointer of the module, which `src/given.js` sets back where a call was cut off.

#![allow(
    clippy::disallowed_macros,
    reason = "it runs on the machine that builds, also for a browser"
)]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_ARCH").is_some_and(|arch| arch == "wasm32") {
        println!("cargo:rustc-link-arg-cdylib=--export=__stack_pointer");
    }
}
