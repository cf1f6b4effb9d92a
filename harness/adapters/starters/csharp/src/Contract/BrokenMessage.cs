namespace KazashiAdapter.Contract;

/// <summary>A message outside the contract: what is wrong, where, and both sides. Values do not come back in it.</summary>
public sealed class BrokenMessage(int http, string what, string where, string expected, string actual)
    : Exception($"{what} at {where}: expected {expected}, actual {actual}")
{
    /// <summary>The HTTP status to answer with.</summary>
    public int Http { get; } = http;

    /// <summary>The body to answer with.</summary>
    public Refused Body { get; } = new()
    {
        Error = new Complaint { What = what, Where = where, Expected = expected, Actual = actual },
    };
}
