//! The checksum of a tally, by which damage is seen before anything of the file is read.

use xxhash_rust::xxh3::Xxh3;

use super::CHECK;
use crate::error::{Error, Result};

/// What a checksum begins with.
const KIND: &str = "xxh3:";
/// Its digits, in a file that has none yet, and in one whose checksum is worked out.
const DIGITS: &[u8] = b"00000000000000000000000000000000";
/// Bytes that the format puts between a key of the footer and its text, at most.
const BETWEEN: usize = 8;

/// The text of a checksum that is to be put in later.
pub(super) fn open() -> String {
    format!("{KIND}{}", String::from_utf8_lossy(DIGITS))
}

/// Puts the checksum of a file into its footer.
pub(super) fn seal(bytes: &mut [u8]) -> Result<()> {
    let unsealed = || Error::new("a tally cannot be written").cause("its footer has no place for a checksum");
    let place = place(bytes).ok_or_else(unsealed)?;
    let digits = format!("{:032x}", hash(bytes, place).ok_or_else(unsealed)?);
    bytes.get_mut(place..place + DIGITS.len()).ok_or_else(unsealed)?.copy_from_slice(digits.as_bytes());
    Ok(())
}

/// Whether a file is as it was when its checksum was put in; `None` where it has none.
pub(super) fn is_whole(bytes: &[u8]) -> Option<bool> {
    let place = place(bytes)?;
    let digits = bytes.get(place..place + DIGITS.len())?;
    Some(digits == format!("{:032x}", hash(bytes, place)?).as_bytes())
}

/// Where the digits of the checksum stand.
fn place(bytes: &[u8]) -> Option<usize> {
    let key = bytes.windows(CHECK.len()).rposition(|window| window == CHECK.as_bytes())?;
    let behind = key + CHECK.len();
    let near = bytes.get(behind..bytes.len().min(behind + BETWEEN + KIND.len()))?;
    let kind = near.windows(KIND.len()).position(|window| window == KIND.as_bytes())?;
    Some(behind + kind + KIND.len())
}

/// The hash of all bytes, those of the checksum taken as noughts.
fn hash(bytes: &[u8], place: usize) -> Option<u128> {
    let mut hash = Xxh3::new();
    hash.update(bytes.get(..place)?);
    hash.update(DIGITS);
    hash.update(bytes.get(place + DIGITS.len()..)?);
    Some(hash.digest128())
}
