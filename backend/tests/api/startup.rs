//! What is in the way of a start is said in words, and nothing is harmed by trying.

use backend::startup::Application;

use crate::server::{config, spawn, start, timing};

/// The words in which a start with this configuration fails.
fn failure(config: &backend::config::Config) -> String {
    match Application::build(config, timing()) {
        Ok(_) => panic!("it started"),
        Err(error) => format!("{error:#}"),
    }
}

#[actix_web::test]
async fn a_data_directory_belongs_to_one_server_at_a_time() {
    let (server, data) = spawn();
    let words = failure(&config(&data));
    assert!(words.contains("belongs to a running Warren (process ") && words.contains("--data"), "{words}");
    server.stop().await;
    start(&config(&data), timing()).stop().await;
}

#[actix_web::test]
async fn a_port_that_is_taken_is_named() {
    let (server, _data) = spawn();
    let other = tempfile::tempdir().unwrap();
    let words = failure(&backend::config::Config { listen: server.address, ..config(&other) });
    assert!(words.contains(&server.address.to_string()) && words.contains("--listen"), "{words}");
}

#[actix_web::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("a-file");
    std::fs::write(&file, "x").unwrap();
    let words = failure(&backend::config::Config { data: file.join("below"), ..config(&data) });
    assert!(words.contains("a-file") && words.contains("cannot be made"), "{words}");
}

#[actix_web::test]
async fn a_file_that_is_not_ours_is_left_as_it_is() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("warren.sqlite");
    std::fs::write(&file, "this is no database, but somebody's only copy of a poem").unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(failure(&config(&data)).contains("warren.sqlite cannot be used"));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[actix_web::test]
async fn a_foreign_and_a_newer_database_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("warren.sqlite");
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    drop(db);
    assert!(failure(&config(&data)).contains("another program"));
    std::fs::remove_file(&file).unwrap();
    start(&config(&data), timing()).stop().await;
    let db = rusqlite::Connection::open(&file).unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
    drop(db);
    let words = failure(&config(&data));
    assert!(words.contains("newer version of Warren") && words.contains("999"), "{words}");
}

#[actix_web::test]
async fn a_stop_waits_for_no_client_that_says_goodbye() {
    let (server, _data) = spawn();
    let mut client = crate::client::Client::v1(&server).await;
    client.open("lobby").await;
    let goodbye = actix_web::rt::spawn(async move { client.closed().await });
    let began = tokio::time::Instant::now();
    server.stop().await;
    assert!(began.elapsed() < std::time::Duration::from_secs(4), "it took {:?}", began.elapsed());
    assert_eq!(goodbye.await.unwrap().0, 1012);
}
