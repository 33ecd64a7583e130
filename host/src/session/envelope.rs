//! The envelope: what MSM stores in front of the serializer's bytes.
//!
//! Integers are big-endian. Version 2 is written, 1 and 2 are read.
//!
//! | offset | width | field |
//! |---|---|---|
//! | 0 | 2 | version |
//! | 2 | 2 | where the attributes begin |
//! | 4 | 8 | creation time |
//! | 12 | 8 | last accessed time |
//! | 20 | 4 | max inactive interval, seconds |
//! | 24 | 1 | is new, `'1'` or `'0'` |
//! | 25 | 1 | is valid, `'1'` or `'0'` |
//! | 26 | 8 | this accessed time |
//! | 34 | 8 | last backup time |
//! | 42 | 2 + n | id |
//! | | 2 | authentication type |
//! | | 2 + n | principal |
//! | | 2 + n | saved request (version 2) |
//! | | 2 + n | saved principal (version 2) |
//!
//! MSM reads the 2-byte lengths as signed and cuts them silently when writing. Here they are unsigned, and what does
//! not fit is an error.

use bytes::Bytes;

use super::Validity;

const VERSION: u16 = 2;

/// The bytes of a version 2 header whose parts are all empty.
const EMPTY_HEADER_LEN: usize = 52;

/// What an envelope says about its session. Times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When the session was made.
    pub creation_time: i64,
    /// Start of the last but one request.
    pub last_accessed_time: i64,
    /// Seconds without a request after which the session is over; zero or less: never.
    pub max_inactive_interval: i32,
    /// No client has sent its id yet.
    pub is_new: bool,
    /// It has not been invalidated.
    pub is_valid: bool,
    /// Start of the last request.
    pub this_accessed_time: i64,
    /// When it was stored the time before this one; 0: never.
    pub last_backup_time: i64,
    /// The complete id, with node and jvmRoute, without prefix.
    pub id: String,
    /// How the user logged in.
    pub auth_type: AuthType,
    /// The user, in the form of the Tomcat that wrote it; empty: none.
    pub principal: Bytes,
    /// The request that was interrupted by a login form, in Tomcat's form; empty: none.
    pub saved_request: Bytes,
    /// The user that Tomcat's form login remembers, in Tomcat's form; empty: none.
    pub saved_principal: Bytes,
}

/// How the user of a session logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthType {
    /// Not at all.
    None,
    /// HTTP basic.
    Basic,
    /// A client certificate.
    ClientCert,
    /// HTTP digest.
    Digest,
    /// A form.
    Form,
    /// A number that MSM does not have; it is kept.
    Other(u16),
}

/// A stored session, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What precedes the attributes.
    pub header: Header,
    /// The serializer's bytes: a part of the value that was decoded, not a copy.
    pub attributes: Bytes,
}

/// Why bytes are no envelope, or a header cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The value ends within the header.
    #[error("the stored session ends after {len} bytes, within its {field}")]
    Short {
        /// What should have followed.
        field: &'static str,
        /// How many bytes there are.
        len: usize,
    },
    /// Something else wrote this, or a later version of what did.
    #[error("the stored session has an envelope of version {version}; versions 1 and 2 are known")]
    Version {
        /// The version it claims.
        version: u16,
    },
    /// The header's length contradicts its parts.
    #[error("the stored session claims a header of {claimed} bytes, but its {field} does not fit into that")]
    HeaderLength {
        /// The first part that does not fit.
        field: &'static str,
        /// The length at offset 2.
        claimed: u16,
    },
    /// The id is no UTF-8.
    #[error("the id in the stored session is not UTF-8")]
    IdNotUtf8,
    /// A part, or all of them together, passes what two bytes can say.
    #[error("the {field} has {len} bytes; an envelope has room for {}", u16::MAX)]
    TooLong {
        /// The part, or the header as a whole.
        field: &'static str,
        /// Its length.
        len: usize,
    },
}

impl Envelope {
    /// Takes a stored value apart. Total: any bytes give an envelope or an error.
    ///
    /// # Errors
    /// The value is cut short, of an unknown version, or contradicts itself.
    pub fn decode(value: &Bytes) -> Result<Self, EnvelopeError> {
        let (version, header_len) = split_start(value)?;
        let header = match version {
            1 | 2 => value
                .get(..usize::from(header_len))
                .ok_or(EnvelopeError::Short { field: "header", len: value.len() })?,
            version => return Err(EnvelopeError::Version { version }),
        };
        let mut fields = Fields { rest: header.get(4..).unwrap_or_default(), claimed: header_len };
        let header = Header {
            creation_time: i64::from_be_bytes(fields.array("creation time")?),
            last_accessed_time: i64::from_be_bytes(fields.array("last accessed time")?),
            max_inactive_interval: i32::from_be_bytes(fields.array("max inactive interval")?),
            is_new: fields.flag("new flag")?,
            is_valid: fields.flag("valid flag")?,
            this_accessed_time: i64::from_be_bytes(fields.array("this accessed time")?),
            last_backup_time: i64::from_be_bytes(fields.array("last backup time")?),
            id: std::str::from_utf8(fields.part("id")?).map_err(|_| EnvelopeError::IdNotUtf8)?.to_owned(),
            auth_type: u16::from_be_bytes(fields.array("authentication type")?).into(),
            // Copied: they are small and rare, and a slice would keep the whole value in memory.
            principal: Bytes::copy_from_slice(fields.part("principal")?),
            saved_request: match version {
                1 => Bytes::new(),
                _ => Bytes::copy_from_slice(fields.part("saved request")?),
            },
            saved_principal: match version {
                1 => Bytes::new(),
                _ => Bytes::copy_from_slice(fields.part("saved principal")?),
            },
        };
        Ok(Self { header, attributes: value.slice(usize::from(header_len)..) })
    }
}

