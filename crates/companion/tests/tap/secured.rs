//! TLS on either side.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::support::{
    CONNACK, CONNECT, Mosquitto, Running, Server, connect, exactly, folder, passes, until_end,
};

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_made_certificate_is_trusted_by_its_ca_and_nothing_is_changed() {
    let folder = folder("tls-made");
    let server = Server::start();
    let made = at(&folder, "made");
    let mut inner = Running::start(&[
        "tap",
        "0",
        "--to",
        &server.address(),
        "--listen-make",
        &made,
    ]);
    let secured = inner.address("tap");
    let ca = at(&folder, "made/ca.pem");
    let to = format!("localhost:{}", secured.port());
    let mut outer = Running::start(&["tap", "0", "--to", &to, "--tls", "--cafile", &ca]);
    let mut client = connect(outer.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    // TLS has ends of its own for each direction.
    client.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(until_end(&mut broker), b"");
    passes(&mut broker, &mut client, &crate::support::noise(100_000));
    drop(broker);
    assert_eq!(until_end(&mut client), b"");
    inner.out().wait("#1 a → CONNECT");
    outer.out().wait("#1 a closed: closed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = std::fs::metadata(folder.join("made/key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
    // The same certificate the next time.
    let before = std::fs::read(folder.join("made/cert.pem")).unwrap();
    drop(inner);
    let mut again = Running::start(&[
        "tap",
        "0",
        "--to",
        &server.address(),
        "--listen-make",
        &made,
    ]);
    again.err().wait("is used again");
    again.address("tap");
    assert_eq!(std::fs::read(folder.join("made/cert.pem")).unwrap(), before);
}

#[test]
fn a_broker_that_nobody_vouches_for_is_refused_unless_asked_for() {
    let folder = folder("tls-refused");
    let server = Server::start();
    let (one, other) = (at(&folder, "one"), at(&folder, "other"));
    let mut inner = Running::start(&["tap", "0", "--to", &server.address(), "--listen-make", &one]);
    let secured = inner.address("tap");
    let mut second = Running::start(&[
        "tap",
        "0",
        "--to",
        &server.address(),
        "--listen-make",
        &other,
    ]);
    second.address("tap");
    let to = format!("localhost:{}", secured.port());
    let ca = at(&folder, "other/ca.pem");
    let mut outer = Running::start(&["tap", "0", "--to", &to, "--tls", "--cafile", &ca]);
    assert_eq!(until_end(&mut connect(outer.address("tap"))), b"");
    outer.out().wait("certificate");
    // The right CA, and a name that the certificate is not for.
    let ca = at(&folder, "one/ca.pem");
    let wrong = [
        "tap",
        "0",
        "--to",
        &to,
        "--tls",
        "--cafile",
        &ca,
        "--sni",
        "broker.example",
    ];
    let mut outer = Running::start(&wrong);
    assert_eq!(until_end(&mut connect(outer.address("tap"))), b"");
    outer.out().wait("broker.example");
    let mut outer = Running::start(&["tap", "0", "--to", &to, "--tls", "--insecure"]);
    outer.err().wait("warning: --insecure");
    let mut client = connect(outer.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
}

#[test]
fn mosquitto_gets_the_client_certificate_that_it_asks_for() {
    let folder = folder("tls-client");
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    // OpenSSL takes a certificate for its own issuer where both have one name.
    ca.distinguished_name
        .push(DnType::CommonName, "CA of a test");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_cert = ca.self_signed(&ca_key).unwrap();
    std::fs::write(folder.join("ca.pem"), ca_cert.pem()).unwrap();
    for name in ["localhost", "device"] {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let cert = params
            .signed_by(&key, &Issuer::from_params(&ca, &ca_key))
            .unwrap();
        std::fs::write(folder.join(format!("{name}.pem")), cert.pem()).unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    let file = |name| at(&folder, name);
    let configuration = format!(
        "cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true",
        file("ca.pem"),
        file("localhost.pem"),
        file("localhost.key")
    );
    let Some(broker) = Mosquitto::start(&configuration, &folder) else {
        return;
    };
    let to = format!("localhost:{}", broker.address.port());
    let (ca, cert, key) = (file("ca.pem"), file("device.pem"), file("device.key"));
    let tls = ["tap", "0", "--to", &to, "--tls", "--cafile", &ca];
    let mut running = Running::start(&[&tls[..], &["--cert", &cert, "--key", &key]].concat());
    let mut client = connect(running.address("tap"));
    std::io::Write::write_all(&mut client, &CONNECT).unwrap();
    assert_eq!(exactly(&mut client, 4), CONNACK);
    // Without one it does not answer.
    let mut running = Running::start(&tls);
    let mut client = connect(running.address("tap"));
    let _ = std::io::Write::write_all(&mut client, &CONNECT);
    assert_eq!(until_end(&mut client), b"");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = folder("tls-files");
    let nothing = at(&folder, "nothing.pem");
    let empty = at(&folder, "empty.pem");
    std::fs::write(&empty, "").unwrap();
    let table: [(&[&str], &str); 5] = [
        (&["--tls", "--cafile", &nothing], "nothing.pem"),
        (
            &["--tls", "--cafile", &empty],
            "empty.pem: it holds no certificate",
        ),
        (
            &["--listen-cert", &empty, "--listen-key", &empty],
            "empty.pem: it holds no certificate",
        ),
        (&["--cafile", &empty], "--tls"),
        (&["--tls", "--sni", "not a name"], "`not a name` is no name"),
    ];
    for (arguments, words) in table {
        let all = [&["tap", "0", "--to", "localhost:1"], arguments].concat();
        let (code, _, err) = Running::start(&all).ended();
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(words), "{words}: {err}");
    }
}
