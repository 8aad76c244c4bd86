//! SCRAM-SHA-256 (RFC 5802 and RFC 7677) for [enhanced authentication](super::Event::Authenticate).
//!
//! User name and password are prepared with SASLprep (RFC 4013), so that what looks the same is the
//! same; a password that is not UTF-8 is used as it is. There is no channel binding.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The Authentication Method.
pub const METHOD: &str = "SCRAM-SHA-256";

/// Iterations that a server may ask for: at least what RFC 7677 asks of it, at most what does not
/// stop a page for seconds.
const ITERATIONS: core::ops::RangeInclusive<u32> = 4096..=600_000;

/// Why an exchange ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScramError {
    /// The nonce has characters that are not printable ASCII, or a comma, or is empty.
    Nonce,
    /// The user name or the password has characters that SASLprep prohibits.
    Prohibited,
    /// The server's message is not one of SCRAM, or not the one that is due.
    Malformed,
    /// The server's nonce does not begin with the client's.
    NotOurNonce,
    /// Too few iterations to be safe or too many to be done.
    Iterations(u32),
    /// The server says that it failed.
    Refused,
    /// The server does not know the password: it is not the one that it claims to be.
    ServerSignature,
}

impl core::fmt::Display for ScramError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Nonce => f.write_str("the nonce must be printable ASCII without a comma"),
            Self::Prohibited => {
                f.write_str("user name or password has a character that SCRAM prohibits")
            }
            Self::Malformed => {
                f.write_str("the server's message is not the one that SCRAM has here")
            }
            Self::NotOurNonce => f.write_str("the server answers another exchange"),
            Self::Iterations(count) => write!(f, "the server asks for {count} iterations"),
            Self::Refused => f.write_str("the server has refused the authentication"),
            Self::ServerSignature => {
                f.write_str("the server could not prove that it knows the password")
            }
        }
    }
}

impl core::error::Error for ScramError {}

/// One exchange: [`Scram::first`] goes into the CONNECT, [`Scram::answer`] into the AUTH that
/// answers the server, [`Scram::verify`] reads what comes with the CONNACK (or the last AUTH).
#[derive(Clone)]
pub struct Scram {
    nonce: String,
    /// The client's first message without its header.
    bare: String,
    password: Vec<u8>,
    /// What the server must prove with.
    server_signature: Option<[u8; 32]>,
}

impl core::fmt::Debug for Scram {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Neither password nor signature belongs into a log.
        f.debug_struct("Scram")
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}