impl Header {
    /// The times that decide whether the session is alive, as its validity record has them.
    #[must_use]
    pub fn validity(&self) -> Validity {
        Validity {
            max_inactive_interval: self.max_inactive_interval,
            last_accessed_time: self.last_accessed_time,
            this_accessed_time: self.this_accessed_time,
        }
    }

    /// The stored value: this header, then the serializer's bytes.
    ///
    /// # Errors
    /// The header is longer than 65,535 bytes.
    pub fn encode(&self, attributes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
        let header_len = self.encoded_len()?;
        let mut out = Vec::with_capacity(usize::from(header_len) + attributes.len());
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&header_len.to_be_bytes());
        out.extend_from_slice(&self.creation_time.to_be_bytes());
        out.extend_from_slice(&self.last_accessed_time.to_be_bytes());
        out.extend_from_slice(&self.max_inactive_interval.to_be_bytes());
        out.push(flag_byte(self.is_new));
        out.push(flag_byte(self.is_valid));
        out.extend_from_slice(&self.this_accessed_time.to_be_bytes());
        out.extend_from_slice(&self.last_backup_time.to_be_bytes());
        put_part(&mut out, "id", self.id.as_bytes())?;
        out.extend_from_slice(&u16::from(self.auth_type).to_be_bytes());
        put_part(&mut out, "principal", &self.principal)?;
        put_part(&mut out, "saved request", &self.saved_request)?;
        put_part(&mut out, "saved principal", &self.saved_principal)?;
        out.extend_from_slice(attributes);
        Ok(out)
    }

    fn encoded_len(&self) -> Result<u16, EnvelopeError> {
        let parts = [
            ("id", self.id.len()),
            ("principal", self.principal.len()),
            ("saved request", self.saved_request.len()),
            ("saved principal", self.saved_principal.len()),
        ];
        let mut len = EMPTY_HEADER_LEN;
        for (field, part) in parts {
            // Named one by one, so that the message says which one it is.
            part_len(field, part)?;
            len = len.saturating_add(part);
        }
        part_len("header", len)
    }
}

impl From<u16> for AuthType {
    fn from(number: u16) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Basic,
            2 => Self::ClientCert,
            3 => Self::Digest,
            4 => Self::Form,
            other => Self::Other(other),
        }
    }
}

impl From<AuthType> for u16 {
    fn from(auth_type: AuthType) -> Self {
        match auth_type {
            AuthType::None => 0,
            AuthType::Basic => 1,
            AuthType::ClientCert => 2,
            AuthType::Digest => 3,
            AuthType::Form => 4,
            AuthType::Other(other) => other,
        }
    }
}

/// Version and length of the header.
fn split_start(value: &[u8]) -> Result<(u16, u16), EnvelopeError> {
    let short = |field| EnvelopeError::Short { field, len: value.len() };
    let (version, rest) = value.split_first_chunk().ok_or_else(|| short("version"))?;
    let version = u16::from_be_bytes(*version);
    let header_len = match rest.first_chunk() {
        Some(len) => u16::from_be_bytes(*len),
        // A later version may be laid out in any way: that it is one is the better message.
        None if !matches!(version, 1 | 2) => 0,
        None => return Err(short("header length")),
    };
    Ok((version, header_len))
}

const fn flag_byte(flag: bool) -> u8 {
    if flag { b'1' } else { b'0' }
}

fn part_len(field: &'static str, len: usize) -> Result<u16, EnvelopeError> {
    u16::try_from(len).map_err(|_| EnvelopeError::TooLong { field, len })
}

fn put_part(out: &mut Vec<u8>, field: &'static str, part: &[u8]) -> Result<(), EnvelopeError> {
    out.extend_from_slice(&part_len(field, part.len())?.to_be_bytes());
    out.extend_from_slice(part);
    Ok(())
}

/// What is left of a header.
struct Fields<'a> {
    rest: &'a [u8],
    claimed: u16,
}

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], EnvelopeError> {
        let (array, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.does_not_fit(field))?;
        self.rest = rest;
        Ok(*array)
    }

    fn flag(&mut self, field: &'static str) -> Result<bool, EnvelopeError> {
        Ok(self.array(field)? == [b'1'])
    }

    fn part(&mut self, field: &'static str) -> Result<&'a [u8], EnvelopeError> {
        let len = usize::from(u16::from_be_bytes(self.array(field)?));
        let (part, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.does_not_fit(field))?;
        self.rest = rest;
        Ok(part)
    }

    fn does_not_fit(&self, field: &'static str) -> EnvelopeError {
        EnvelopeError::HeaderLength { field, claimed: self.claimed }
    }
}

#[cfg(test)]
mod tests;
