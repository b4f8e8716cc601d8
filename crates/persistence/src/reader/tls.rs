//! Encryption as sqlx does it, so that reads are no less guarded than writes: `prefer` and `require` encrypt,
//! `verify-ca` also checks the certificate, `verify-full` also the name in it.
use crate::DbError;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use sea_orm::sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::sync::Arc;

pub(crate) type Tls = tokio_postgres_rustls::MakeRustlsConnect;

/// What encrypts the connections to this address.
pub(super) fn connector(options: &PgConnectOptions) -> Result<Tls, DbError> {
    client_config(options).map(Tls::new)
}

fn client_config(options: &PgConnectOptions) -> Result<ClientConfig, DbError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refused("sslmode", &error))?;
    let builder = match options.get_ssl_mode() {
        PgSslMode::VerifyFull => builder.with_root_certificates(roots(options)?),
        PgSslMode::VerifyCa => {
            let roots = Arc::new(roots(options)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                .build()
                .map_err(|error| refused("sslrootcert", &error))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Lenient { certificate: Some(verifier), provider }))
        }
        _ => builder.dangerous().with_custom_certificate_verifier(Arc::new(Lenient { certificate: None, provider })),
    };
    match (pem(options, "sslcert")?, pem(options, "sslkey")?) {
        (Some(chain), Some(key)) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain).collect();
            let chain = chain.map_err(|error| refused("sslcert", &error))?;
            let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| refused("sslkey", &error))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| refused("sslcert", &error))
        }
        (None, None) => Ok(builder.with_no_client_auth()),
        _ => Err(DbError::Setup("`sslcert` and `sslkey` go together: give both or none (DATABASE_URL)".to_owned())),
    }
}

fn refused(parameter: &str, cause: &dyn std::fmt::Display) -> DbError {
    DbError::Setup(format!("`{parameter}` cannot be used: {cause} (DATABASE_URL)"))
}

fn roots(options: &PgConnectOptions) -> Result<RootCertStore, DbError> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(pem) = pem(options, "sslrootcert")? {
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| refused("sslrootcert", &error))?;
            roots.add(certificate).map_err(|error| refused("sslrootcert", &error))?;
        }
    }
    Ok(roots)
}

/// A certificate or key, which sqlx gives away only as a part of the address: `file: PATH`, or the PEM itself.
fn pem(options: &PgConnectOptions, parameter: &str) -> Result<Option<Vec<u8>>, DbError> {
    let address = options.to_url_lossy();
    let Some((_, value)) = address.query_pairs().find(|(key, _)| key == parameter) else { return Ok(None) };
    match value.strip_prefix("file: ") {
        Some(path) => std::fs::read(path).map(Some).map_err(|error| refused(parameter, &format!("{path}: {error}"))),
        None => Ok(Some(value.as_bytes().to_vec())),
    }
}

/// Encrypts without knowing for sure who answers: checks the certificate but not the name in it, or, without a verifier,
/// nothing, which is what `prefer` and `require` mean.
#[derive(Debug)]
struct Lenient {
    certificate: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(verifier) = &self.certificate else { return Ok(ServerCertVerified::assertion()) };
        match verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
