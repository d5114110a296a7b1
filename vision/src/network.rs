//! A neural network: an ONNX model that is part of the binary, run on the processor by one thread. A worker can start no thread, so the
//! libraries below, which would use every core, are kept to the one that there is.

use std::sync::{Arc, OnceLock};

use rten::{Model, RunOptions, ThreadPool, Value};
use rten_tensor::Layout as _;

/// A file that `scripts/models.mjs` made, as bytes.
macro_rules! embedded {
    ($name:literal) => {
        include_bytes!(concat!(env!("MODELS"), "/", $name))
    };
}
pub(crate) use embedded;

/// What a network gives back: a shape and its numbers, the last dimension next to each other.
pub(crate) struct Output {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// The network could not be run: memory ran out, or it gave something else than numbers.
#[derive(Debug, thiserror::Error)]
#[error("the network failed: {0}")]
pub struct NetworkFailed(String);

/// Keeps the work of networks on this thread for as long as the process lives. A process that can start no threads calls it once, before
/// anything else of this crate, on the thread that will look at pictures. Others need not: there, networks have one thread of their own, and
/// those that rten starts besides, one for each core, stay idle.
///
/// False if it comes too late.
pub fn keep_to_this_thread() -> bool {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().is_ok()
}

/// The one thread of all networks, or none where none can be started: then they run on the caller's.
fn pool() -> &'static Arc<ThreadPool> {
    static POOL: OnceLock<Arc<ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| Arc::new(ThreadPool::with_num_threads(1)))
}

pub(crate) struct Network(Model);

impl Network {
    /// Loads an embedded model.
    pub(crate) fn load(bytes: &'static [u8]) -> Self {
        Self(pool().run(|| Model::load_static_slice(bytes)).expect("the models are checked when they are made, and a test loads each"))
    }

    /// Runs the network on one input of this shape, and gives its outputs in the model's order.
    ///
    /// # Errors
    /// If it cannot be run on that.
    pub(crate) fn run<const N: usize>(&self, shape: [usize; N], data: Vec<f32>) -> Result<Vec<Output>, NetworkFailed> {
        let failed = |error: &dyn std::fmt::Display| NetworkFailed(error.to_string());
        let input = Value::from_shape(&shape, data).map_err(|error| failed(&error))?;
        let id = *self.0.input_ids().first().ok_or_else(|| failed(&"it has no input"))?;
        let options = RunOptions::default().with_thread_pool(Some(pool().clone()));
        let values = self.0.run(vec![(id, input.into())], self.0.output_ids(), Some(options)).map_err(|error| failed(&error))?;
        values.into_iter().map(|value| Output::of(value).ok_or_else(|| failed(&"it gave no numbers"))).collect()
    }
}

impl Output {
    fn of(value: Value) -> Option<Self> {
        let tensor = value.into_tensor::<f32>()?;
        Some(Self { shape: tensor.shape().to_vec(), data: tensor.into_data() })
    }
}
