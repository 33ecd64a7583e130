//! Serializers side by side: on the sessions of whoever asks, or on built-in ones.

mod content;
mod measure;
pub mod native;
mod report;
mod sessions;

pub use content::difference;
pub use measure::{Effort, measure};
pub use report::{Report, Row, Timing};
pub use sessions::{Session, built_in};
