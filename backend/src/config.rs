//! The configuration: flags, and `WARREN_*` variables for each; and what else the program can be asked for. The only
//! module that reads the environment.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use shared::Days;
use tracing_subscriber::{EnvFilter, filter::ParseError};
use url::Url;

use crate::{
    log::ReadLimits,
    policy::{Limit, Places, Proxy, Rates, pace},
};

/// The short help of `--limit`.
const LIMIT: &str = "Change a limit, such as posts=30+2/s, posts.address=300+20/s, handshakes=off (--help lists them)";

/// Warren: self-hosted chat that loses no message and doubles none.
///
/// Start it, open the address that it prints, and send the link to whoever you want to talk with. Without a command it
/// serves.
#[derive(Clone, Debug, Parser)]
#[command(name = "warren", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// How it serves, and where everything is kept.
    #[command(flatten)]
    pub config: Config,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub task: Option<Task>,
}

/// What can be done beside serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Write everything that is kept to one file, also while the server runs.
    ///
    /// The file holds one moment of it all, is checked like `warren check` does, and is there only when it is whole.
    /// Texts that are deleted later are still in it.
    Backup {
        /// The file to write.
        file: PathBuf,
        /// Overwrite the file where it is there already.
        #[arg(long)]
        force: bool,
    },
    /// Put a backup in the place of what is kept. The server must be stopped.
    ///
    /// The file is checked first. What was kept before stays beside it under another name. Restoring begins a new
    /// history: every client notices, and loads its rooms anew.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Prove that everything is there and is what it was, also while the server runs.
    ///
    /// Every room's events are counted and proved by their digests, what people read is compared with them, and what was
    /// deleted is looked for. It ends with the code 1 where something is wrong.
    Check {
        /// A backup to check, instead of what is kept.
        file: Option<PathBuf>,
    },
}

/// How the server serves, and where everything is kept.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// The address and port to listen on. With a loopback address (the default) only this machine reaches it; with
    /// 0.0.0.0:8000 or [::]:8000 the network does.
    #[arg(long, env = "WARREN_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,

    /// The directory that holds everything that is to be kept. It is made where it is missing.
    #[arg(long, env = "WARREN_DATA", value_name = "DIRECTORY", default_value = "warren-data", global = true)]
    pub data: PathBuf,

    /// Speak TLS, with the certificate in this file: PEM, with those that vouch for it after it. It is read again when it
    /// changes.
    #[arg(long, env = "WARREN_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The key of that certificate: PEM.
    #[arg(long, env = "WARREN_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Where to listen for those who come without TLS, such as 0.0.0.0:80, and to send them to where it is spoken; nowhere,
    /// where nothing is said.
    #[arg(long, env = "WARREN_HTTP_REDIRECT", value_name = "ADDRESS:PORT", requires = "tls_cert")]
    pub http_redirect: Option<SocketAddr>,

    /// The address that people use, such as `https://chat.example`, where that is not the one listened on. Needed
    /// behind a proxy, and for host names other than localhost.
    #[arg(long, env = "WARREN_URL", value_name = "URL", value_parser = parse_url)]
    pub url: Option<Url>,

    #[arg(long = "limit", env = "WARREN_LIMIT", value_name = "KIND=LIMIT", value_delimiter = ',', help = LIMIT, long_help = pace::help())]
    #[expect(missing_docs, reason = "what it says is made of the table")]
    pub limits: Vec<Limit>,

    /// A proxy, or a network of them, whose `X-Forwarded-For` says where clients are; several with commas, or said again.
    /// With --url, one on this machine is trusted by itself. What others say there does not count.
    #[arg(long = "trusted-proxy", env = "WARREN_TRUSTED_PROXY", value_name = "ADDRESS[/BITS]", value_delimiter = ',')]
    pub trusted_proxies: Vec<Proxy>,

    /// Turn all limits of this kind off, per person and per address. For load tests.
    #[arg(long, env = "WARREN_NO_LIMITS", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_limits: bool,

    /// Never compress what goes over sockets. Compression (permessage-deflate) is agreed on with clients that offer it.
    #[arg(long, env = "WARREN_NO_DEFLATE", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_deflate: bool,

    /// The most connections at a time; whoever comes beyond is told to come back later. As many as the limit on open
    /// files allows, where nothing is said.
    #[arg(long, env = "WARREN_MAX_CONNECTIONS", value_name = "COUNT")]
    pub max_connections: Option<NonZeroUsize>,

    /// The most connections of one address at a time, an IPv6 /64 being one; a quarter of all, where nothing is said. With
    /// --no-limits, as many as there are places.
    #[arg(long, env = "WARREN_MAX_PER_ADDRESS", value_name = "COUNT")]
    pub max_per_address: Option<NonZeroUsize>,

    /// For how many days public rooms keep what is said in them; for ever, where nothing is said. Of the other rooms their
    /// owners say it.
    #[arg(long, env = "WARREN_RETENTION_DAYS", value_name = "DAYS")]
    pub retention_days: Option<Days>,

    /// Let pushes go to this machine too, over http to 127.0.0.1: to a push service of one's own, or of a test. Else they
    /// go to the public internet alone.
    #[arg(long, env = "WARREN_PUSH_TO_LOOPBACK", value_parser = clap::builder::FalseyValueParser::new())]
    pub push_to_loopback: bool,

    /// Where to listen for `GET /metrics`, for Prometheus, such as 127.0.0.1:9464; nowhere, where nothing is said. Everybody
    /// who reaches it may read it, so it does not belong on a public address.
    #[arg(long, env = "WARREN_METRICS", value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,

    /// How many reads of the log there may be. No flag: it is a matter of disks, and the same for all of them.
    #[arg(skip)]
    pub reads: ReadLimits,

    /// What to write to the terminal: error, warn, info, debug or trace, or a list such as `warn,backend=debug`.
    #[arg(long, env = "WARREN_LOG", value_name = "LEVEL", default_value = "warn", value_parser = parse_log, global = true)]
    pub log: String,
}

