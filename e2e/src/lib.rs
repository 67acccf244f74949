//! What the end-to-end stories are told with: the real server program, and real browsers, each a profile of its own.
//!
//! `cargo xtask test e2e` sets the variables that say where the programs are: `WARREN_BIN`, `CHROMEDRIVER`,
//! `CHROMIUM`, `TRUNK`, `AXE`, `NGINX`. Whatever is started here ends with the value that stands for it.

mod author;
mod axe;
mod browser;
mod certificate;
mod conditions;
mod corpus;
mod driver;
mod elsewhere;
mod keyboard;
mod nginx;
mod plain;
mod program;
mod push_service;
mod server;
mod steady;
mod trunk;
mod wire;

pub use author::Author;
pub use browser::{Browser, LAN, LONG, Look, Tab};
pub use certificate::Certificate;
pub use corpus::hostile;
pub use driver::Driver;
pub use elsewhere::Elsewhere;
pub use nginx::Nginx;
pub use plain::Plain;
pub use push_service::{PushService, Told};
pub use server::Server;
pub use steady::{Case, Shift};
pub use trunk::Trunk;
pub use wire::Wire;
