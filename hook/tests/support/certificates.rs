use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Each in PEM.
pub struct Made {
    pub authority: String,
    pub certificate: String,
    pub key: String,
}

/// An authority, and a certificate by it for the name.
pub fn make(name: &str) -> Made {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    Made { authority: pem, certificate: certificate.pem(), key: key.serialize_pem() }
}
