//! TLS: who is trusted, who is not, and what of a chain is wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeSays, CertificateFault, Secured, TlsFailure, TlsFault,
};
use p12_keystore::{KeyStore, KeyStoreEntry};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::http::Open;
use crate::page::{Page, by_tls, failed, opened, plain};
use crate::support::{CONNACK, CONNECT, Mosquitto, Running, folder};

struct Authority {
    params: CertificateParams,
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, "CA of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            params,
            key,
            certificate,
        }
    }

    /// A certificate for a name, changed, and its key: written into a folder as NAME.pem and NAME.key.
    fn issue(&self, folder: &Path, file: &str, name: &str, change: fn(&mut CertificateParams)) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let certificate = params
            .signed_by(&key, &Issuer::from_params(&self.params, &self.key))
            .unwrap();
        std::fs::write(folder.join(format!("{file}.pem")), certificate.pem()).unwrap();
        std::fs::write(folder.join(format!("{file}.key")), key.serialize_pem()).unwrap();
    }
}

/// Our broker over TLS with that certificate.
fn broker(folder: &Path, file: &str) -> (Running, SocketAddr) {
    let path = |end: &str| {
        folder
            .join(format!("{file}.{end}"))
            .to_str()
            .unwrap()
            .to_owned()
    };
    let mut running = Running::start(&[
        "broker",
        "--tls",
        "0",
        "--listen-cert",
        &path("pem"),
        "--listen-key",
        &path("key"),
    ]);
    let address = running.address("broker at");
    (running, address)
}

fn trusting(authority: &Authority) -> Secured {
    Secured {
        ca: authority.certificate.pem(),
        ..Secured::default()
    }
}

