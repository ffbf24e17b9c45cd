use std::sync::Arc;

use diesel::PgConnection;
use tenancy_core::name::TenantSlug;

use super::dice::{Dice, random};
use super::marker::Marker;
use super::sentinel::Sentinel;
use crate::error::Error;
use crate::provision::NewTenant;
use crate::tenancy::Tenancy;

/// The tenants of a check, two or more. Each has a marker that stands in its rows and nowhere else.
#[derive(Debug, Clone)]
pub struct Sentinels(Arc<[Sentinel]>);

impl Sentinels {
    /// Creates `count` tenants, at least two: `sentinel_a_..`, `sentinel_b_..` with a random end, so that a
    /// database can be used again. Each one's name (as in [`Tenant::name`](crate::Tenant)) holds a marker too.
    ///
    /// # Errors
    ///
    /// Those of [`Provisioner::create`](crate::Provisioner::create).
    pub fn create(tenancy: &Tenancy, count: usize) -> Result<Self, Error> {
        let mut dice = Dice::new(random(), 0);
        let mut end = || char::from(b'a' + u8::try_from(dice.roll(26)).unwrap_or_default());
        let end: String = (0..6).map(|_| end()).collect();
        let sentinels = (0..count.max(2)).map(|number| {
            let letter = u8::try_from(number).ok().filter(|number| *number < 26);
            let which = letter.map_or_else(|| number.to_string(), |letter| char::from(b'a' + letter).into());
            let slug = TenantSlug::parse(&format!("sentinel_{which}_{end}"))?;
            let label = Marker::random();
            let new = NewTenant::new(slug.clone()).name(format!("Sentinel {label}"));
            tenancy.provisioner().create(&new)?;
            Ok(Sentinel { tenant: tenancy.tenant(&slug)?, marker: Marker::random(), label })
        });
        Ok(Self(sentinels.collect::<Result<_, Error>>()?))
    }

    /// Takes tenants that are there already. Their names hold no marker.
    ///
    /// # Errors
    ///
    /// Those of [`Tenancy::tenant`].
    pub fn adopt<'a>(
        tenancy: &Tenancy,
        slugs: impl IntoIterator<Item = &'a TenantSlug>,
    ) -> Result<Self, Error> {
        let adopt = |slug| {
            let tenant = tenancy.tenant(slug)?;
            Ok(Sentinel { tenant, marker: Marker::random(), label: Marker::random() })
        };
        Ok(Self(slugs.into_iter().map(adopt).collect::<Result<_, Error>>()?))
    }

    /// Runs `seed` once for each sentinel, on a connection pinned to it: put [`Sentinel::marker`] into every text
    /// that your service shows.
    ///
    /// # Errors
    ///
    /// Those of [`Tenancy::connect`] and of `seed`.
    pub fn plant<E: Into<Error>>(
        &self,
        tenancy: &Tenancy,
        mut seed: impl FnMut(&mut PgConnection, &Sentinel) -> Result<(), E>,
    ) -> Result<(), Error> {
        self.iter().try_for_each(|sentinel| {
            let mut conn = tenancy.connect(&sentinel.tenant)?;
            seed(&mut conn, sentinel).map_err(Into::into)
        })
    }

    /// Each of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Sentinel> {
        self.0.iter()
    }

    /// Drops the tenants with everything in them. A database that is thrown away needs no such care.
    ///
    /// # Errors
    ///
    /// Those of [`Provisioner::drop`](crate::Provisioner::drop).
    pub fn remove(self, tenancy: &Tenancy) -> Result<(), Error> {
        self.iter().try_for_each(|sentinel| tenancy.provisioner().drop(sentinel.slug()).map(drop))
    }

    pub(super) fn as_slice(&self) -> &[Sentinel] {
        &self.0
    }
}
