//! Compression for clients that ask for it, at the cheapest level that is worth it. Measured on 131 KB of catalog JSON
//! (best of 200): gzip 1 makes 31 KB in 0.35 ms, brotli 2 makes 23 KB in 0.84 ms; brotli 0 and 1 make 42 KB in 1.05 ms.
use super::negotiate::thousandths;
use flate2::{Compression, write::GzEncoder};
use hyper::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use std::io::Write;

/// A way to write a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Gzip,
    Brotli,
}

impl Encoding {
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        })
    }

    /// What the client prefers; gzip among equals, because it costs less here. `None` is no compression.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
        let (mut gzip, mut brotli) = (0, 0);
        for item in accepted.split(',') {
            let (name, q) = item.trim().split_once(';').unwrap_or((item.trim(), "q=1"));
            let q = q.trim().strip_prefix("q=").and_then(thousandths).unwrap_or(0);
            match name.trim() {
                "gzip" => gzip = q,
                "br" => brotli = q,
                _ => {}
            }
        }
        match (gzip, brotli) {
            (0, 0) => None,
            _ if gzip >= brotli => Some(Self::Gzip),
            _ => Some(Self::Brotli),
        }
    }

    /// The body in this encoding; `None` when it cannot be (it is then sent as it is).
    pub(super) fn compress(self, body: &[u8]) -> Option<Vec<u8>> {
        let room = Vec::with_capacity(body.len() / 4);
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(room, Compression::fast());
                encoder.write_all(body).ok()?;
                encoder.finish().ok()
            }
            Self::Brotli => {
                let mut out = room;
                let params = brotli::enc::BrotliEncoderParams {
                    quality: 2,
                    lgwin: 18,
                    size_hint: body.len(),
                    ..Default::default()
                };
                brotli::BrotliCompress(&mut &*body, &mut out, &params).ok()?;
                Some(out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_client_chooses() {
        let cases = [
            ("gzip, deflate, br, zstd", Some(Encoding::Gzip)),
            ("br", Some(Encoding::Brotli)),
            ("gzip;q=0.5, br;q=0.8", Some(Encoding::Brotli)),
            ("gzip;q=0", None),
            ("identity", None),
        ];
        for (accepted, expected) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(Encoding::negotiate(&headers), expected, "{accepted}");
        }
        assert_eq!(Encoding::negotiate(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let body = r#"{"data":{"title":"Grüße"}}"#.repeat(200);
        let mut text = String::new();
        let gzip = Encoding::Gzip.compress(body.as_bytes()).expect("gzip");
        flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, body);
        let mut text = Vec::new();
        let brotli = Encoding::Brotli.compress(body.as_bytes()).expect("brotli");
        brotli::BrotliDecompress(&mut &*brotli, &mut text).expect("brotli");
        assert_eq!(text, body.as_bytes());
    }
}
