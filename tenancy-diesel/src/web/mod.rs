//! Adapters for web frameworks.
