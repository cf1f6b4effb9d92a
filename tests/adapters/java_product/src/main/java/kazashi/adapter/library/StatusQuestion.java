package kazashi.adapter.library;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import kazashi.adapter.contract.Words.Reason;

/** Step status: OCSP at the configured responder, asked anew for each presentation, its answer judged by the JDK. */
final class StatusQuestion {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int ERROR_ANSWER_BYTES = 5;

    static {
        // The JDK tolerates 15 minutes, half the life of an answer of J-LIS; this product declares 0 in `hello`.
        System.setProperty("com.sun.security.ocsp.clockSkew", "0");
    }

    // HTTP/1.1: by default this client offers h2c with every request, which not every responder puts up with.
    private final HttpClient client =
            HttpClient.newBuilder().version(Version.HTTP_1_1).connectTimeout(PATIENCE).build();

    /** Returns when the certificate is good at this instant; "could not find out" is a refusal, too. */
    void ask(URI responder, X509Certificate certificate, X509Certificate issuer, Instant now) throws Refusal {
        if (Broken.STATUS_NOT_ASKED.chosen()) {
            return;
        }
        judge(answer(responder, OcspRequest.of(certificate, issuer)), certificate, issuer, now);
    }

    private byte[] answer(URI responder, byte[] question) throws Refusal {
        HttpRequest request = HttpRequest.newBuilder(responder)
                .timeout(PATIENCE)
                .header("Content-Type", "application/ocsp-request")
                .POST(BodyPublishers.ofByteArray(question))
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != OK || response.body().length <= ERROR_ANSWER_BYTES) {
                throw new Refusal(Reason.STATUS_UNAVAILABLE, "the responder could not say: HTTP " + response.statusCode());
            }
            return response.body();
        } catch (IOException fault) {
            throw new Refusal(Reason.STATUS_UNAVAILABLE, "the responder did not answer: " + fault);
        } catch (InterruptedException fault) {
            Thread.currentThread().interrupt();
            throw new Refusal(Reason.STATUS_UNAVAILABLE, "interrupted");
        }
    }

    private static void judge(byte[] answer, X509Certificate certificate, X509Certificate issuer, Instant now)
            throws Refusal {
        try {
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOcspResponses(Map.of(certificate, answer));
            checker.setOptions(EnumSet.of(Option.NO_FALLBACK)); // a list is older than an answer
            PKIXParameters parameters = Authorities.parameters(issuer, now);
            parameters.addCertPathChecker(checker);
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
            validator.validate(path, parameters);
        } catch (CertPathValidatorException fault) {
            if (fault.getReason() != BasicReason.REVOKED) {
                // Stale, unknown or wrongly signed: the JDK says which only in prose.
                throw new Refusal(Reason.STATUS_UNTRUSTED, fault.getMessage());
            }
            if (Broken.REVOCATION_IGNORED.chosen()) {
                return;
            }
            boolean isHeld = fault.getCause() instanceof CertificateRevokedException revoked
                    && revoked.getRevocationReason() == CRLReason.CERTIFICATE_HOLD;
            throw new Refusal(isHeld ? Reason.ON_HOLD : Reason.REVOKED, fault.getMessage());
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("PKIX of this JDK", fault);
        }
    }
}
