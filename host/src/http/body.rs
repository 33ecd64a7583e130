//! Bodies of requests, up to a limit.

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::problem::{Kind, Problem};

/// Reads a body to its end.
///
/// # Errors
/// 413 as soon as it is known to pass the limit, 400 when the client breaks off.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    // A length that was announced is refused before a byte of it is taken.
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(too_large(format_args!("the body has {announced} bytes"), limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large("the body goes on", limit)),
        Err(error) => Err(Problem::new(Kind::UnreadableBody, format_args!("the body broke off: {error}"))),
    }
}

fn too_large(what: impl std::fmt::Display, limit: usize) -> Problem {
    Problem::new(
        Kind::TooLarge,
        format_args!("{what}, and {limit} bytes are the limit; server.maxBodyBytes sets it"),
    )
    .with("limit", limit)
    .with("setting", "server.maxBodyBytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_whole() {
        assert_eq!(read(Body::from("1234"), 4).await.unwrap(), "1234");
        assert_eq!(read(Body::empty(), 4).await.unwrap(), "");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_names_the_limit_and_its_setting() {
        let problem = read(Body::from("12345"), 4).await.unwrap_err();
        assert_eq!(problem.kind(), Kind::TooLarge);
        assert_eq!(
            problem.detail(),
            "the body has 5 bytes, and 4 bytes are the limit; server.maxBodyBytes sets it"
        );
    }
}
