package kazashi.adapter.library;

import java.util.Arrays;
import kazashi.adapter.contract.Words.Reason;

/** Reads BER-TLV objects one after another, each of the tag that must come next. */
final class Tlv {
    private final byte[] bytes;
    private int at;

    Tlv(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns how far it has been read. */
    int position() {
        return at;
    }

    /** Returns the value of the next object. */
    byte[] next(int tag) throws Refusal {
        int found = octet();
        if ((found & 0x1F) == 0x1F) {
            found = found << 8 | octet();
        }
        if (found != tag) {
            throw broken("expected tag %X, actual %X".formatted(tag, found));
        }
        return take(length());
    }

    /** Returns bytes that are no object. */
    byte[] take(int length) throws Refusal {
        if (length > bytes.length - at) {
            throw broken("expected %d bytes, actual %d".formatted(length, bytes.length - at));
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** Refuses what is left over. */
    void end() throws Refusal {
        if (at != bytes.length) {
            throw broken("expected the end, actual %d bytes more".formatted(bytes.length - at));
        }
    }

    private int length() throws Refusal {
        int first = octet();
        return switch (first) {
            case 0x81 -> octet();
            case 0x82 -> octet() << 8 | octet();
            default -> {
                if (first > 0x7F) {
                    throw broken("a length of another form");
                }
                yield first;
            }
        };
    }

    private int octet() throws Refusal {
        return take(1)[0] & 0xFF;
    }

    private static Refusal broken(String details) {
        return new Refusal(Reason.CARD_NOT_GENUINE, "the chip's record: " + details);
    }
}
