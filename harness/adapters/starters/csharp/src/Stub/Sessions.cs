using System.Collections.Concurrent;
using System.Security.Cryptography;
using KazashiAdapter.Contract;

namespace KazashiAdapter.Stub;

/// <summary>One attempt that was begun.</summary>
public sealed class Session(Begin attempt, DateTimeOffset begun)
{
    private const int ChallengeBytes = 32;
    private const int NameBytes = 24;

    private int _spent;

    public string Name { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(NameBytes));

    public byte[] Challenge { get; } = RandomNumberGenerator.GetBytes(ChallengeBytes);

    public Begin Attempt { get; } = attempt;

    public DateTimeOffset Begun { get; } = begun;

    /// <summary>Returns whether the challenge was unspent until now: of two at the same time at most one finds it so.</summary>
    public bool Spend() => Interlocked.Exchange(ref _spent, 1) == 0;
}

/// <summary>Sessions and their challenges: each drawn at random, looked at once. In memory; a product stores them.</summary>
public sealed class Sessions
{
    /// <summary>How long a challenge may be answered; declared in <c>hello</c>.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    private readonly ConcurrentDictionary<string, Session> _sessions = new();

    /// <summary>Opens a session with a name and a challenge that never came before.</summary>
    public Session Open(Begin attempt, DateTimeOffset now)
    {
        Session session = new(attempt, now);
        _sessions[session.Name] = session;
        return session;
    }

    /// <summary>Returns the session of this name, spent or not, or null.</summary>
    public Session? Find(string name) => _sessions.GetValueOrDefault(name);

    /// <summary>Spends the session's challenge, whatever was presented; null when it counts, else why it does not.</summary>
    public static Reason? Spend(Session session, byte[] presented, DateTimeOffset now)
    {
        bool isFirst = session.Spend();
        if (!CryptographicOperations.FixedTimeEquals(session.Challenge, presented))
        {
            return Reason.ChallengeMismatch;
        }

        if (!isFirst)
        {
            return Reason.ChallengeReplayed;
        }

        // A challenge of the future is not young either: the clock was set back.
        return now < session.Begun || now > session.Begun + Lifetime ? Reason.ChallengeExpired : null;
    }

    /// <summary>Forgets every session.</summary>
    public void Forget() => _sessions.Clear();
}
