using System.Text.Json.Serialization;

namespace KazashiAdapter.Contract;

// What the suite sends. A required property must be there; another may be absent (null, or false), but not null.

/// <summary>The empty message.</summary>
public sealed record Empty;

/// <summary>The first request: which contract the suite speaks.</summary>
public sealed record Hello
{
    [JsonConverter(typeof(ContractConverter))]
    public required string Contract { get; init; }
}

/// <summary>A certification authority to trust, as its self-signed certificate (DER).</summary>
public sealed record AuthorityAnchor
{
    public required Kind Kind { get; init; }

    public required byte[] Certificate { get; init; }
}

/// <summary>A card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo.</summary>
public sealed record CardIssuerAnchor
{
    public required byte[] KeyId { get; init; }

    public required byte[] Key { get; init; }
}

/// <summary>Where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists.</summary>
public sealed record StatusAddress
{
    public required Kind Kind { get; init; }

    public required string Ocsp { get; init; }

    public required string Crl { get; init; }
}

/// <summary>Who a terminal is: only one whose credential is right may be told an enrolled birth date.</summary>
public sealed record TerminalCredential
{
    [JsonConverter(typeof(NameConverter))]
    public required string Id { get; init; }

    [JsonConverter(typeof(NameConverter))]
    public required string Credential { get; init; }

    /// <summary>Returns the id only: a credential stands in no log.</summary>
    public override string ToString() => $"TerminalCredential {{ Id = {Id} }}";
}

/// <summary>A service of the product, and what it offers.</summary>
public sealed record Service
{
    [JsonConverter(typeof(NameConverter))]
    public required string Id { get; init; }

    public required IReadOnlyList<Purpose> Purposes { get; init; }

    /// <summary>The level it asks for; 1 where it is absent.</summary>
    [JsonConverter(typeof(AssuranceConverter))]
    public int? Assurance { get; init; }
}

/// <summary>All that the product must know of the world it is tested in.</summary>
public sealed record Configure
{
    public required IReadOnlyList<AuthorityAnchor> Authorities { get; init; }

    public required IReadOnlyList<CardIssuerAnchor> CardIssuers { get; init; }

    public required IReadOnlyList<StatusAddress> Status { get; init; }

    public required IReadOnlyList<TerminalCredential> Terminals { get; init; }

    public required IReadOnlyList<Service> Services { get; init; }
}

/// <summary>The world's instant, and the number of this setting of the clock.</summary>
public sealed record SetTime
{
    public required DateTimeOffset Instant { get; init; }

    public required long Epoch { get; init; }
}

/// <summary>Whom the terminal believes to have before it: the certificate it read (DER).</summary>
public sealed record HolderHint
{
    public required byte[] Certificate { get; init; }
}

/// <summary>A person stands at a terminal and wants something.</summary>
public sealed record Begin
{
    public required Purpose Purpose { get; init; }

    [JsonConverter(typeof(NameConverter))]
    public required string Service { get; init; }

    public required Environment Environment { get; init; }

    public TerminalCredential? Terminal { get; init; }

    public HolderHint? Holder { get; init; }
}

/// <summary>An internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and key 001A's signature.</summary>
public sealed record ChipProof
{
    public required byte[] BirthRecord { get; init; }

    public required byte[] Cvc { get; init; }

    public required byte[] Signature { get; init; }
}

/// <summary>The word of a terminal that checked the chip itself: which key proved itself, and the birth date.</summary>
public sealed record ReportedChip
{
    public required bool Genuine { get; init; }

    [JsonConverter(typeof(Sha256HexConverter))]
    public required string ChipKey { get; init; }

    public required DateOnly BirthDate { get; init; }
}

/// <summary>What a card application (条例利用領域) gave: AID, the user's identification, a counter if it has one.</summary>
public sealed record CardApplicationRecord
{
    public required byte[] Aid { get; init; }

    public required byte[] User { get; init; }

    [JsonConverter(typeof(CountConverter))]
    public long? Counter { get; init; }
}

/// <summary>What the terminal collected from the card; which parts there are depends on the purpose.</summary>
public sealed record Presentation
{
    public required byte[] Challenge { get; init; }

    public required byte[] Certificate { get; init; }

    public byte[]? Signature { get; init; }

    public byte[]? DocumentSignature { get; init; }

    public ChipProof? Chip { get; init; }

    public ReportedChip? ReportedChip { get; init; }

    public CardApplicationRecord? CardApplication { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Phone { get; init; }
}

/// <summary>The presentation that answers a session.</summary>
public sealed record Complete
{
    [JsonConverter(typeof(NameConverter))]
    public required string Session { get; init; }

    public required Presentation Presentation { get; init; }
}

/// <summary>What is stored of the holder of this certificate (DER)?</summary>
public sealed record AskAccount
{
    public required byte[] Certificate { get; init; }
}

/// <summary>The holder of this certificate leaves a service.</summary>
public sealed record Unlink
{
    public required byte[] Certificate { get; init; }

    [JsonConverter(typeof(NameConverter))]
    public required string Service { get; init; }
}

/// <summary>A tap that was taken without asking anybody: where, when, and what was presented.</summary>
public sealed record OfflineRecord
{
    [JsonConverter(typeof(NameConverter))]
    public required string Id { get; init; }

    [JsonConverter(typeof(NameConverter))]
    public required string Service { get; init; }

    public required Environment Environment { get; init; }

    public required DateTimeOffset Taken { get; init; }

    public required Presentation Presentation { get; init; }
}

/// <summary>The taps of a terminal that was offline, in the order in which they were taken.</summary>
public sealed record Reconcile
{
    public required TerminalCredential Terminal { get; init; }

    [JsonConverter(typeof(OfflineRecordsConverter))]
    public required IReadOnlyList<OfflineRecord> Records { get; init; }
}
