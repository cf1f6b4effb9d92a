package kazashi.adapter.library;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import kazashi.adapter.contract.Requests.CardIssuerAnchor;
import kazashi.adapter.contract.Requests.ChipProof;
import kazashi.adapter.contract.Words.Reason;

/**
 * Step genuineness: card issuer's key, then the municipality's key in the CVC, then the chip's key in the birth record,
 * then the chip's signature over our challenge.
 *
 * @param key the chip's key
 * @param birthDate the holder's birth date, as the record says
 */
record Chip(PublicKey key, LocalDate birthDate) {
    private static final int KEY_ID_BYTES = 16;

    static Chip proved(ChipProof proof, byte[] challenge, List<CardIssuerAnchor> issuers) throws Refusal {
        PublicKey municipality = certified(proof.cvc(), issuers);

        Tlv file = new Tlv(proof.birthRecord());
        byte[] record = file.next(0xFF10);
        Tlv objects = new Tlv(record);
        byte[] birthDate = objects.next(0xDF11);
        PublicKey key = key(objects.next(0xDF12));
        byte[] signed = Arrays.copyOf(record, objects.position()); // both objects as they are written
        byte[] signature = objects.next(0xDF13);
        objects.end();
        check(municipality, signed, signature, "the birth record is not the municipality's");
        check(key, challenge, proof.signature(), "the challenge was not signed by the chip");
        return new Chip(key, day(birthDate));
    }

    /** Returns the key that a card-verifiable certificate under a known card issuer certifies. */
    private static PublicKey certified(byte[] cvc, List<CardIssuerAnchor> issuers) throws Refusal {
        Tlv objects = new Tlv(new Tlv(cvc).next(0x7F21));
        byte[] body = objects.next(0x5F4E);
        byte[] signature = objects.next(0x5F37);
        objects.end();
        Tlv fields = new Tlv(body);
        byte[] issuerId = fields.take(KEY_ID_BYTES);
        fields.take(KEY_ID_BYTES); // the certified key's own id
        PublicKey certified = key(Arrays.copyOfRange(body, fields.position(), body.length));
        for (CardIssuerAnchor issuer : issuers) {
            if (Arrays.equals(issuer.keyId(), issuerId)) {
                check(anchor(issuer), body, signature, "the CVC is not the card issuer's");
                return certified;
            }
        }
        throw new Refusal(Reason.CARD_NOT_GENUINE, "the CVC names no known card issuer");
    }

    private static PublicKey key(byte[] objects) throws Refusal {
        Tlv fields = new Tlv(objects);
        byte[] exponent = fields.next(0x90);
        byte[] modulus = fields.next(0x91);
        fields.end();
        try {
            return Signatures.rsa(modulus, exponent);
        } catch (InvalidKeySpecException fault) {
            throw new Refusal(Reason.CARD_NOT_GENUINE, "a key that is no RSA key");
        }
    }

    private static PublicKey anchor(CardIssuerAnchor issuer) {
        try {
            return Signatures.rsa(issuer.key());
        } catch (InvalidKeySpecException fault) {
            throw new IllegalArgumentException("configure: a card issuer's key that is no RSA key", fault);
        }
    }

    private static void check(PublicKey key, byte[] signed, byte[] signature, String otherwise) throws Refusal {
        if (!Signatures.verify(key, signed, signature)) {
            throw new Refusal(Reason.CARD_NOT_GENUINE, otherwise);
        }
    }

    private static LocalDate day(byte[] digits) throws Refusal {
        try {
            return LocalDate.parse(new String(digits, StandardCharsets.US_ASCII), DateTimeFormatter.BASIC_ISO_DATE);
        } catch (DateTimeException fault) {
            throw new Refusal(Reason.CARD_NOT_GENUINE, "the birth record holds no date");
        }
    }
}
