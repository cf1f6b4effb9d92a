package kazashi.adapter.library;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import kazashi.adapter.contract.Requests.AuthorityAnchor;
import kazashi.adapter.contract.Words.Kind;
import kazashi.adapter.contract.Words.Reason;

/** The certification authorities for user authentication, and what is said of a certificate under them. */
final class Authorities {
    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    private final List<X509Certificate> anchors;

    private Authorities(List<X509Certificate> anchors) {
        this.anchors = anchors;
    }

    static Authorities of(List<AuthorityAnchor> told) {
        return new Authorities(told.stream()
                .filter(anchor -> anchor.kind() == Kind.AUTH)
                .map(anchor -> {
                    try {
                        return decode(anchor.certificate());
                    } catch (Refusal fault) {
                        throw new IllegalArgumentException("configure: an authority that is no certificate", fault);
                    }
                })
                .toList());
    }

    /** Step decode: the certificate, which must be DER and nothing but that. */
    static X509Certificate decode(byte[] der) throws Refusal {
        try {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(certificate.getEncoded(), der)) {
                throw new Refusal(Reason.MALFORMED, "the certificate is no DER, or something follows it");
            }
            return certificate;
        } catch (CertificateException fault) {
            throw new Refusal(Reason.MALFORMED, "the certificate cannot be read");
        }
    }

    /** Step purpose: a certificate for user authentication, not for signatures, and no authority's. */
    static void checkPurpose(X509Certificate certificate) throws Refusal {
        boolean[] usage = certificate.getKeyUsage();
        try {
            List<String> extended = certificate.getExtendedKeyUsage();
            if (usage == null
                    || !usage[DIGITAL_SIGNATURE]
                    || usage[NON_REPUDIATION]
                    || extended == null
                    || !extended.contains(CLIENT_AUTHENTICATION)
                    || certificate.getBasicConstraints() >= 0) {
                throw new Refusal(Reason.WRONG_PURPOSE, "no certificate for user authentication");
            }
        } catch (CertificateException fault) {
            throw new Refusal(Reason.MALFORMED, "the extended key usage cannot be read");
        }
    }

    /** Step issuer, first half: the authority whose key signed the certificate. Generations share one name. */
    X509Certificate issuerOf(X509Certificate certificate) throws Refusal {
        for (X509Certificate anchor : anchors) {
            if (anchor.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
                try {
                    certificate.verify(anchor.getPublicKey());
                    return anchor;
                } catch (GeneralSecurityException notThisOne) {
                    continue;
                }
            }
        }
        throw new Refusal(Reason.UNKNOWN_ISSUER, "signed by no configured authority for user authentication");
    }

    /** Step issuer, second half, and step validity: the path as PKIX sees it at an instant. */
    static void checkPath(X509Certificate certificate, X509Certificate issuer, Instant now) throws Refusal {
        try {
            PKIXParameters parameters = parameters(issuer, now);
            parameters.setRevocationEnabled(false);
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (CertPathValidatorException fault) {
            if (fault.getReason() == BasicReason.EXPIRED) {
                throw new Refusal(Reason.EXPIRED, "valid to %s, presented at %s"
                        .formatted(certificate.getNotAfter().toInstant(), now));
            }
            if (fault.getReason() == BasicReason.NOT_YET_VALID) {
                throw new Refusal(Reason.NOT_YET_VALID, "valid from %s, presented at %s"
                        .formatted(certificate.getNotBefore().toInstant(), now));
            }
            throw new Refusal(Reason.UNKNOWN_ISSUER, fault.getMessage());
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("PKIX of this JDK", fault);
        }
    }

    static PKIXParameters parameters(X509Certificate issuer, Instant now) throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer, null)));
        parameters.setDate(Date.from(now));
        // JPKI marks certificatePolicies critical and qualifies it (CPS); the JDK refuses that unless told not to.
        parameters.setPolicyQualifiersRejected(false);
        return parameters;
    }
}
