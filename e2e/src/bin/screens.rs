//! Makes the screenshots of the documents from the running program: `cargo xtask screens`.

use std::path::PathBuf;

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

/// A conversation to look at.
const TALK: &[(usize, &str)] = &[
    (0, "Morning! I put Warren on the little box under my desk. One command, and here we are."),
    (0, "Nobody had to sign up for anything."),
    (1, "Came in by the link. It was on the screen before I had put my tea down."),
    (2, "صباح الخير، أكتب من الهاتف وكل شيء يعمل"),
    (1, "What happens if the server goes away while I write?"),
    (
        0,
        "Then it waits here with a clock beside it, and is sent once when the link is back.\nOnce. In order. You can keep typing.",
    ),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/screens"));
    std::fs::create_dir_all(&folder)?;
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let url = server.url("/r/kitchen-table");
    let mut people = Vec::new();
    for name in ["Ada", "Tomás", "ليلى"] {
        let browser = Browser::open(&driver, &url, Look::DESKTOP).await?;
        browser.rename(name).await?;
        browser.sees_here(name).await?;
        people.push(browser);
    }
    for (who, text) in TALK {
        people[*who].say_pasted(text).await?;
        people[0].sees(text).await?;
    }
    people[2].type_text("…").await?;
    people[0]
        .until("who types", "return document.querySelector('.typing').textContent.includes('ليلى')", json!([]))
        .await?;
    for (size, look) in [("desktop", Look::DESKTOP), ("phone", Look::PHONE)] {
        for (theme, dark) in [("light", false), ("dark", true)] {
            people[0].look(Look { dark, ..look }).await?;
            people[0].screenshot(&folder.join(format!("{size}-{theme}.png"))).await?;
        }
    }
    server.kill();
    people[0].reads_of_link("Offline").await?;
    people[0].look(Look::DESKTOP).await?;
    people[0].say_pasted("This one waits until the server is back.").await?;
    people[0].sees_pending("This one waits until the server is back.").await?;
    people[0].until("the words about the link", "return !!document.querySelector('.status.loud')", json!([])).await?;
    people[0].screenshot(&folder.join("offline-light.png")).await?;
    for browser in people {
        browser.close().await?;
    }
    Ok(())
}
