//! Who is given nothing, and what cannot be opened.

use crate::http::{Open, page};
use crate::support::{Running, Server};

#[test]
fn only_our_own_page_with_the_token_is_lent_anything() {
    let folder = page("kept_off");
    let file = folder.join("index.html");
    let open = Open::start("kept_off_page", &[file.to_str().unwrap()]);
    assert_eq!(open.token.len(), 32);
    let right = format!("/companion/{}/sources", open.token);
    let port = open.address.port();
    let (one, other) = (
        format!("Origin: http://127.0.0.1:{port}"),
        format!("Origin: http://localhost:{port}"),
    );
    let localhost = format!("Host: localhost:{port}");
    for lines in [&[][..], &[&*one], &[&*other, &*localhost]] {
        let answer = open.ask(&right, lines);
        assert_eq!(answer.status, 200, "{lines:?}");
        assert!(answer.head.contains("cache-control: no-store"));
        assert!(
            answer
                .head
                .contains("cross-origin-resource-policy: same-origin")
        );
    }
    let wrong_port = format!("Origin: http://127.0.0.1:{}", port ^ 1);
    let secure = format!("Origin: https://127.0.0.1:{port}");
    for line in [
        "Origin: http://evil.example",
        "Origin: null",
        &wrong_port,
        &secure,
    ] {
        assert_eq!(open.ask(&right, &[line]).status, 403, "{line}");
    }
    let evil = format!("Host: evil.example:{port}");
    for host in ["Host: evil.example", &evil] {
        assert_eq!(open.ask(&right, &[host]).status, 421, "{host}");
    }
    let zeros = "0".repeat(32);
    for token in [
        "",
        "0",
        &zeros,
        &open.token[1..],
        &format!("{}0", open.token),
    ] {
        for what in ["sources", "source/0"] {
            let answer = open.ask(&format!("/companion/{token}/{what}"), &[]);
            assert_eq!(answer.status, 403, "{token}");
        }
    }
    for what in ["source/1", "source/-1", "source/x", "source/0/", "", "else"] {
        assert_eq!(open.lent(what).status, 404, "{what}");
    }
    // The page itself needs no token, and nothing beside it is served.
    assert_eq!(open.ask("/", &[]).body(), b"<!doctype html>page");
    assert_eq!(open.ask("/../kept_off/index.html", &[]).status, 404);
}

#[test]
fn tokens_are_different_each_time() {
    let start = |name| Open::start(name, &["-"]);
    assert_ne!(start("token_1").token, start("token_2").token);
}

#[test]
fn what_cannot_be_opened_is_named_before_the_page_is() {
    let page = page("not_opened");
    let (page, server) = (page.to_str().unwrap(), Server::start());
    let address = server.address();
    let (tap, to) = (["--tap", "0"], ["--to", &address]);
    let file = format!("opening {page}/none.pcap");
    let folder = format!("opening {page}: it is a folder");
    let taken = format!("listening at {address}");
    for (arguments, says) in [
        (&[&*format!("{page}/none.pcap")][..], &*file),
        (&[page], &folder),
        (&["-", "-"], "there is one standard input"),
        (&["-", tap[0], tap[1], to[0], to[1]], "give one of them"),
        (&["--tap", &address, "--to", &address], &taken),
        (&["--tap", "0"], "--to"),
    ] {
        let all = [
            &["open", "--no-browser", "--port", "0", "--page", page],
            arguments,
        ]
        .concat();
        let (code, _, err) = Running::start(&all).ended();
        assert_eq!(code, Some(2), "{err}");
        assert!(
            err.contains(says) && !err.contains("the page is at"),
            "{err}"
        );
    }
}
