namespace KazashiAdapter.Stub;

/// <summary>An instant and the epoch it was set by (null on the host's clock). They belong together.</summary>
public sealed record Reading(DateTimeOffset Instant, long? Epoch);

/// <summary>The product's clock: the host's until it is set, and from then on the instant that was set last.</summary>
public sealed class Clock
{
    private volatile Reading? _set;

    /// <summary>Stops at this instant; returns the epoch that is read from now on.</summary>
    public long Set(DateTimeOffset instant, long epoch)
    {
        _set = new Reading(instant, epoch);
        return epoch;
    }

    /// <summary>Returns what time it is. Read it once for each attempt: an attempt is judged at one instant.</summary>
    public Reading Read() => _set ?? new Reading(DateTimeOffset.UtcNow, null);
}
