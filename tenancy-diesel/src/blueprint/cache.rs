use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::PgConnection;
use tenancy_core::blueprint::Blueprint;
use tenancy_core::name::SchemaName;

use super::capture::capture_with;
use super::{CaptureError, Extent, Fingerprint, fingerprint};

/// What was captured, of which state.
type Entry = (Fingerprint, Extent, Arc<Blueprint>);

/// Blueprints by template, each good for as long as its fingerprint is.
///
/// Share one per database: templates of one name in two databases would evict each other.
#[derive(Debug, Default)]
pub struct BlueprintCache {
    blueprints: RwLock<HashMap<SchemaName, Entry>>,
    captures: AtomicU64,
}

impl BlueprintCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The blueprint of `template` as it is now: one query when nothing changed, else a [`capture`](super::capture()).
    ///
    /// No lock is held while the database is asked. Two threads that find a change at once capture twice.
    ///
    /// # Errors
    ///
    /// As [`capture`](super::capture()).
    pub fn get(
        &self,
        conn: &mut PgConnection,
        template: &SchemaName,
    ) -> Result<Arc<Blueprint>, CaptureError> {
        self.current(conn, template, &Extent::default()).map(|(_, blueprint)| blueprint)
    }

    /// The same with other rows, and of which state it is. One extent of a template is
    /// remembered.
    ///
    /// # Errors
    ///
    /// As [`capture_as`](super::capture_as()).
    pub fn current(
        &self,
        conn: &mut PgConnection,
        template: &SchemaName,
        extent: &Extent,
    ) -> Result<(Fingerprint, Arc<Blueprint>), CaptureError> {
        let now = fingerprint(conn, template)?;
        // A panic while the map is locked leaves it whole: it is only read, or one entry replaced.
        let cached = self.blueprints.read().unwrap_or_else(PoisonError::into_inner).get(template).cloned();
        let cached = cached.filter(|(then, what, _)| *then == now && what == extent);
        if let Some((_, _, blueprint)) = cached {
            return Ok((now, blueprint));
        }
        self.captures.fetch_add(1, Ordering::Relaxed);
        let (fingerprint, blueprint) = capture_with(conn, template, extent, now)?;
        let blueprint = Arc::new(blueprint);
        self.blueprints
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(template.clone(), (fingerprint.clone(), extent.clone(), Arc::clone(&blueprint)));
        Ok((fingerprint, blueprint))
    }

    /// The blueprint of `template` with these rows as it was when it was last asked for; the database is not asked.
    pub(crate) fn remembered(
        &self,
        template: &SchemaName,
        extent: &Extent,
    ) -> Option<(Fingerprint, Arc<Blueprint>)> {
        let blueprints = self.blueprints.read().unwrap_or_else(PoisonError::into_inner);
        let (fingerprint, _, blueprint) = blueprints.get(template).filter(|(_, what, _)| what == extent)?;
        Some((fingerprint.clone(), Arc::clone(blueprint)))
    }

    /// How many times a template was captured since the cache was made.
    pub fn captures(&self) -> u64 {
        self.captures.load(Ordering::Relaxed)
    }
}
