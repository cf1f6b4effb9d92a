using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KazashiAdapter.Contract;

/// <summary>Reads messages strictly and writes answers: what the schemas of contract 1.0 do not know is refused.</summary>
public static class ContractJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new WordConverterFactory(), new BytesConverter(), new InstantConverter(), new DayConverter(),
        },
    };

    /// <summary>Returns the message in <paramref name="body"/>; throws <see cref="BrokenMessage"/>.</summary>
    public static T Read<T>(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Utf8.GetString(body));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Broken("broken JSON", "$", "one JSON object in UTF-8", $"{body.Length} bytes, another value");
            }

            RefuseNullsAndDuplicates(document.RootElement, "$");
            return document.RootElement.Deserialize<T>(Options)!;
        }
        catch (JsonException fault) when (fault.Path is null)
        {
            // Nothing was read into a type yet: the text itself is no JSON.
            throw Broken(
                "broken JSON", "$", "one JSON object in UTF-8", $"{body.Length} bytes, line {fault.LineNumber + 1}");
        }
        catch (JsonException fault)
        {
            throw Broken("broken field", fault.Path!, WithoutPlace(fault.Message), "something else");
        }
        catch (Exception fault) when (fault is DecoderFallbackException or InvalidOperationException)
        {
            throw Broken("broken JSON", "$", "one JSON object in UTF-8", $"{body.Length} bytes, no UTF-8");
        }
    }

    /// <summary>Returns an answer as UTF-8.</summary>
    public static byte[] Write<T>(T answer) => JsonSerializer.SerializeToUtf8Bytes(answer, Options);

    /// <summary>An absent field is absent, not null, and of two with the same name none is the right one.</summary>
    private static void RefuseNullsAndDuplicates(JsonElement element, string where)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                throw Broken("null", where, "a value, or no such field", "null");
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    RefuseNullsAndDuplicates(item, $"{where}[{index++}]");
                }

                break;
            case JsonValueKind.Object:
                HashSet<string> seen = [];
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    string place = $"{where}.{property.Name}";
                    if (!seen.Add(property.Name))
                    {
                        throw Broken("duplicate field", place, "one", "two");
                    }

                    RefuseNullsAndDuplicates(property.Value, place);
                }

                break;
        }
    }

    private static BrokenMessage Broken(string what, string where, string expected, string actual) =>
        new(400, what, where, expected, actual);

    private static string WithoutPlace(string message) => message.Split(" Path: ")[0];
}
