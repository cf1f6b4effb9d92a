using System.Text.Json.Serialization;

namespace KazashiAdapter.Contract;

// What the product answers. A null property is left out of the message, but where the contract wants the null.

/// <summary>What the product declares of its own comparisons; boundary cases are made from these.</summary>
public sealed record Tolerances
{
    public required int ClockSeconds { get; init; }

    public required int StatusSeconds { get; init; }

    public required int ChallengeSeconds { get; init; }
}

/// <summary>What the product says of itself.</summary>
public sealed record Introduction
{
    public string Contract { get; init; } = Spoken.Contract;

    public string Role { get; init; } = Spoken.Role;

    [JsonConverter(typeof(NameConverter))]
    public required string Product { get; init; }

    [JsonConverter(typeof(NameConverter))]
    public required string Version { get; init; }

    public required IReadOnlyList<Capability> Capabilities { get; init; }

    public required Tolerances Tolerances { get; init; }
}

/// <summary>The number of the clock setting that the product now lives in.</summary>
public sealed record Epoch
{
    [JsonPropertyName("epoch")]
    public required long Number { get; init; }
}

/// <summary>Where the status came from, and as of when it speaks.</summary>
public sealed record StatusSeen
{
    public required StatusSource Source { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }
}

/// <summary>What the product decided and why. The epoch is that of the clock it was decided by; details are for people.</summary>
public sealed record Outcome
{
    public required Decision Decision { get; init; }

    public required Reason Reason { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    public StatusSeen? Status { get; init; }

    public long? Epoch { get; init; }

    public IReadOnlyDictionary<string, object>? Details { get; init; }
}

/// <summary>A session with its challenge, for a tap the enrolled birth date, for a signature the document; or the outcome.</summary>
public sealed record Begun
{
    [JsonConverter(typeof(NameConverter))]
    public string? Session { get; init; }

    public byte[]? Challenge { get; init; }

    public DateOnly? BirthDate { get; init; }

    public byte[]? Document { get; init; }

    public Outcome? Outcome { get; init; }
}

/// <summary>The answer to <c>complete</c>.</summary>
public sealed record Completed
{
    public required Outcome Outcome { get; init; }
}

/// <summary>What the product stores: the key of the account, never a name, a number or an address.</summary>
public sealed record Account
{
    /// <summary>SHA-256 of the issuer's SubjectPublicKeyInfo.</summary>
    [JsonConverter(typeof(Sha256HexConverter))]
    public required string IssuerKey { get; init; }

    /// <summary>The certificate's serial number, in lower-case hexadecimal digits.</summary>
    [JsonConverter(typeof(SerialHexConverter))]
    public required string Serial { get; init; }

    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>SHA-256 of the chip's SubjectPublicKeyInfo, once one was seen.</summary>
    [JsonConverter(typeof(Sha256HexConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? ChipKey { get; init; }

    public required long Accepted { get; init; }
}

/// <summary>The answer to <c>account</c>: null says that nothing is stored.</summary>
public sealed record AccountStored
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Account? Account { get; init; }
}

/// <summary>The answer to <c>unlink</c>.</summary>
public sealed record Unlinked
{
    public required Outcome Outcome { get; init; }
}

/// <summary>One outcome for each offline record, by its id.</summary>
public sealed record Reconciled
{
    public required IReadOnlyDictionary<string, Outcome> Outcomes { get; init; }
}

/// <summary>What a 4xx says of a broken message.</summary>
public sealed record Complaint
{
    public required string What { get; init; }

    public required string Where { get; init; }

    public required string Expected { get; init; }

    public required string Actual { get; init; }
}

/// <summary>The body of a 4xx.</summary>
public sealed record Refused
{
    public required Complaint Error { get; init; }
}
