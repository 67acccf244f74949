//! TLS in the program itself: a certificate and its key from two files, and again whenever those change, so that
//! whatever renews them has nothing to tell anybody.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, ensure};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate and its key, as the files had them when they were last good.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    now: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the certificate, with those that vouch for it after it, and its key; both are PEM.
    ///
    /// # Errors
    /// Says in words which file is not what it should be, or that they are no pair.
    pub fn load(chain: &Path, key: &Path) -> anyhow::Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let now = RwLock::new(Arc::new(read(chain, key, &provider)?));
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), provider, now })
    }

    /// Takes what is in the files now. Where that is no pair, the one before stays.
    ///
    /// # Errors
    /// As [`Certificate::load`].
    pub fn reload(&self) -> anyhow::Result<()> {
        let pair = Arc::new(read(&self.chain, &self.key, &self.provider)?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = pair;
        Ok(())
    }

    /// What shakes hands with this certificate, by TLS 1.2 or 1.3. HTTP/1.1 is what is spoken then: sockets need it.
    ///
    /// # Errors
    /// Where the library's own parts do not fit together.
    pub fn acceptor(self: &Arc<Self>) -> anyhow::Result<TlsAcceptor> {
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions();
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = builder?.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Takes what is in the files whenever they change, for ever.
    pub async fn follow(self: Arc<Self>) {
        let mut seen = self.times();
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            let times = self.times();
            if times == seen {
                continue;
            }
            // Of two files the second may still be on its way. Then this fails, and goes on when that has come.
            match self.reload() {
                Ok(()) => tracing::info!("the certificate has changed, and is taken"),
                Err(error) => tracing::warn!("the certificate has changed, and the one before is kept: {error:#}"),
            }
            seen = times;
        }
    }

    fn times(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(chain_path: &Path, key_path: &Path, provider: &CryptoProvider) -> anyhow::Result<CertifiedKey> {
    let cannot = || format!("the certificate {} cannot be read", chain_path.display());
    let chain = CertificateDer::pem_file_iter(chain_path).with_context(cannot)?;
    let chain = chain.collect::<Result<Vec<_>, _>>().with_context(cannot)?;
    ensure!(
        !chain.is_empty(),
        "there is no certificate in {}; it is PEM, and begins with -----BEGIN CERTIFICATE-----",
        chain_path.display()
    );
    let key = PrivateKeyDer::from_pem_file(key_path)
        .with_context(|| format!("the key {} cannot be read", key_path.display()))?;
    CertifiedKey::from_der(chain, key, provider)
        .with_context(|| format!("{} is not the key of {}", key_path.display(), chain_path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (directory.join("chain.pem"), directory.join("key.pem"));
        fs::write(&chain, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (chain, key)
    }

    fn serial(certificate: &Certificate) -> Vec<u8> {
        certificate.now.read().unwrap().cert[0].to_vec()
    }

    #[test]
    fn what_is_no_pair_is_said_in_words() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ((chain, key), (_, foreign)) = (write(one.path()), write(other.path()));
        let said = |chain: &Path, key: &Path| format!("{:#}", Certificate::load(chain, key).unwrap_err());
        assert!(said(&chain, &foreign).contains("is not the key of"));
        assert!(said(&key, &key).contains("there is no certificate in"));
        assert!(said(&chain, &chain).contains("the key"));
        assert!(said(&one.path().join("none"), &key).contains("cannot be read"));
        Certificate::load(&chain, &key).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_pair_that_changes_is_taken_and_half_of_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let (chain, key) = write(directory.path());
        let certificate = Arc::new(Certificate::load(&chain, &key).unwrap());
        let first = serial(&certificate);
        let mut following = std::pin::pin!(Arc::clone(&certificate).follow());
        let mut look = async || assert!(tokio::time::timeout(2 * LOOK_EVERY, &mut following).await.is_err());
        look().await;
        assert_eq!(serial(&certificate), first);
        // Their times are set, as the clock of a disk may be coarser than this test is fast.
        let later = |path: &Path, seconds| {
            let time = SystemTime::now() + Duration::from_secs(seconds);
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        };
        let old = fs::read(&key).unwrap();
        write(directory.path());
        let new = fs::read(&key).unwrap();
        fs::write(&key, old).unwrap();
        later(&chain, 60);
        look().await;
        assert_eq!(serial(&certificate), first, "the new certificate with the old key is no pair");
        fs::write(&key, new).unwrap();
        later(&key, 120);
        look().await;
        assert_ne!(serial(&certificate), first);
    }
}
