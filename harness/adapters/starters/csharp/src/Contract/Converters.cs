using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KazashiAdapter.Contract;

// How the values of the contract are read: each by its own rule, and a value that breaks it is not repeated.

/// <summary>A JSON string with a rule; the message of the exception is the rule.</summary>
public abstract class TextConverter<T>(string rule) : JsonConverter<T>
{
    /// <summary>Whether the text keeps the rule, and the value that it stands for.</summary>
    protected abstract bool TryParse(string text, out T value);

    protected abstract string Format(T value);

    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out T value))
        {
            return value;
        }

        throw new JsonException(rule);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}

/// <summary>A text that only has to keep a rule.</summary>
public abstract class RuledTextConverter(string rule) : TextConverter<string>(rule)
{
    protected abstract bool Keeps(string text);

    protected override bool TryParse(string text, out string value)
    {
        value = text;
        return Keeps(text);
    }

    protected override string Format(string value) => value;
}

public sealed class ContractConverter() : RuledTextConverter("the contract " + Spoken.Contract)
{
    protected override bool Keeps(string text) => text == Spoken.Contract;
}

public sealed class NameConverter() : RuledTextConverter("a name of 1 to 128 characters without control characters")
{
    private const int Longest = 128;

    protected override bool Keeps(string text) =>
        text.EnumerateRunes().Count() is >= 1 and <= Longest
        && !text.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029');
}

public sealed class Sha256HexConverter() : RuledTextConverter("64 hexadecimal digits in lower case")
{
    protected override bool Keeps(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}

public sealed class SerialHexConverter() : RuledTextConverter("hexadecimal digits in lower case")
{
    protected override bool Keeps(string text) => text.Length > 0 && text.All(char.IsAsciiHexDigitLower);
}

public sealed class BytesConverter() : TextConverter<byte[]>("bytes in base64 with padding")
{
    /// <summary>The base class library skips white space and takes stray bits, so what was read is written again.</summary>
    protected override bool TryParse(string text, out byte[] value)
    {
        value = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, value, out int length))
        {
            return false;
        }

        value = value[..length];
        return Convert.ToBase64String(value) == text;
    }

    protected override string Format(byte[] value) => Convert.ToBase64String(value);
}

public sealed class InstantConverter() : TextConverter<DateTimeOffset>("an instant such as 2026-11-21T00:15:00Z")
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    protected override bool TryParse(string text, out DateTimeOffset value) => DateTimeOffset.TryParseExact(
        text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);

    protected override string Format(DateTimeOffset value) =>
        value.ToUniversalTime().ToString(Pattern, CultureInfo.InvariantCulture);
}

public sealed class DayConverter() : TextConverter<DateOnly>("a day such as 1980-01-02")
{
    private const string Pattern = "yyyy-MM-dd";

    protected override bool TryParse(string text, out DateOnly value) =>
        DateOnly.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);

    protected override string Format(DateOnly value) => value.ToString(Pattern, CultureInfo.InvariantCulture);
}

public sealed class CountConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long count) && count >= 0
            ? count
            : throw new JsonException("a whole number, 0 or more");

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value);
}

public sealed class AssuranceConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int level) && level is >= 1 and <= 3
            ? level
            : throw new JsonException("a level of assurance, 1 to 3");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value);
}

public sealed class OfflineRecordsConverter : JsonConverter<IReadOnlyList<OfflineRecord>>
{
    private const int Most = 1000;

    public override IReadOnlyList<OfflineRecord> Read(
        ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<OfflineRecord[]>(ref reader, options) is { Length: >= 1 and <= Most } records
            ? records
            : throw new JsonException("1 to 1000 records");

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyList<OfflineRecord> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}

/// <summary>Reads and writes the closed lists by their words, and nothing else: no other case, no numbers.</summary>
public sealed class WordConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type type) => type.IsEnum && type.Assembly == typeof(WordAttribute).Assembly;

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(WordConverter<>).MakeGenericType(type))!;

    private sealed class WordConverter<T>() : TextConverter<T>("one of " + string.Join(", ", Words.Keys))
        where T : struct, Enum
    {
        private static readonly Dictionary<string, T> Words = Enum.GetValues<T>().ToDictionary(WordOf);

        protected override bool TryParse(string text, out T value) => Words.TryGetValue(text, out value);

        protected override string Format(T value) => WordOf(value);

        private static string WordOf(T value) =>
            typeof(T).GetField(value.ToString())!.GetCustomAttribute<WordAttribute>()!.Word;
    }
}