fn fault(failure: BridgeFailure) -> TlsFailure {
    match failure {
        BridgeFailure::Tls(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_made_ca_is_trusted_as_text_and_as_a_file() {
    let (authority, folder) = (Authority::new(), folder("bridge_trusted"));
    authority.issue(&folder, "good", "localhost", |_| {});
    let (_broker, at) = broker(&folder, "good");
    let open = Open::start("bridge_trusted_page", &[]);
    let file = folder.join("ca.pem");
    std::fs::write(&file, authority.certificate.pem()).unwrap();
    let address = format!("mqtts://localhost:{}", at.port());
    for ca in [authority.certificate.pem(), file.display().to_string()] {
        let how = by_tls(Secured {
            ca,
            ..Secured::default()
        });
        let (mut page, facts) = opened(&open, &address, how);
        let tls = facts.tls.unwrap();
        assert!(tls.is_verified && tls.version == "1.3", "{tls:?}");
        assert_eq!(tls.chain[0].names, ["localhost"]);
        assert!(tls.chain[0].issuer.contains("CA of a test"));
        assert_eq!(tls.chain[0].faults, []);
        page.send(&CONNECT);
        assert_eq!(page.exactly(4), CONNACK);
        page.send(b"\xe0\0");
        assert!(matches!(
            page.ended(),
            BridgeEnd::Fin | BridgeEnd::FinWithinTls
        ));
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_told() {
    let (authority, folder) = (Authority::new(), folder("bridge_wrong"));
    authority.issue(&folder, "expired", "localhost", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    authority.issue(&folder, "early", "localhost", |params| {
        params.not_before = date_time_ymd(2200, 1, 1);
        params.not_after = date_time_ymd(2201, 1, 1);
    });
    authority.issue(&folder, "elsewhere", "broker.test", |_| {});
    authority.issue(&folder, "good", "localhost", |_| {});
    let open = Open::start("bridge_wrong_page", &[]);
    let other = Authority::new();
    for (file, tls, wrong) in [
        ("expired", trusting(&authority), CertificateFault::Expired),
        ("early", trusting(&authority), CertificateFault::NotYetValid),
        (
            "elsewhere",
            trusting(&authority),
            CertificateFault::WrongName,
        ),
        ("good", trusting(&other), CertificateFault::UnknownIssuer),
        ("good", Secured::default(), CertificateFault::UnknownIssuer),
    ] {
        let (_broker, at) = broker(&folder, file);
        let address = format!("mqtts://localhost:{}", at.port());
        let failure = fault(failed(&open, &address, by_tls(tls.clone())));
        assert!(
            matches!(failure.fault, TlsFault::Certificate(_)),
            "{failure:?}"
        );
        assert_eq!(failure.server_name, "localhost");
        assert_eq!(failure.chain[0].faults, [wrong], "{file}: {failure:?}");
        // Asked for, it is opened all the same, and what is wrong is still told.
        let how = by_tls(Secured {
            unverified: true,
            ..tls
        });
        let (mut page, facts) = opened(&open, &address, how);
        let facts = facts.tls.unwrap();
        assert!(!facts.is_verified);
        if wrong != CertificateFault::UnknownIssuer {
            assert_eq!(facts.chain[0].faults, [wrong]);
        }
        page.send(&CONNECT);
        assert_eq!(page.exactly(4), CONNACK);
    }
}

#[test]
fn the_name_that_is_asked_for_is_the_one_that_is_verified() {
    let (authority, folder) = (Authority::new(), folder("bridge_name"));
    authority.issue(&folder, "elsewhere", "broker.test", |_| {});
    let (_broker, at) = broker(&folder, "elsewhere");
    let open = Open::start("bridge_name_page", &[]);
    let how = by_tls(Secured {
        server_name: "broker.test".into(),
        only_1_3: true,
        alpn: vec!["mqtt".into()],
        ..trusting(&authority)
    });
    opened(&open, &format!("mqtts://{at}"), how);
    let how = by_tls(Secured {
        server_name: "no name".into(),
        ..trusting(&authority)
    });
    let failure = failed(&open, &format!("mqtts://{at}"), how);
    assert!(matches!(failure, BridgeFailure::Given { what, .. } if what == "server name"));
}

#[test]
fn a_certificate_that_signed_itself_is_told_apart() {
    let folder = folder("bridge_self");
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("self.pem"), own.pem()).unwrap();
    std::fs::write(folder.join("self.key"), key.serialize_pem()).unwrap();
    let (_broker, at) = broker(&folder, "self");
    let open = Open::start("bridge_self_page", &[]);
    let how = by_tls(trusting(&Authority::new()));
    let failure = fault(failed(
        &open,
        &format!("mqtts://localhost:{}", at.port()),
        how,
    ));
    assert_eq!(failure.chain[0].faults, [CertificateFault::SelfSigned]);
}

#[test]
fn who_speaks_no_tls_is_told_apart() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("mqtts://{}", server.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the companion has read it.
        let _ = stream.read(&mut [0; 4096]);
    });
    let open = Open::start("bridge_no_tls", &[]);
    assert_eq!(
        fault(failed(&open, &address, plain())).fault,
        TlsFault::NotTls
    );
    answering.join().unwrap();
}

#[test]
fn certificates_and_keys_that_cannot_be_used_are_named() {
    let (authority, folder) = (Authority::new(), folder("bridge_given"));
    authority.issue(&folder, "one", "device", |_| {});
    authority.issue(&folder, "two", "device", |_| {});
    let open = Open::start("bridge_given_page", &[]);
    let file = |name: &str| folder.join(name).display().to_string();
    let table = [
        ("CA", file("none.pem"), String::new(), String::new()),
        ("key", String::new(), file("one.pem"), String::new()),
        (
            "client certificate",
            String::new(),
            String::new(),
            file("one.key"),
        ),
        ("key", String::new(), file("one.pem"), file("one.pem")),
        // A key of another certificate.
        (
            "client certificate",
            String::new(),
            file("one.pem"),
            file("two.key"),
        ),
    ];
    for (wanted, ca, certificate, key) in table {
        let ca = if ca.is_empty() {
            authority.certificate.pem()
        } else {
            ca
        };
        let how = by_tls(Secured {
            ca,
            certificate,
            key,
            ..Secured::default()
        });
        let failure = failed(&open, "mqtts://127.0.0.1:1", how);
        let BridgeFailure::Given { what, .. } = &failure else {
            panic!("{failure:?}")
        };
        assert_eq!(what, wanted, "{failure:?}");
    }
}

#[test]
fn mosquitto_gets_the_client_certificate_that_it_asks_for() {
    let (authority, folder) = (Authority::new(), folder("bridge_client"));
    std::fs::write(folder.join("ca.pem"), authority.certificate.pem()).unwrap();
    authority.issue(&folder, "server", "localhost", |_| {});
    authority.issue(&folder, "device", "device", |_| {});
    Authority::new().issue(&folder, "stranger", "device", |_| {});
    let file = |name: &str| folder.join(name).display().to_string();
    let configuration = |more: &str| {
        format!(
            "cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\n{more}",
            file("ca.pem"),
            file("server.pem"),
            file("server.key")
        )
    };
    let open = Open::start("bridge_client_page", &[]);
    for (version, only) in [("1.3", ""), ("1.2", "tls_version tlsv1.2")] {
        let Some(broker) = Mosquitto::start(&configuration(only), &folder) else {
            return;
        };
        let address = format!("mqtts://localhost:{}", broker.address.port());
        let with = |certificate: &str, key: &str| {
            by_tls(Secured {
                certificate: certificate.into(),
                key: key.into(),
                ..trusting(&authority)
            })
        };
        let how = with(&file("device.pem"), &file("device.key"));
        let (mut page, facts) = opened(&open, &address, how);
        let spoken = facts.tls.unwrap().version;
        page.send(&CONNECT);
        assert_eq!(page.exactly(4), CONNACK, "{version}");
        // The same in one file that a passphrase opens.
        let how = by_tls(Secured {
            certificate: pkcs12(&folder, "device", "pass phrase"),
            passphrase: "pass phrase".into(),
            ..trusting(&authority)
        });
        let (mut page, _) = opened(&open, &address, how);
        page.send(&CONNECT);
        assert_eq!(page.exactly(4), CONNACK, "{version}");
        // Without one, and with one of another CA.
        let none = refusal(&open, &address, &with("", ""));
        assert_eq!(none, TlsFault::ClientCertificateRequired, "{spoken}");
        let how = with(&file("stranger.pem"), &file("stranger.key"));
        let strange = refusal(&open, &address, &how);
        assert!(
            matches!(strange, TlsFault::ClientCertificateRefused(_)),
            "{strange:?}"
        );
    }
}

/// A PKCS#12 file of the certificate and key of that name in a folder.
fn pkcs12(folder: &Path, file: &str, passphrase: &str) -> String {
    let pem = |end: &str| std::fs::read_to_string(folder.join(format!("{file}.{end}"))).unwrap();
    let certificate = CertificateDer::from_pem_slice(pem("pem").as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem("key").as_bytes()).unwrap();
    let chain = p12_keystore::PrivateKeyChain::new(
        vec![1],
        p12_keystore::PrivateKey::from_der(key.secret_der()).unwrap(),
        [p12_keystore::Certificate::from_der(&certificate).unwrap()],
    );
    let mut store = KeyStore::new();
    store.add_entry(file, KeyStoreEntry::PrivateKeyChain(chain));
    let path = folder.join(format!("{file}.p12"));
    std::fs::write(&path, store.writer(passphrase).write().unwrap()).unwrap();
    path.display().to_string()
}

/// Why TLS failed: in version 1.3 that is heard only after the handshake.
fn refusal(open: &Open, address: &str, how: &mqttscope_protocol::Bridged) -> TlsFault {
    let mut page = Page::new(open);
    let failure = match page.ask(address, how.clone()) {
        BridgeSays::Failed(failure) => fault(failure),
        BridgeSays::Opened(_) => match page.ended() {
            BridgeEnd::Tls(failure) => failure,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    failure.fault
}
