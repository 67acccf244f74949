//! Passkeys (`WebAuthn` level 3, <https://www.w3.org/TR/webauthn-3/>): what the browser is asked, and whether its answer is
//! right. The one module that knows the library for it.
//!
//! An answer is good once, for five minutes, for the question that it was asked, at the address that the page is at.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::{Millis, PersonId, PersonName};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey as Kept, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::random_text;
use crate::{lock::lock, log::Passkey};

/// How long a question waits for its answer.
const LASTS_MS: u64 = 300_000;
/// So many questions wait at a time; one more takes the place of the oldest.
const QUESTIONS: usize = 4_096;

/// Why a passkey is not taken. The cause is for the server's log.
#[derive(Debug, thiserror::Error)]
pub enum NoPasskey {
    /// Passkeys belong to host names: there are none where the server is reached by an IP address.
    #[error("passkeys need a host name")]
    NoHost,
    /// There is no such question: it was answered already, is too old, or was asked somebody else.
    #[error("there is no such question")]
    NotAsked,
    /// The answer is wrong.
    #[error("the answer is wrong: {0}")]
    Wrong(String),
    /// The system gives no randomness.
    #[error(transparent)]
    Random(#[from] getrandom::Error),
}

impl From<WebauthnError> for NoPasskey {
    fn from(error: WebauthnError) -> Self {
        Self::Wrong(error.to_string())
    }
}

enum Asked {
    ToMake { person: PersonId, name: PersonName, state: PasskeyRegistration },
    ToSignIn(DiscoverableAuthentication),
}

/// The questions that wait for an answer.
#[derive(Default)]
pub struct Passkeys(Mutex<Questions>);

#[derive(Default)]
struct Questions {
    asked: HashMap<String, (Asked, Millis)>,
    order: VecDeque<String>,
}

/// What the browser is asked.
pub struct Question {
    /// The name of the question.
    pub id: String,
    /// The options for `navigator.credentials`, as JSON with base64url for bytes.
    pub options: Value,
}

impl Passkeys {
    /// Asks for a new passkey of a person, who has these already.
    ///
    /// # Errors
    /// [`NoPasskey`].
    pub fn ask_to_make(
        &self,
        site: Option<Url>,
        person: &PersonId,
        name: &PersonName,
        has: &[Passkey],
        now: Millis,
    ) -> Result<Question, NoPasskey> {
        let has = has.iter().map(|passkey| CredentialID::from(passkey.id.clone())).collect();
        let (options, state) =
            webauthn(site)?.start_passkey_registration(handle(person), name.as_str(), name.as_str(), Some(has))?;
        let mut options = serde_json::to_value(options).map_err(|error| NoPasskey::Wrong(error.to_string()))?;
        // Nobody is asked for a name when they sign in, so the device has to know whose key it is.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
        let asked = Asked::ToMake { person: person.clone(), name: name.clone(), state };
        self.keep(asked, options, now)
    }

    /// The passkey that was made, and the name under which it was asked for.
    ///
    /// # Errors
    /// [`NoPasskey`].
    pub fn made(
        &self,
        site: Option<Url>,
        question: &str,
        answer: Value,
        person: &PersonId,
        now: Millis,
    ) -> Result<(Passkey, PersonName), NoPasskey> {
        let Some(Asked::ToMake { person: asked, name, state }) = self.take(question, now) else {
            return Err(NoPasskey::NotAsked);
        };
        if asked != *person {
            return Err(NoPasskey::NotAsked);
        }
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let kept = webauthn(site)?.finish_passkey_registration(&answer, &state)?;
        let data = serde_json::to_string(&kept).map_err(|error| NoPasskey::Wrong(error.to_string()))?;
        Ok((Passkey { id: kept.cred_id().clone(), label: String::new(), data }, name))
    }

    /// Asks whoever it is to sign in by a passkey.
    ///
    /// # Errors
    /// [`NoPasskey`].
    pub fn ask_to_sign_in(&self, site: Option<Url>, now: Millis) -> Result<Question, NoPasskey> {
        let (options, state) = webauthn(site)?.start_discoverable_authentication()?;
        let mut options = serde_json::to_value(options).map_err(|error| NoPasskey::Wrong(error.to_string()))?;
        // It is asked for by a button, not beside a field.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        self.keep(Asked::ToSignIn(state), options, now)
    }

    /// The question is answered: it is asked no longer, whatever the answer is.
    ///
    /// # Errors
    /// [`NoPasskey`].
    pub fn answered(&self, question: &str, answer: Value, now: Millis) -> Result<Answer, NoPasskey> {
        let Some(Asked::ToSignIn(state)) = self.take(question, now) else { return Err(NoPasskey::NotAsked) };
        Ok(Answer { state, credential: read(answer)? })
    }

    fn keep(&self, asked: Asked, options: Value, now: Millis) -> Result<Question, NoPasskey> {
        let id = random_text(20)?;
        let mut questions = lock(&self.0);
        questions.asked.insert(id.clone(), (asked, now));
        questions.order.push_back(id.clone());
        while questions.order.len() > QUESTIONS
            && let Some(oldest) = questions.order.pop_front()
        {
            questions.asked.remove(&oldest);
        }
        Ok(Question { id, options })
    }

    fn take(&self, question: &str, now: Millis) -> Option<Asked> {
        let (asked, at) = lock(&self.0).asked.remove(question)?;
        (now.0 < at.0.saturating_add(LASTS_MS)).then_some(asked)
    }
}

/// Somebody's answer, of whom it is not known yet who they are.
pub struct Answer {
    state: DiscoverableAuthentication,
    credential: PublicKeyCredential,
}

impl Answer {
    /// The id of the passkey that it names.
    #[must_use]
    pub fn passkey(&self) -> Vec<u8> {
        self.credential.raw_id.as_slice().to_vec()
    }

    /// Whether it is right, by the passkey of this person. Gives what is known of that passkey from now on, where that
    /// is something else.
    ///
    /// # Errors
    /// [`NoPasskey`].
    pub fn prove(self, site: Option<Url>, person: &PersonId, passkey: &Passkey) -> Result<Option<String>, NoPasskey> {
        let webauthn = webauthn(site)?;
        let (whose, _) = webauthn.identify_discoverable_authentication(&self.credential)?;
        if whose != handle(person) {
            return Err(NoPasskey::Wrong("it names somebody else".to_owned()));
        }
        let mut kept: Kept =
            serde_json::from_str(&passkey.data).map_err(|error| NoPasskey::Wrong(error.to_string()))?;
        let proved = webauthn.finish_discoverable_authentication_v2(&self.credential, self.state, &kept)?;
        let changed = kept.update_credential(&proved) == Some(true);
        Ok(changed.then(|| serde_json::to_string(&kept).ok()).flatten())
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, NoPasskey> {
    serde_json::from_value(answer).map_err(|error| NoPasskey::Wrong(error.to_string()))
}

/// Passkeys of the page's host, for answers from exactly there.
fn webauthn(site: Option<Url>) -> Result<Webauthn, NoPasskey> {
    let site = site.ok_or(NoPasskey::NoHost)?;
    let host = site.domain().ok_or(NoPasskey::NoHost)?;
    Ok(WebauthnBuilder::new(host, &site)?.rp_name("Warren").build()?)
}

/// What authenticators know a person by: nothing that can be led back to them.
fn handle(person: &PersonId) -> Uuid {
    let hash = Sha256::new().chain_update(b"warren user\0").chain_update(person.as_str()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}
