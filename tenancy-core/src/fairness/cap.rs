/// How many of `capacity` connections one tenant may hold unless somebody says otherwise: three quarters, rounded
/// down, and at least one.
///
/// It is less than the pool as soon as the pool has two, so a tenant whose queries all hang leaves connections to
/// the others: a quarter of the pool, because a single one would make everybody else wait for each other. It is not
/// less than that, because a pool is often busy with one large tenant and nobody else.
///
/// ```
/// use tenancy_core::fairness::default_cap;
/// assert_eq!([1, 2, 4, 10].map(default_cap), [1, 1, 3, 7]);
/// ```
pub fn default_cap(capacity: u32) -> u32 {
    (capacity - capacity.div_ceil(4)).max(1)
}