fn keyed(key: &[u8], data: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

impl Scram {
    /// A new exchange; the nonce is random text that the caller makes anew each time.
    ///
    /// # Errors
    /// A nonce that cannot be sent, or characters that SASLprep prohibits.
    pub fn new(user_name: &str, password: &[u8], nonce: &str) -> Result<Self, ScramError> {
        if nonce.is_empty()
            || !nonce
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b',')
        {
            return Err(ScramError::Nonce);
        }
        let prepared = |text| stringprep::saslprep(text).map_err(|_| ScramError::Prohibited);
        let user_name = prepared(user_name)?.replace('=', "=3D").replace(',', "=2C");
        let password = match core::str::from_utf8(password) {
            Ok(text) => prepared(text)?.as_bytes().to_vec(),
            Err(_) => password.to_vec(),
        };
        Ok(Self {
            nonce: nonce.into(),
            bare: format!("n={user_name},r={nonce}"),
            password,
            server_signature: None,
        })
    }

    /// The first Authentication Data.
    #[must_use]
    pub fn first(&self) -> Vec<u8> {
        format!("n,,{}", self.bare).into_bytes()
    }

    /// Answers the server's first message.
    ///
    /// # Errors
    /// When the message is not sound.
    pub fn answer(&mut self, server_first: &[u8]) -> Result<Vec<u8>, ScramError> {
        let server_first = core::str::from_utf8(server_first).map_err(|_| ScramError::Malformed)?;
        let mut parts = server_first.split(',');
        let mut part = |name: &str| {
            parts
                .next()
                .and_then(|part| part.strip_prefix(name))
                .ok_or(ScramError::Malformed)
        };
        let nonce = part("r=")?;
        let salt = STANDARD
            .decode(part("s=")?)
            .map_err(|_| ScramError::Malformed)?;
        let iterations = part("i=")?.parse().map_err(|_| ScramError::Malformed)?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(ScramError::NotOurNonce);
        }
        if !ITERATIONS.contains(&iterations) {
            return Err(ScramError::Iterations(iterations));
        }
        let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(&self.password, &salt, iterations);
        // "biws" is the header "n,," in base64.
        let without_proof = format!("c=biws,r={nonce}");
        let message = format!("{},{server_first},{without_proof}", self.bare);
        let client_key = keyed(&salted, b"Client Key");
        let signature = keyed(&Sha256::digest(client_key), message.as_bytes());
        let mut proof = client_key;
        for (byte, mask) in proof.iter_mut().zip(signature) {
            *byte ^= mask;
        }
        self.server_signature = Some(keyed(&keyed(&salted, b"Server Key"), message.as_bytes()));
        Ok(format!("{without_proof},p={}", STANDARD.encode(proof)).into_bytes())
    }

    /// Checks the server's last message: it knows the password too.
    ///
    /// # Errors
    /// When it does not, or refuses.
    pub fn verify(&self, server_final: &[u8]) -> Result<(), ScramError> {
        let text = core::str::from_utf8(server_final).map_err(|_| ScramError::Malformed)?;
        if text.starts_with("e=") {
            return Err(ScramError::Refused);
        }
        let verifier = text
            .strip_prefix("v=")
            .and_then(|rest| rest.split(',').next())
            .ok_or(ScramError::Malformed)?;
        let signature = STANDARD
            .decode(verifier)
            .map_err(|_| ScramError::Malformed)?;
        let expected = self.server_signature.ok_or(ScramError::Malformed)?;
        // Compared under a key, so that the time taken tells nothing.
        if keyed(&self.password, &signature) == keyed(&self.password, &expected) {
            Ok(())
        } else {
            Err(ScramError::ServerSignature)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER_FIRST: &[u8] =
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn exchange() -> Scram {
        Scram::new("user", b"pencil", "rOprNGfwEbeRWgbNEkqO").unwrap()
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let mut scram = exchange();
        assert_eq!(scram.first(), b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assert_eq!(
            scram.verify(b"v=AAAA"),
            Err(ScramError::Malformed),
            "before its turn"
        );
        assert_eq!(
            scram.answer(SERVER_FIRST).unwrap(),
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(
            scram.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
            Ok(())
        );
        assert_eq!(
            scram.verify(b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
            Err(ScramError::ServerSignature)
        );
        assert_eq!(scram.verify(b"e=other-error"), Err(ScramError::Refused));
    }

    /// The examples of RFC 4013, section 3.
    #[test]
    fn names_and_passwords_are_prepared() {
        for (given, prepared) in [
            ("I\u{ad}X", "IX"),
            ("user", "user"),
            ("USER", "USER"),
            ("\u{aa}", "a"),
            ("\u{2168}", "IX"),
        ] {
            let scram = Scram::new(given, given.as_bytes(), "x").unwrap();
            assert_eq!(scram.bare, format!("n={prepared},r=x"));
            assert_eq!(scram.password, prepared.as_bytes());
        }
        for wrong in ["\u{7}", "\u{627}1"] {
            assert_eq!(
                Scram::new(wrong, b"p", "x").err(),
                Some(ScramError::Prohibited)
            );
            assert_eq!(
                Scram::new("u", wrong.as_bytes(), "x").err(),
                Some(ScramError::Prohibited)
            );
        }
        assert_eq!(Scram::new("u", b"\xff", "x").unwrap().password, b"\xff");
    }

    #[test]
    fn a_server_that_is_not_sound() {
        let cases: [(&[u8], ScramError); 6] = [
            (b"", ScramError::Malformed),
            (b"\xff", ScramError::Malformed),
            (b"r=other,s=AAAA,i=4096", ScramError::NotOurNonce),
            (
                b"r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096",
                ScramError::NotOurNonce,
            ),
            (
                b"r=rOprNGfwEbeRWgbNEkqO1,s=AAAA,i=1",
                ScramError::Iterations(1),
            ),
            (
                b"r=rOprNGfwEbeRWgbNEkqO1,s=AAAA,i=4294967295",
                ScramError::Iterations(u32::MAX),
            ),
        ];
        for (message, error) in cases {
            assert_eq!(exchange().answer(message), Err(error));
        }
        assert_eq!(Scram::new("u", b"p", "a,b").err(), Some(ScramError::Nonce));
        assert_eq!(
            Scram::new("a=b,c", b"p", "x").unwrap().first(),
            b"n,,n=a=3Db=2Cc,r=x"
        );
    }
}
