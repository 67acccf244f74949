//! A page of another origin, without anything of Warren's: where the client of a tutorial would live.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
};

const PAGE: &str = "<!doctype html><title>Elsewhere</title>";

/// A server of an empty page. It ends with the process.
pub struct Elsewhere {
    address: SocketAddr,
}

impl Elsewhere {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// Where there is none.
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PAGE}",
                    PAGE.len()
                );
                // Whatever was asked for; a browser that is gone needs no answer.
                drop(stream.read(&mut [0; 4_096]));
                drop(stream.write_all(answer.as_bytes()));
            }
        });
        Ok(Self { address })
    }

    /// Where the page is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}/", self.address.port())
    }
}
