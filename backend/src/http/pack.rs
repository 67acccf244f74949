//! Compressing what is not compressed beforehand: quickly, since somebody waits for it.

use std::io::{self, Write as _};

use actix_web::http::header::ContentEncoding;

/// The quality of brotli, of 11: the next ones take several times as long for a hundredth less.
const BROTLI: i32 = 5;
/// The level of gzip, of 9.
const GZIP: u32 = 6;

/// The bytes in an encoding; as they are in one that is not made here.
pub(super) fn pack(encoding: ContentEncoding, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    match encoding {
        ContentEncoding::Brotli => {
            let parameters = brotli::enc::BrotliEncoderParams {
                quality: BROTLI,
                lgwin: 20,
                size_hint: bytes.len(),
                ..Default::default()
            };
            let mut packed = Vec::new();
            brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
            Ok(packed)
        }
        ContentEncoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP));
            encoder.write_all(&bytes)?;
            encoder.finish()
        }
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_packed_is_smaller_and_can_be_unpacked() {
        let text = "A page says the same thing in many rows. ".repeat(200).into_bytes();
        let (mut brotli, mut gzip) = (Vec::new(), Vec::new());
        let packed = pack(ContentEncoding::Brotli, text.clone()).unwrap();
        brotli::BrotliDecompress(&mut &*packed, &mut brotli).unwrap();
        assert!(brotli == text && packed.len() * 10 < text.len());
        let packed = pack(ContentEncoding::Gzip, text.clone()).unwrap();
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut gzip).unwrap();
        assert!(gzip == text && packed.len() * 10 < text.len());
        assert_eq!(pack(ContentEncoding::Identity, text.clone()).unwrap(), text);
    }
}
