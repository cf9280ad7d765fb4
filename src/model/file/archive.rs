//! Zip archives, as far as numpy writes them: stored or deflated members, no encryption, not split over files, below 4 GiB.
//!
//! Names, sizes and checksums are those of the directory at the end. Written by hand over `miniz_oxide`, which inflates: the `zip` crate brings a
//! dozen others for what is not needed here.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Why bytes are no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The members are larger than the limit.
    Large,
    /// What is wrong.
    Because(&'static str),
}

const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const MEMBER: &[u8] = b"PK\x03\x04";

/// Lengths of the fixed parts of the three, with their signatures.
const END_LENGTH: usize = 22;
const ENTRY_LENGTH: usize = 46;
const MEMBER_LENGTH: usize = 30;

/// Number fields, little-endian.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn slice(&self, at: usize, length: usize) -> Result<&'a [u8], Broken> {
        let end = at.checked_add(length).ok_or(CUT)?;
        self.0.get(at..end).ok_or(CUT)
    }

    fn number(&self, at: usize, length: usize) -> Result<usize, Broken> {
        let bytes = self.slice(at, length)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }
}

const CUT: Broken = Broken::Because("an archive that is cut off");

/// The members with their names, in the order of the directory.
pub(super) fn read(archive: &[u8], max_bytes: u64) -> Result<Vec<(String, Vec<u8>)>, Broken> {
    let bytes = Bytes(archive);
    let last = archive.len().checked_sub(END_LENGTH).ok_or(Broken::Because("no archive"))?;
    let is_end = |&at: &usize| archive[at..].starts_with(DIRECTORY_END);
    let first = last.saturating_sub(usize::from(u16::MAX)); // a comment may stand behind it
    let end = (first..=last).rev().find(is_end).ok_or(Broken::Because("no archive"))?;
    let (count, mut at) = (bytes.number(end + 10, 2)?, bytes.number(end + 16, 4)?);
    let mut left = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    for _ in 0..count {
        if bytes.slice(at, 4)? != DIRECTORY_ENTRY {
            return Err(Broken::Because("a broken directory"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| bytes.number(at + field, 2));
        let (name, extra, comment) = (name?, extra?, comment?);
        let label = std::str::from_utf8(bytes.slice(at + ENTRY_LENGTH, name)?);
        let label = label.map_err(|_| Broken::Because("a name that is not UTF-8"))?;
        if members.iter().any(|(other, _)| other == label) {
            return Err(Broken::Because("two members of one name"));
        }
        let content = member(&bytes, at, left)?;
        left -= content.len();
        members.push((label.to_owned(), content));
        at += ENTRY_LENGTH + name + extra + comment;
    }
    Ok(members)
}

/// The content of the member whose entry in the directory stands at `at`.
fn member(bytes: &Bytes<'_>, at: usize, limit: usize) -> Result<Vec<u8>, Broken> {
    let (flags, method) = (bytes.number(at + 8, 2)?, bytes.number(at + 10, 2)?);
    let (checksum, packed, size) =
        (bytes.number(at + 16, 4)?, bytes.number(at + 20, 4)?, bytes.number(at + 24, 4)?);
    let start = bytes.number(at + 42, 4)?;
    if flags & 1 != 0 {
        return Err(Broken::Because("an encrypted member"));
    }
    if size > limit {
        return Err(Broken::Large);
    }
    if bytes.slice(start, 4)? != MEMBER {
        return Err(Broken::Because("a broken directory"));
    }
    let (name, extra) = (bytes.number(start + 26, 2)?, bytes.number(start + 28, 2)?);
    let packed = bytes.slice(start + MEMBER_LENGTH + name + extra, packed)?;
    let content = match method {
        0 => packed.to_vec(),
        8 => decompress_to_vec_with_limit(packed, size)
            .map_err(|_| Broken::Because("a member that does not inflate to its size"))?,
        _ => return Err(Broken::Because("a member that is neither stored nor deflated")),
    };
    if content.len() != size || crc(&content) as usize != checksum {
        return Err(Broken::Because("a member with a wrong size or checksum"));
    }
    Ok(content)
}

/// An archive of stored members; the same bytes for the same members (all of them date from 1980).
///
/// # Panics
/// If it had 4 GiB or more.
pub(super) fn write(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    let four = |number: usize| u32::try_from(number).expect("less than 4 GiB").to_le_bytes();
    for (name, content) in members {
        let start = four(archive.len());
        // Version 2.0, no flags, stored, midnight of 1 January 1980; checksum, sizes, and lengths of the name and of nothing else.
        let mut header = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        header.extend(crc(content).to_le_bytes());
        header.extend(four(content.len()));
        header.extend(four(content.len()));
        header.extend(&four(name.len())[..2]);
        header.extend([0, 0]);
        archive.extend(MEMBER);
        archive.extend(&header);
        archive.extend(name.bytes());
        archive.extend(content);
        directory.extend(DIRECTORY_ENTRY);
        directory.extend([20, 0]);
        directory.extend(header);
        directory.extend([0; 10]);
        directory.extend(start);
        directory.extend(name.bytes());
    }
    let (start, count) = (four(archive.len()), four(members.len()));
    archive.extend(&directory);
    archive.extend(DIRECTORY_END);
    archive.extend([0; 4]);
    archive.extend(&count[..2]);
    archive.extend(&count[..2]);
    archive.extend(four(directory.len()));
    archive.extend(start);
    archive.extend([0, 0]);
    archive
}

/// CRC-32 of IEEE 802.3.
fn crc(content: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !content.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn members_are_read_as_they_were_written() {
        let members = vec![("a".to_owned(), vec![1, 2, 3]), ("b.npy".to_owned(), Vec::new())];
        let archive = write(&members);
        assert_eq!(read(&archive, 3), Ok(members));
        assert_eq!(read(&archive, 2), Err(Broken::Large));
    }

    /// Every prefix and every change of one byte is read or refused, without a panic; no prefix is an archive.
    #[test]
    fn hostile_bytes_are_refused() {
        let archive = write(&[("a".to_owned(), vec![7; 20]), ("b".to_owned(), vec![8; 5])]);
        for end in 0..archive.len() {
            assert!(read(&archive[..end], 1 << 20).is_err());
        }
        for at in 0..archive.len() {
            for value in [0, 1, 8, 0x7f, 0xff] {
                let mut changed = archive.clone();
                changed[at] = value;
                let _ = read(&changed, 1 << 20);
            }
        }
        let twice = write(&[("a".to_owned(), vec![1]), ("a".to_owned(), vec![2])]);
        assert_eq!(read(&twice, 9), Err(Broken::Because("two members of one name")));
    }
}