impl Config {
    /// What is written to the terminal. The framework has an error for each request that nobody can understand; strangers
    /// could fill a disk with those, so they are written only where they are asked for by name.
    ///
    /// # Errors
    /// Where `log` is no such list.
    pub fn filter(&self) -> Result<EnvFilter, ParseError> {
        let quiet = if self.log.contains("actix_http") { "" } else { ",actix_http::h1=off" };
        EnvFilter::try_new(self.log.clone() + quiet)
    }

    /// The most connections of one address, of so many places.
    #[must_use]
    pub fn most_of_an_address(&self, places: Places) -> Option<usize> {
        let most = self.max_per_address.map_or(places.connections.div_ceil(4), NonZeroUsize::get);
        (!self.no_limits).then_some(most)
    }

    /// How fast who may do what.
    #[must_use]
    pub fn rates(&self) -> Rates {
        if self.no_limits { Rates::none() } else { Rates::with(&self.limits) }
    }
}

fn parse_url(raw: &str) -> Result<Url, String> {
    let url = Url::parse(raw).map_err(|error| format!("{error}; it looks like https://chat.example"))?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it begins with http:// or https://".to_owned());
    }
    if url.host_str().is_none_or(str::is_empty) || !bare || !url.username().is_empty() {
        return Err("it is a scheme and a host, maybe a port, and nothing else".to_owned());
    }
    Ok(url)
}

fn parse_log(raw: &str) -> Result<String, String> {
    let wrong = |error| format!("{error}; it is a level, or a list such as warn,backend=debug");
    EnvFilter::try_new(raw).map(|_| raw.to_owned()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_a_scheme_and_a_host() {
        for good in ["https://chat.example", "http://192.168.1.2:8000/", "https://[::1]:8443"] {
            assert!(parse_url(good).is_ok(), "{good}");
        }
        for bad in ["", "chat.example", "ftp://chat.example", "https://", "https://a/b", "https://u@a", "https://a/?q"]
        {
            assert!(parse_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_certificate_and_its_key_are_named_together() {
        let parse = |flags: &[&str]| Cli::try_parse_from(["warren"].iter().chain(flags)).map(drop);
        assert!(parse(&["--tls-cert", "a", "--tls-key", "b", "--http-redirect", "127.0.0.1:80"]).is_ok());
        for half in [&["--tls-cert", "a"], &["--tls-key", "b"], &["--http-redirect", "127.0.0.1:80"]] {
            assert!(parse(half).is_err(), "{half:?}");
        }
    }

    #[test]
    fn every_flag_has_its_variable() {
        use clap::CommandFactory as _;
        for argument in Cli::command().get_arguments().filter(|argument| argument.get_long().is_some()) {
            let flag = argument.get_long().unwrap();
            let variable = argument.get_env().unwrap().to_str().unwrap();
            assert_eq!(variable, format!("WARREN_{}", flag.to_uppercase().replace('-', "_")));
            assert!(argument.get_help().is_some(), "--{flag} is explained");
        }
    }
}
