//! The page's own scripts (`frontend/*.js`): what is nothing but talk with the browser is said there, in a third of the
//! bytes.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Calls a function of one of them. What it throws is the error; that there is no such thing is one too.
pub(super) fn call(script: &str, function: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let script = Reflect::get(&js_sys::global(), &script.into())?;
    let function: Function = Reflect::get(&script, &function.into())?.dyn_into()?;
    function.apply(&script, arguments)
}
