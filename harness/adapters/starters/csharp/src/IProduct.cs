using KazashiAdapter.Contract;

namespace KazashiAdapter;

/// <summary>
/// The one interface a vendor implements: the surface calls it, several requests at once. Every method answers,
/// whatever it decides. An exception means that the adapter is broken (HTTP 500 and no verdict), not that somebody is
/// refused.
/// </summary>
public interface IProduct
{
    /// <summary>Returns name, version, capabilities and tolerances; claim only what is there.</summary>
    Task<Introduction> HelloAsync(CancellationToken cancel);

    /// <summary>Takes these anchors, addresses, terminals and services in place of the former ones.</summary>
    Task ConfigureAsync(Configure configuration, CancellationToken cancel);

    /// <summary>Forgets accounts, sessions and caches; configuration and clock stay.</summary>
    Task ResetAsync(CancellationToken cancel);

    /// <summary>Lives at this instant from now on; returns the epoch of the clock as it then is.</summary>
    Task<long> SetTimeAsync(DateTimeOffset instant, long epoch, CancellationToken cancel);

    /// <summary>Returns a session with a challenge that was never drawn before; or the outcome at once.</summary>
    Task<Begun> BeginAsync(Begin attempt, CancellationToken cancel);

    /// <summary>Returns what is decided on a presentation, and why.</summary>
    Task<Outcome> CompleteAsync(string session, Presentation presentation, CancellationToken cancel);

    /// <summary>Returns what is stored of the holder of this certificate (DER), or null.</summary>
    Task<Account?> AccountAsync(byte[] certificate, CancellationToken cancel);

    /// <summary>Takes the holder out of a service; for products that declare <see cref="Capability.Unlink"/>.</summary>
    Task<Outcome> UnlinkAsync(byte[] certificate, string service, CancellationToken cancel) => throw new NotHere();

    /// <summary>Returns an outcome by record id; for products that declare <see cref="Capability.Reconcile"/>.</summary>
    Task<IReadOnlyDictionary<string, Outcome>> ReconcileAsync(Reconcile taps, CancellationToken cancel) =>
        throw new NotHere();
}

/// <summary>A verb that the product does not have: HTTP 404.</summary>
public sealed class NotHere : Exception;
