use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::PgConnection;
use tenancy_core::blueprint::Blueprint;
use tenancy_core::name::SchemaName;

use super::capture::capture_with;
use super::{CaptureError, Extent, Fingerprint, fingerprint};

/// What was captured, of which state.
#[derive(Debug, Clone)]
struct Entry {
    fingerprint: Fingerprint,
    extent: Extent,
    /// Whether tenants had roles then.
    with_roles: bool,
    blueprint: Arc<Blueprint>,
}

impl Entry {
    /// Whether it is what is asked for. Without roles, rights are carried that are refused with them.
    fn is(&self, extent: &Extent, with_roles: Option<bool>) -> bool {
        self.extent == *extent && with_roles.is_none_or(|asked| asked == self.with_roles)
    }
}

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
        self.current_where(conn, template, extent, None)
    }

    /// The same for tenants with or without roles, if that is known.
    pub(crate) fn current_where(
        &self,
        conn: &mut PgConnection,
        template: &SchemaName,
        extent: &Extent,
        with_roles: Option<bool>,
    ) -> Result<(Fingerprint, Arc<Blueprint>), CaptureError> {
        let now = fingerprint(conn, template)?;
        // A panic while the map is locked leaves it whole: it is only read, or one entry replaced.
        let cached = self.blueprints.read().unwrap_or_else(PoisonError::into_inner).get(template).cloned();
        let cached = cached.filter(|entry| entry.fingerprint == now && entry.is(extent, with_roles));
        if let Some(entry) = cached {
            return Ok((now, entry.blueprint));
        }
        self.captures.fetch_add(1, Ordering::Relaxed);
        let (fingerprint, read) = capture_with(conn, template, extent, now)?;
        let blueprint = Arc::new(read.blueprint);
        let entry = Entry {
            fingerprint: fingerprint.clone(),
            extent: extent.clone(),
            with_roles: read.with_roles,
            blueprint: Arc::clone(&blueprint),
        };
        self.blueprints.write().unwrap_or_else(PoisonError::into_inner).insert(template.clone(), entry);
        Ok((fingerprint, blueprint))
    }

    /// The blueprint of `template` with these rows as it was when it was last asked for, for tenants with or without
    /// roles; the database is not asked.
    pub(crate) fn remembered(
        &self,
        template: &SchemaName,
        extent: &Extent,
        with_roles: bool,
    ) -> Option<(Fingerprint, Arc<Blueprint>)> {
        let blueprints = self.blueprints.read().unwrap_or_else(PoisonError::into_inner);
        let entry = blueprints.get(template).filter(|entry| entry.is(extent, Some(with_roles)))?;
        Some((entry.fingerprint.clone(), Arc::clone(&entry.blueprint)))
    }

    /// How many times a template was captured since the cache was made.
    pub fn captures(&self) -> u64 {
        self.captures.load(Ordering::Relaxed)
    }
}
