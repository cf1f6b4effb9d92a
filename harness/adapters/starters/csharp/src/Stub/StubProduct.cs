using KazashiAdapter.Contract;

namespace KazashiAdapter.Stub;

/// <summary>
/// An honest product that can do almost nothing, and says so: it draws and spends challenges, keeps the clock, and
/// refuses every presentation because nothing verifies it. Replace it step by step; <see cref="ToDo"/> is the order.
/// Until the last step is there it accepts nobody.
/// </summary>
public sealed class StubProduct : IProduct
{
    private static readonly Dictionary<string, string> ToDo = new()
    {
        ["decode"] = "parse the certificate (DER); else MALFORMED",
        ["purpose"] = "the certificate is for this purpose: key usage, policy; else WRONG_PURPOSE",
        ["issuer"] = "signed by a configured authority of the right kind; else UNKNOWN_ISSUER",
        ["validity"] = "within notBefore and notAfter at the clock's instant; else NOT_YET_VALID, EXPIRED",
        ["challenge"] = "done here, see Sessions.cs; make it durable",
        ["proof"] = "RSA PKCS#1 v1.5 with SHA-256 over the 32 bytes of the challenge; else BAD_SIGNATURE",
        ["status"] = "ask OCSP at the configured address, for each presentation; else REVOKED, ON_HOLD, STATUS_…",
        ["account"] = "store and find by issuer key and serial; else NOT_ENROLLED, ALREADY_ENROLLED",
    };

    /// <summary>Add Tap (place, genuineness) and Sign (document) when they are there, and their capabilities.</summary>
    private static readonly HashSet<Purpose> BegunHere = [Purpose.Enrol, Purpose.Login];

    private readonly Clock _clock = new();
    private readonly Sessions _sessions = new();

    /// <summary>What the suite handed over: the steps that are to do need it.</summary>
    public Configure? Configuration { get; private set; }

    /// <summary>Returns what there is: <c>account</c> answers that nothing is stored, which is true.</summary>
    public Task<Introduction> HelloAsync(CancellationToken cancel) => Task.FromResult(new Introduction
    {
        Product = "Kazashi starter (C#)",
        Version = "0",
        Capabilities = [Capability.SetTime, Capability.Enrol, Capability.Login, Capability.Account],
        Tolerances = new Tolerances
        {
            ClockSeconds = 0,
            StatusSeconds = 0,
            ChallengeSeconds = (int)Sessions.Lifetime.TotalSeconds,
        },
    });

    public Task ConfigureAsync(Configure configuration, CancellationToken cancel)
    {
        Configuration = configuration;
        return Task.CompletedTask;
    }

    /// <summary>Forgets the sessions; there are no accounts yet.</summary>
    public Task ResetAsync(CancellationToken cancel)
    {
        _sessions.Forget();
        return Task.CompletedTask;
    }

    public Task<long> SetTimeAsync(DateTimeOffset instant, long epoch, CancellationToken cancel) =>
        Task.FromResult(_clock.Set(instant, epoch));

    public Task<Begun> BeginAsync(Begin attempt, CancellationToken cancel)
    {
        Reading now = _clock.Read();
        if (!BegunHere.Contains(attempt.Purpose))
        {
            Outcome refused = NotYet(now, [], $"{attempt.Purpose} cannot be begun", "この手続きは未実装です");
            return Task.FromResult(new Begun { Outcome = refused });
        }

        Session session = _sessions.Open(attempt, now.Instant);
        return Task.FromResult(new Begun { Session = session.Name, Challenge = session.Challenge });
    }

    /// <summary>Refuses: for the challenge, or because the rest is still to do.</summary>
    public Task<Outcome> CompleteAsync(string session, Presentation presentation, CancellationToken cancel) =>
        Task.FromResult(Complete(session, presentation));

    /// <summary>Returns null: nobody was ever accepted.</summary>
    public Task<Account?> AccountAsync(byte[] certificate, CancellationToken cancel) =>
        Task.FromResult<Account?>(null);

    private Outcome Complete(string name, Presentation presentation)
    {
        Reading now = _clock.Read();

        // To do, in this order: decode, purpose, issuer, validity.
        if (_sessions.Find(name) is not { } session)
        {
            return Rejected(now, Reason.ChallengeMismatch);
        }

        if (Sessions.Spend(session, presentation.Challenge, now.Instant) is { } refused)
        {
            return Rejected(now, refused);
        }

        // To do, in this order: proof, status, account. Only then may a decision be Accept.
        return NotYet(now, [Step.Challenge], "nothing is verified", "何も検証していません");
    }

    private static Outcome Rejected(Reading now, Reason reason) =>
        new() { Decision = Decision.Reject, Reason = reason, Steps = [], Epoch = now.Epoch };

    private static Outcome NotYet(Reading now, IReadOnlyList<Step> steps, string english, string japanese) => new()
    {
        Decision = Decision.Reject,
        Reason = Reason.Policy,
        Steps = steps,
        Epoch = now.Epoch,
        Details = new Dictionary<string, object>
        {
            ["todo"] = new Dictionary<string, object>
            {
                ["en"] = $"starter: {english}; fill in StubProduct.cs",
                ["ja"] = $"スターター: {japanese}",
                ["steps"] = ToDo,
            },
        },
    };
}
