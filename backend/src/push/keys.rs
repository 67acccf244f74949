//! What push services know this server by: a pair of keys of P-256 (RFC 8292, VAPID). And what only a browser can read:
//! encryption for it (RFC 8291).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::Millis;
use url::Url;
use web_push_native::{Auth, encrypt};

use crate::log::Subscription;

/// A signature holds for so many seconds; at most a day is allowed.
const HOLDS: u64 = 12 * 3_600;

/// Why something cannot be encrypted for a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// Its public key is no point of the curve.
    #[error("The key p256dh is not a public key of P-256.")]
    PublicKey,
    /// What was to be encrypted is too long.
    #[error("The message is too long to be encrypted.")]
    TooLong,
}

/// The server's keys.
pub struct Keys {
    signing: SigningKey,
    contact: String,
}

impl Keys {
    /// The keys of a secret; none where it is not one. `contact` is where a push service finds who runs the server: an
    /// address of https or mailto.
    #[must_use]
    pub fn new(secret: &[u8; 32], contact: String) -> Option<Self> {
        Some(Self { signing: SigningKey::from_slice(secret).ok()?, contact })
    }

    /// The public key, as a browser wants it for subscribing: an uncompressed point in base64url.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.signing.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// The name under which a newer push takes the place of one that waits: at most 32 letters of base64url (RFC 8030,
    /// section 5.4). It tells the push service no more than that two pushes are of one room: whoever has not the secret
    /// cannot try names of rooms.
    #[must_use]
    pub fn topic(&self, room: &str) -> String {
        let hash =
            Sha256::new().chain_update(self.signing.to_bytes()).chain_update("topic").chain_update(room).finalize();
        URL_SAFE_NO_PAD.encode(&hash[..24])
    }

    /// The header `Authorization` for a push to an address.
    #[must_use]
    pub fn authorization(&self, to: &Url, now: Millis) -> String {
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({"typ": "JWT", "alg": "ES256"}));
        let audience = to.origin().ascii_serialization();
        let claims = part(&json!({"aud": audience, "exp": now.0 / 1_000 + HOLDS, "sub": self.contact}));
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.signing.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public())
    }
}

/// Whether something can be encrypted for a browser with this key.
///
/// # Errors
/// [`BadKeys::PublicKey`] where it cannot.
pub(crate) fn check(p256dh: &[u8]) -> Result<(), BadKeys> {
    public_key(p256dh).map(drop)
}

/// The content of a push, for the one browser that can read it.
///
/// # Errors
/// [`BadKeys`].
pub(super) fn encrypted(to: &Subscription, text: Vec<u8>) -> Result<Vec<u8>, BadKeys> {
    encrypt(text, &public_key(&to.p256dh)?, &Auth::from(to.auth)).map_err(|_| BadKeys::TooLong)
}

fn public_key(p256dh: &[u8]) -> Result<web_push_native::p256::PublicKey, BadKeys> {
    web_push_native::p256::PublicKey::from_sec1_bytes(p256dh).map_err(|_| BadKeys::PublicKey)
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    use super::*;

    #[test]
    fn a_signature_is_for_the_push_services_origin_and_can_be_verified() {
        let keys = Keys::new(&[7; 32], "mailto:ada@example.org".to_owned()).unwrap();
        let to = Url::parse("https://push.example.org/send/abc?x=1").unwrap();
        let header = keys.authorization(&to, Millis(1_795_000_000_000));
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, keys.public());
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let claims_read: serde_json::Value = serde_json::from_slice(&decode(claims)).unwrap();
        let want =
            json!({"aud": "https://push.example.org", "exp": 1_795_043_200_u64, "sub": "mailto:ada@example.org"});
        assert_eq!(claims_read, want);
        let key = VerifyingKey::from_sec1_bytes(&decode(public)).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        assert!(key.verify(format!("{header}.{claims}").as_bytes(), &signature).is_ok());
        assert!(key.verify(b"another", &signature).is_err());
    }

    #[test]
    fn a_topic_is_of_one_room_and_says_not_which() {
        let keys = |secret| Keys::new(&[secret; 32], String::new()).unwrap();
        assert_eq!(keys(7).topic("den"), keys(7).topic("den"));
        assert_ne!(keys(7).topic("den"), keys(7).topic("lobby"));
        assert_ne!(keys(7).topic("den"), keys(8).topic("den"), "another server's");
        assert!(keys(7).topic(&"x".repeat(40)).len() <= 32);
    }

    #[test]
    fn a_secret_is_one_of_the_curve() {
        assert!(Keys::new(&[0; 32], String::new()).is_none());
        assert!(Keys::new(&[0xff; 32], String::new()).is_none());
    }
}
