//! The load against the real server, in one process and on a log in memory: that what it counts is what was relayed, and
//! that whoever comes back goes on where it was.

use std::{net::SocketAddr, sync::mpsc, thread, time::Duration};

use backend::{config::Cli, connection::Timing as Timings, startup::Application};
use clap::Parser as _;
use shared::Epoch;
use tokio::sync::oneshot;

use super::*;
use crate::shelf::Shelf;

/// Long enough for some hundred messages, also on a busy machine.
const TIME: Duration = Duration::from_millis(200);

/// Does something with a server that runs meanwhile.
fn with_server(work: impl FnOnce(SocketAddr)) {
    let (say_address, address) = mpsc::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let config = Cli::parse_from(["warren", "--no-limits", "--listen", "127.0.0.1:0"]).config;
            let shelf = Shelf::new(Epoch::from("test".to_owned()));
            let application = Application::on(shelf.clone(), shelf, &config, Timings::default()).unwrap();
            say_address.send(application.address()).unwrap();
            application.run_until_stopped(async { drop(stopped.await) }).await.unwrap();
        });
    });
    work(address.recv().unwrap());
    stop.send(()).unwrap();
    server.join().unwrap();
}

fn plan(protocol: Protocol) -> Plan {
    Plan {
        protocol,
        rooms: 2,
        clients: 5,
        senders: 2,
        payload: 64,
        stalling: 0,
        churning: 0,
        until: Until::All,
        people: 3,
    }
}

#[test]
fn every_message_is_counted_once_at_each_client() {
    with_server(|address| {
        for protocol in [Protocol::Plain, Protocol::V1] {
            let mut load = Load::new(plan(protocol), address).unwrap();
            load.join().unwrap();
            load.begin();
            load.run(Pace::InFlight(8), TIME, Churn::None).unwrap();
            load.drain().unwrap();
            let Counts { messages, deliveries, frames, .. } = load.counts;
            assert!(messages > 8, "{protocol:?}: {messages}");
            assert_eq!(deliveries, 5 * messages, "{protocol:?}");
            assert!(frames <= deliveries);
            let latency = load.timing.points();
            assert_eq!((latency.commit.count, latency.whole.count), (messages, deliveries), "{protocol:?}");
        }
    });
}

#[test]
fn a_rate_is_kept_whatever_comes() {
    with_server(|address| {
        let mut load = Load::new(plan(Protocol::Plain), address).unwrap();
        load.join().unwrap();
        load.begin();
        load.run(Pace::Rate(200.0), TIME, Churn::None).unwrap();
        load.drain().unwrap();
        assert_eq!(load.counts.messages, 40, "0.2 s of 200 a second");
    });
}

#[test]
fn whoever_is_cut_or_does_not_read_has_everything_in_the_end() {
    with_server(|address| {
        let mut load = Load::new(Plan { stalling: 1, churning: 2, ..plan(Protocol::V1) }, address).unwrap();
        load.join().unwrap();
        load.begin();
        load.stall(true).unwrap();
        load.avalanche();
        load.run(Pace::Rate(200.0), TIME, Churn::Jitter(50.0)).unwrap();
        load.stall(false).unwrap();
        load.drain().unwrap();
        let Counts { messages, deliveries, returns, .. } = load.counts;
        assert!(load.all_are_in() && returns >= 4, "{returns} came back");
        assert_eq!(deliveries, 5 * messages, "those who were away got what they missed, once");
    });
}
