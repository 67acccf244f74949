//! What the end-to-end stories are told with: the real server program, and real browsers, each a profile of its own.
//!
//! `cargo xtask test e2e` sets the variables that say where the programs are: `WARREN_BIN`, `CHROMEDRIVER`,
//! `CHROMIUM`, `TRUNK`. Whatever is started here ends with the value that stands for it.

mod author;
mod browser;
mod driver;
mod elsewhere;
mod program;
mod server;
mod trunk;
mod wire;

pub use author::Author;
pub use browser::{Browser, LAN, LONG, Look, Tab};
pub use driver::Driver;
pub use elsewhere::Elsewhere;
pub use server::Server;
pub use trunk::Trunk;
pub use wire::Wire;
