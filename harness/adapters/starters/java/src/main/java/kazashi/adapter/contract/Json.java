package kazashi.adapter.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializerBase;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads messages strictly and writes answers: what the schemas of contract 1.0 do not know is refused. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .annotationIntrospector(new RequiredUnlessMarked())
            .addModule(values())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private Json() {}

    /** Returns the message in {@code body}. */
    static <T> T read(byte[] body, Class<T> type) throws BrokenMessage {
        JsonNode tree = parse(body);
        refuseNulls(tree, "$");
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException fault) {
            String known = fault.getKnownPropertyIds().stream().map(Object::toString).sorted()
                    .collect(Collectors.joining(", "));
            throw broken("unknown field", where(fault), known.isEmpty() ? "no field" : "one of " + known, "another");
        } catch (JsonMappingException fault) {
            throw broken("broken field", where(fault), expected(fault), actual(fault, tree));
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException("a tree that is no JSON", fault);
        }
    }

    /** Returns an answer as UTF-8. */
    static byte[] write(Object answer) {
        try {
            return MAPPER.writeValueAsBytes(answer);
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException("an answer that cannot be written", fault);
        }
    }

    private static JsonNode parse(byte[] body) throws BrokenMessage {
        String place = "no UTF-8";
        try {
            // Decoded here: a parser of bytes would guess at the encoding.
            JsonNode tree = MAPPER.readTree(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
            if (tree.isObject()) {
                return tree;
            }
            place = "another value";
        } catch (CharacterCodingException fault) {
            // as it stands
        } catch (JsonProcessingException fault) {
            var at = fault.getLocation();
            place = at == null ? "no JSON" : "broken at line %d column %d".formatted(at.getLineNr(), at.getColumnNr());
        }
        throw broken("broken JSON", "$", "one JSON object in UTF-8", body.length + " bytes, " + place);
    }

    /** An absent field is absent, not null; to a record both would be the same. */
    private static void refuseNulls(JsonNode node, String where) throws BrokenMessage {
        if (node.isNull()) {
            throw broken("null", where, "a value, or no such field", "null");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            refuseNulls(field.getValue(), where + "." + field.getKey());
        }
        for (int index = 0; node.isArray() && index < node.size(); index++) {
            refuseNulls(node.get(index), where + "[" + index + "]");
        }
    }

    private static BrokenMessage broken(String what, String where, String expected, String actual) {
        return new BrokenMessage(400, what, where, expected, actual);
    }

    private static String where(JsonMappingException fault) {
        return fault.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining("", "$", ""));
    }

    /** Returns the rule; what Jackson says of it would repeat the value. */
    private static String expected(JsonMappingException fault) {
        if (fault instanceof Values.BrokenValue) {
            return fault.getOriginalMessage();
        }
        Class<?> type = fault instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        if (type == null) {
            return "a value of the contract";
        }
        if (type.isEnum()) {
            return "one of " + MAPPER.convertValue(type.getEnumConstants(), List.class);
        }
        return type.isRecord() ? "an object" : type.getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String actual(JsonMappingException fault, JsonNode tree) {
        JsonNode node = tree;
        for (JsonMappingException.Reference step : fault.getPath()) {
            node = step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
        }
        return node.isMissingNode() ? "nothing" : "another " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static SimpleModule values() {
        return new SimpleModule()
                .addDeserializer(String.class, new Values.Plain())
                .addDeserializer(byte[].class, new Values.Bytes())
                .addDeserializer(Instant.class, new Values.Moment())
                .addDeserializer(LocalDate.class, new Values.Day())
                .addSerializer(LocalDate.class, ToStringSerializer.instance)
                .addSerializer(Instant.class, new WholeSeconds());
    }

    private static final class WholeSeconds extends ToStringSerializerBase {
        private static final long serialVersionUID = 1;

        WholeSeconds() {
            super(Instant.class);
        }

        @Override
        public String valueToString(Object instant) {
            return ((Instant) instant).truncatedTo(ChronoUnit.SECONDS).toString();
        }
    }

    /** Every field of a message is required, but those marked {@link MayBeAbsent}. */
    private static final class RequiredUnlessMarked extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasRequiredMarker(AnnotatedMember member) {
            return !_hasAnnotation(member, MayBeAbsent.class);
        }
    }
}
