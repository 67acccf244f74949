//! One push: to one browser's push service.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    redirect::Policy,
};

use super::{
    Notice,
    address::{Addresses, PublicNames},
    keys::{self, Keys},
};
use crate::log::{Clock, Subscription};

/// How long a push service may take to connect, and for all of an answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// A push service keeps a push for a browser that is away for so many seconds: a day.
const KEPT: u32 = 86_400;
/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The push service has taken it.
    Taken,
    /// The browser is no more: nothing is to be sent there again.
    Gone,
    /// The push service does not want it, and would not want it later.
    Refused,
}

/// Sends pushes.
pub struct Sender {
    client: Client,
    keys: Keys,
    clock: Clock,
    addresses: Addresses,
    outcomes: [AtomicU64; 4],
}

impl Sender {
    /// Sends with these keys to these addresses.
    ///
    /// # Errors
    /// Where there can be no client: the system has no certificates.
    pub fn new(keys: Keys, clock: Clock, addresses: Addresses) -> anyhow::Result<Self> {
        // The first one counts; another of the same kind is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .dns_resolver(PublicNames::shared())
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_max_idle_per_host(2)
            .user_agent("Warren")
            .build()?;
        Ok(Self { client, keys, clock, addresses, outcomes: Default::default() })
    }

    /// The keys that push services know this server by.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where pushes may go.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What became of all tries, each with a word for it.
    pub fn outcomes(&self) -> [(&'static str, u64); 4] {
        let times = |place: usize| self.outcomes[place].load(Ordering::Relaxed);
        [("taken", times(0)), ("gone", times(1)), ("refused", times(2)), ("failed", times(3))]
    }

    /// Tells a browser.
    ///
    /// # Errors
    /// Where it may come through later: after how long, where the push service says so.
    pub async fn send_once(&self, to: &Subscription, notice: &Notice) -> Result<Outcome, Option<Duration>> {
        let outcome = self.send(to, notice).await;
        let place = outcome.map_or(3, |outcome| outcome as usize);
        self.outcomes[place].fetch_add(1, Ordering::Relaxed);
        outcome
    }

    async fn send(&self, to: &Subscription, notice: &Notice) -> Result<Outcome, Option<Duration>> {
        let Ok(url) = self.addresses.check(&to.endpoint) else { return Ok(Outcome::Gone) };
        let text = serde_json::to_vec(notice).unwrap_or_default();
        let Ok(body) = keys::encrypted(to, text) else { return Ok(Outcome::Gone) };
        let request = self
            .client
            .post(url.clone())
            .header(AUTHORIZATION, self.keys.authorization(&url, (self.clock)()))
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("TTL", KEPT)
            .header("Urgency", "normal")
            .header("Topic", self.keys.topic(&notice.room))
            .body(body);
        // What the answer says beside its status is nobody's concern.
        request.send().await.map_or(Err(None), |answer| outcome(&answer))
    }
}

fn outcome(answer: &Response) -> Result<Outcome, Option<Duration>> {
    let status = answer.status();
    let wait = || {
        let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    };
    match status {
        _ if status.is_success() => Ok(Outcome::Taken),
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Outcome::Gone),
        StatusCode::TOO_MANY_REQUESTS => Err(wait()),
        _ if status.is_server_error() => Err(wait()),
        _ => {
            tracing::warn!(%status, "a push service refused a push");
            Ok(Outcome::Refused)
        }
    }
}
