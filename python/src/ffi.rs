//! All that is unsafe: the entry of the module, and taking over what a capsule of Arrow points at.

use std::cell::UnsafeCell;
use std::panic::catch_unwind;

use polars_arrow::array::Array;
use polars_arrow::datatypes::Field;
use polars_arrow::ffi::{ArrowArrayStream, ArrowArrayStreamReader};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

/// The name that the Arrow PyCapsule interface gives a stream.
pub const STREAM: &std::ffi::CStr = c"arrow_array_stream";

struct Definition(UnsafeCell<ffi::PyModuleDef>);

// SAFETY: Python alone writes to it, while it imports the module, and holds its lock of imports then.
unsafe impl Sync for Definition {}

static DEFINITION: Definition = Definition(UnsafeCell::new(ffi::PyModuleDef {
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_name: c"_wattroute".as_ptr(),
    m_doc: c"The verbs of wattroute, in the process of Python.".as_ptr(),
    m_size: -1,
    m_methods: std::ptr::null_mut(),
    m_slots: std::ptr::null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
}));

/// Where Python enters: it looks for this name, and expects a new module or none and an exception.
#[unsafe(no_mangle)]
pub extern "C" fn PyInit__wattroute() -> *mut ffi::PyObject {
    // A panic must not pass through Python, which is not written in Rust.
    catch_unwind(|| {
        Python::attach(|py| match made(py) {
            Ok(module) => module.into_ptr(),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        })
    })
    .unwrap_or(std::ptr::null_mut())
}

fn made(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    // SAFETY: the definition lives as long as the process, and Python holds its lock. What it gives is a new module,
    // or null with an exception set.
    let module = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyModule_Create2(DEFINITION.0.get(), ffi::PYTHON_API_VERSION)) }?;
    let module = module.cast_into::<PyModule>().map_err(|_| PyRuntimeError::new_err("the module is none"))?;
    crate::fill(&module)?;
    Ok(module)
}

/// Reads the stream in a capsule to its end: the field of its rows and their chunks. The memory stays where it is, and
/// is let go of with the chunks.
pub fn read_stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<(Field, Vec<Box<dyn Array>>)> {
    let fail = |cause: &dyn std::fmt::Display| PyValueError::new_err(format!("the table's Arrow stream cannot be read: {cause}"));
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<ArrowArrayStream>();
    // SAFETY: a capsule of this name points at such a struct, by the Arrow PyCapsule interface. It is moved out, and one
    // without a release callback left in its place, as the interface asks of whoever consumes a stream.
    let stream = unsafe { std::mem::replace(&mut *pointer.as_ptr(), ArrowArrayStream::empty()) };
    // SAFETY: what made the stream vouches that it is one, and the reader takes one that was consumed already for an error.
    let mut reader = unsafe { ArrowArrayStreamReader::try_new(Box::new(stream)) }.map_err(|error| fail(&error))?;
    let mut chunks = Vec::new();
    // SAFETY: as above.
    while let Some(chunk) = unsafe { reader.next() } {
        chunks.push(chunk.map_err(|error| fail(&error))?);
    }
    Ok((reader.field().clone(), chunks))
}
