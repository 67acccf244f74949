//! A certificate of a test's own: nobody vouches for it, and no browser believes it that is not told to.

use std::{fs, path::PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::PublicKeyData as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// A certificate for this machine, and its key, in files.
pub struct Certificate {
    directory: TempDir,
    print: String,
}

impl Certificate {
    /// Makes a new one.
    ///
    /// # Errors
    /// Where it cannot be made or written.
    pub fn make() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let print = BASE64_STANDARD.encode(Sha256::digest(made.signing_key.subject_public_key_info()));
        let certificate = Self { directory, print };
        fs::write(certificate.chain(), made.cert.pem())?;
        fs::write(certificate.key(), made.signing_key.serialize_pem())?;
        Ok(certificate)
    }

    pub(crate) fn chain(&self) -> PathBuf {
        self.directory.path().join("chain.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.directory.path().join("key.pem")
    }

    /// Whereby a browser knows its key (RFC 7469, section 2.4).
    pub(crate) fn print(&self) -> &str {
        &self.print
    }
}
