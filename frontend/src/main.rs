//! The client program that trunk builds.

#[cfg(target_family = "wasm")]
fn main() {
    use frontend::{io, pages, shell, state};

    io::watch_for_panics();
    let keeper = io::Keeper::default();
    let runner = io::Runner::new(keeper.clone());
    let app = state::App::new(io::here(), io::visits());
    let store = io::Store::new(app, move |store, effect| runner.run(store, effect));
    // For as long as the page: there is nothing after it.
    let touch = io::is_touched();
    if let Some(frame) = io::painted() {
        store.dispatch(state::Action::Painted(Box::new(frame)));
    }
    std::mem::forget((io::page_events(&store), keeper.watch(&store)));
    store.dispatch(state::Action::Started);
    // What is drawn is another task: keys and the screen have their turn in between.
    let draw = move || {
        std::mem::forget(shell::Shell::take(&store, touch));
        if let Some(root) = shell::host("#speaker") {
            let props = pages::ChatProps { store, touch };
            yew::Renderer::<pages::Chat>::with_root_and_props(root, props).render();
        }
    };
    gloo_timers::callback::Timeout::new(0, draw).forget();
}

#[cfg(not(target_family = "wasm"))]
fn main() {}
