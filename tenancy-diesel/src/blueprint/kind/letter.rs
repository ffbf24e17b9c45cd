use tenancy_core::blueprint::kind::{
    Compression, Firing, ParallelSafety, Parameter, Persistence, Storage, Volatility,
};

use crate::blueprint::CaptureError;

/// What the catalogues abbreviate to one letter.
pub(super) trait Letter: Sized {
    /// Where the letter stands.
    const CATALOGUE: &'static str;

    /// What the letter means, if this version knows it.
    fn read(letter: &str) -> Option<Self>;
}

/// What `letter` means.
pub(super) fn read<T: Letter>(letter: &str) -> Result<T, CaptureError> {
    T::read(letter).ok_or_else(|| CaptureError::Unknown { catalogue: T::CATALOGUE, value: letter.to_owned() })
}

/// Storage parameters or attribute options as the catalogues hold them.
pub(super) fn parameters(toast: bool, stored: Option<Vec<String>>) -> Vec<Parameter> {
    stored.unwrap_or_default().iter().map(|text| Parameter::parse(toast, text)).collect()
}

impl Letter for Persistence {
    const CATALOGUE: &'static str = "pg_class.relpersistence";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "p" => Some(Self::Permanent),
            "u" => Some(Self::Unlogged),
            _ => None,
        }
    }
}

impl Letter for Storage {
    const CATALOGUE: &'static str = "pg_attribute.attstorage";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "p" => Some(Self::Plain),
            "e" => Some(Self::External),
            "m" => Some(Self::Main),
            "x" => Some(Self::Extended),
            _ => None,
        }
    }
}

impl Letter for Compression {
    const CATALOGUE: &'static str = "pg_attribute.attcompression";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "p" => Some(Self::Pglz),
            "l" => Some(Self::Lz4),
            _ => None,
        }
    }
}

impl Letter for Firing {
    const CATALOGUE: &'static str = "pg_trigger.tgenabled";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "O" => Some(Self::Origin),
            "A" => Some(Self::Always),
            "R" => Some(Self::Replica),
            "D" => Some(Self::Disabled),
            _ => None,
        }
    }
}

impl Letter for Volatility {
    const CATALOGUE: &'static str = "pg_proc.provolatile";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "v" => Some(Self::Volatile),
            "s" => Some(Self::Stable),
            "i" => Some(Self::Immutable),
            _ => None,
        }
    }
}

impl Letter for ParallelSafety {
    const CATALOGUE: &'static str = "pg_proc.proparallel";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "u" => Some(Self::Unsafe),
            "r" => Some(Self::Restricted),
            "s" => Some(Self::Safe),
            _ => None,
        }
    }
}
