package example;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/** Stands for the product: validates a certificate and asks OCSP for its status, with nothing but the JDK. */
final class StatusCheck {
    /** What the product makes of it. */
    enum Status {
        GOOD, REVOKED, UNAVAILABLE
    }

    /** The status and, when it is not good, the JDK's own words. */
    record Told(Status status, String why) {
    }

    private final X509Certificate authority;
    private final URI responder;

    StatusCheck(X509Certificate authority, URI responder) {
        this.authority = authority;
        this.responder = responder;
    }

    Told check(X509Certificate certificate, Instant now) throws GeneralSecurityException {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
        revocation.setOcspResponder(responder);
        revocation.setOptions(Set.of(PKIXRevocationChecker.Option.NO_FALLBACK));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setDate(Date.from(now));
        // The certificates of JPKI have a critical policy with a qualifier (the CPS), which the JDK refuses by default.
        parameters.setPolicyQualifiersRejected(false);
        parameters.addCertPathChecker(revocation);
        try {
            validator.validate(
                    CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
            return new Told(Status.GOOD, "");
        } catch (CertPathValidatorException refused) {
            if (refused.getReason() == BasicReason.REVOKED) {
                return new Told(Status.REVOKED, refused.getMessage());
            }
            if (refused.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                return new Told(Status.UNAVAILABLE, String.valueOf(refused.getCause()));
            }
            throw refused;
        }
    }
}
