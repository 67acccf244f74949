//! A WebSocket server that says everything again, on the same edge as Warren: for conformance suites.
//!
//! `cargo run --release -p backend --example echo -- --listen 127.0.0.1:9001`

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_server::Server;
use actix_web::{App, HttpRequest, HttpResponse, web};
use backend::connection::{
    Conversation, Deflate, Going, Outgoing, Stop, Timing, accept, frames, listen, serve, spread,
};
use bytes::Bytes;
use bytestring::ByteString;
use clap::Parser;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Conformance suites send messages of up to 16 MiB.
const MOST: usize = 16 * 1024 * 1024;

/// A WebSocket echo server.
#[derive(Parser)]
struct Options {
    /// The address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:9001")]
    listen: SocketAddr,
}

struct Echo;

impl Conversation for Echo {
    async fn text(&mut self, out: &Outgoing, text: ByteString) -> Going {
        out.reply(frames::text(&text));
        Going::On
    }

    fn binary(&mut self, out: &Outgoing, bytes: Bytes) -> Going {
        out.reply(frames::binary(&bytes));
        Going::On
    }

    async fn answer(&mut self, _out: &Outgoing) {
        std::future::pending::<()>().await;
    }

    fn is_answering(&self) -> bool {
        false
    }
}

async fn echo(
    request: HttpRequest,
    payload: web::Payload,
    stop: web::Data<Stop>,
) -> Result<HttpResponse, actix_web::Error> {
    let accepted = accept(&request, payload, &[], MOST, Deflate::Always).await?;
    // Some cases send a large message in small pieces and slowly.
    let timing = Timing { drop_after: Duration::from_mins(5), ..Timing::default() };
    Ok(serve(accepted, Echo, timing, &stop))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
    let stop = web::Data::new(Stop { stopping: stopping.clone(), connections, come_back: spread });
    let app = move || App::new().app_data(stop.clone()).default_service(web::get().to(echo));
    let listener = TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    listen(Server::build(), listener, None, Timing::default(), Arc::default(), stopping, app)?.run().await
}
