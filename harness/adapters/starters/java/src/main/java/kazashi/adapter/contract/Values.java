package kazashi.adapter.contract;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** How the values of the contract are read: each by its own rule, and a value that breaks it is not repeated. */
final class Values {
    private static final int LONGEST_NAME = 128;
    private static final int MOST_RECORDS = 1000;
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern INSTANT = Pattern.compile(DAY + "T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Values() {}

    /** A value that breaks its rule; the message is the rule. */
    static final class BrokenValue extends JsonMappingException {
        private static final long serialVersionUID = 1;

        BrokenValue(JsonParser parser, String rule) {
            super(parser, rule);
        }
    }

    /** A rule for JSON strings. */
    abstract static class Text<T> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1;

        private final String rule;

        Text(Class<T> type, String rule) {
            super(type);
            this.rule = rule;
        }

        /** Returns the value, or null when the text breaks the rule. */
        abstract T read(String text);

        @Override
        public final T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            T value = parser.hasToken(JsonToken.VALUE_STRING) ? read(parser.getText()) : null;
            if (value == null) {
                throw new BrokenValue(parser, rule);
            }
            return value;
        }
    }

    static final class Contract extends Text<String> {
        private static final long serialVersionUID = 1;

        Contract() {
            super(String.class, "the contract " + Words.CONTRACT);
        }

        @Override
        String read(String text) {
            return text.equals(Words.CONTRACT) ? text : null;
        }
    }

    static final class Plain extends Text<String> {
        private static final long serialVersionUID = 1;

        Plain() {
            super(String.class, "a string");
        }

        @Override
        String read(String text) {
            return text;
        }
    }

    static final class Name extends Text<String> {
        private static final long serialVersionUID = 1;

        Name() {
            super(String.class, "a name of 1 to " + LONGEST_NAME + " characters without control characters");
        }

        @Override
        String read(String text) {
            int length = text.codePointCount(0, text.length());
            return length >= 1 && length <= LONGEST_NAME && !CONTROL.matcher(text).find() ? text : null;
        }
    }

    static final class Sha256Hex extends Text<String> {
        private static final long serialVersionUID = 1;

        Sha256Hex() {
            super(String.class, "64 hexadecimal digits in lower case");
        }

        @Override
        String read(String text) {
            return SHA256.matcher(text).matches() ? text : null;
        }
    }

    static final class Assurance extends StdDeserializer<Integer> {
        private static final long serialVersionUID = 1;

        Assurance() {
            super(Integer.class);
        }

        @Override
        public Integer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            boolean isWhole = parser.hasToken(JsonToken.VALUE_NUMBER_INT);
            long level = isWhole && parser.getNumberType() == JsonParser.NumberType.INT ? parser.getIntValue() : 0;
            if (level < 1 || level > 3) {
                throw new BrokenValue(parser, "a level of assurance, 1 to 3");
            }
            return (int) level;
        }
    }

    static final class Bytes extends Text<byte[]> {
        private static final long serialVersionUID = 1;

        Bytes() {
            super(byte[].class, "bytes in base64 with padding");
        }

        /** java.util.Base64 takes a missing padding and stray bits, so what was read is written again. */
        @Override
        byte[] read(String text) {
            try {
                byte[] bytes = Base64.getDecoder().decode(text);
                return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : null;
            } catch (IllegalArgumentException broken) {
                return null;
            }
        }
    }

    static final class Moment extends Text<Instant> {
        private static final long serialVersionUID = 1;

        Moment() {
            super(Instant.class, "an instant such as 2026-11-21T00:15:00Z");
        }

        @Override
        Instant read(String text) {
            try {
                return INSTANT.matcher(text).matches() ? Instant.parse(text) : null;
            } catch (DateTimeException broken) {
                return null;
            }
        }
    }

    static final class Day extends Text<LocalDate> {
        private static final long serialVersionUID = 1;

        Day() {
            super(LocalDate.class, "a day such as 1980-01-02");
        }

        @Override
        LocalDate read(String text) {
            try {
                return DAY.matcher(text).matches() ? LocalDate.parse(text) : null;
            } catch (DateTimeException broken) {
                return null;
            }
        }
    }

    static final class Count extends StdDeserializer<Long> {
        private static final long serialVersionUID = 1;

        Count() {
            super(Long.class);
        }

        @Override
        public Long deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT) || parser.getLongValue() < 0) {
                throw new BrokenValue(parser, "a whole number, 0 or more");
            }
            return parser.getLongValue();
        }
    }

    static final class OfflineRecords extends StdDeserializer<List<Requests.OfflineRecord>> {
        private static final long serialVersionUID = 1;

        OfflineRecords() {
            super(List.class);
        }

        @Override
        public List<Requests.OfflineRecord> deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            var records = context.readValue(parser, Requests.OfflineRecord[].class);
            if (records.length < 1 || records.length > MOST_RECORDS) {
                throw new BrokenValue(parser, "1 to " + MOST_RECORDS + " records");
            }
            return Arrays.asList(records);
        }
    }
}
