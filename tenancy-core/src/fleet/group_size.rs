use std::time::Duration;

/// How many tenants share a transaction. Every one of them is locked until the last is done, so what takes long is done
/// in small groups: a group is to take no longer than [`GroupSize::AIM`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupSize {
    size: usize,
    most: usize,
}

impl GroupSize {
    /// How long a group should take.
    pub const AIM: Duration = Duration::from_millis(100);
    /// What is not known yet to be fast grows by that factor at most.
    const GROWTH: usize = 8;

    /// Begins with one tenant; never more than `most`.
    pub fn new(most: usize) -> Self {
        Self { size: 1, most: most.max(1) }
    }

    /// How many tenants the next group has.
    pub fn get(self) -> usize {
        self.size
    }

    /// A group of `size` took so long.
    pub fn took(&mut self, size: usize, took: Duration) {
        let fits = Self::AIM.as_nanos() * size.max(1) as u128 / took.as_nanos().max(1);
        let fits = usize::try_from(fits).unwrap_or(usize::MAX);
        self.size = fits.clamp(1, size.max(1).saturating_mul(Self::GROWTH)).min(self.most);
    }

    /// There is no room for groups larger than `most`.
    pub fn limit(&mut self, most: usize) {
        self.most = most.clamp(1, self.most);
        self.size = self.size.min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_grow_while_they_are_fast_and_shrink_when_they_are_slow() {
        let mut size = GroupSize::new(50);
        assert_eq!(size.get(), 1);
        size.took(1, Duration::from_millis(1));
        assert_eq!(size.get(), 8);
        size.took(8, Duration::from_millis(8));
        assert_eq!(size.get(), 50);
        size.took(50, Duration::from_millis(500));
        assert_eq!(size.get(), 10);
        size.took(10, Duration::from_secs(60));
        assert_eq!(size.get(), 1);
        size.took(1, Duration::ZERO);
        assert_eq!(size.get(), 8);
    }

    #[test]
    fn a_limit_is_never_lifted() {
        let mut size = GroupSize::new(50);
        size.limit(4);
        size.limit(100);
        size.took(4, Duration::from_micros(1));
        assert_eq!(size.get(), 4);
        size.limit(0);
        assert_eq!(size.get(), 1);
    }
}
