import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;

/**
 * Validates a leaf as a Java product does: ChainCheck TYPE STORE PASSWORD LEAF INSTANT [ocsp].
 * With "ocsp" its status is asked at the address in the leaf, by the JDK's own checker and nothing else.
 */
public class ChainCheck {
    public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance(arguments[0]);
        try (InputStream file = new FileInputStream(arguments[1])) {
            store.load(file, arguments[2].toCharArray());
        }
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509Certificate leaf;
        try (InputStream file = new FileInputStream(arguments[3])) {
            leaf = (X509Certificate) factory.generateCertificate(file);
        }
        CertPath path = factory.generateCertPath(List.of(leaf));
        PKIXParameters parameters = new PKIXParameters(store);
        parameters.setDate(Date.from(Instant.parse(arguments[4])));
        // The leaves carry a critical certificatePolicies with a CPS qualifier; by default Java refuses any such path.
        parameters.setPolicyQualifiersRejected(false);
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        boolean asksStatus = arguments.length > 5 && arguments[5].equals("ocsp");
        parameters.setRevocationEnabled(asksStatus);
        if (asksStatus) {
            PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOptions(EnumSet.of(
                PKIXRevocationChecker.Option.NO_FALLBACK, PKIXRevocationChecker.Option.ONLY_END_ENTITY));
            parameters.addCertPathChecker(checker);
        }
        try {
            PKIXCertPathValidatorResult result =
                (PKIXCertPathValidatorResult) validator.validate(path, parameters);
            System.out.println("VALID " + result.getTrustAnchor().getTrustedCert().getSubjectX500Principal());
        } catch (CertPathValidatorException fault) {
            System.out.println("INVALID " + fault.getReason() + " " + fault.getMessage());
            System.exit(1);
        }
    }
}
