namespace KazashiAdapter.Contract;

/// <summary>The verbs of contract 1.0, each with the message it takes and what it asks of the product.</summary>
internal sealed class Verbs(IProduct product)
{
    private delegate Task<byte[]> Verb(byte[] body, CancellationToken cancel);

    private readonly Dictionary<string, Verb> _verbs = new()
    {
        ["hello"] = Asking<Hello, Introduction>((_, cancel) => product.HelloAsync(cancel)),
        ["configure"] = Asking<Configure, Empty>(async (configuration, cancel) =>
        {
            await product.ConfigureAsync(configuration, cancel);
            return new Empty();
        }),
        ["reset"] = Asking<Empty, Empty>(async (_, cancel) =>
        {
            await product.ResetAsync(cancel);
            return new Empty();
        }),
        ["set_time"] = Asking<SetTime, Epoch>(async (setting, cancel) =>
            new Epoch { Number = await product.SetTimeAsync(setting.Instant, setting.Epoch, cancel) }),
        ["begin"] = Asking<Begin, Begun>(product.BeginAsync),
        ["complete"] = Asking<Complete, Completed>(async (done, cancel) =>
            new Completed { Outcome = await product.CompleteAsync(done.Session, done.Presentation, cancel) }),
        ["account"] = Asking<AskAccount, AccountStored>(async (asked, cancel) =>
            new AccountStored { Account = await product.AccountAsync(asked.Certificate, cancel) }),
        ["unlink"] = Asking<Unlink, Unlinked>(async (asked, cancel) =>
            new Unlinked { Outcome = await product.UnlinkAsync(asked.Certificate, asked.Service, cancel) }),
        ["reconcile"] = Asking<Reconcile, Reconciled>(async (taps, cancel) =>
            new Reconciled { Outcomes = await product.ReconcileAsync(taps, cancel) }),
    };

    /// <summary>Returns whether there is such a verb.</summary>
    public bool Knows(string name) => _verbs.ContainsKey(name);

    /// <summary>Returns the answer to a message as JSON; a verb that the product left out is unknown, too.</summary>
    public async Task<byte[]> AnswerAsync(string name, byte[] body, CancellationToken cancel)
    {
        try
        {
            return await _verbs[name](body, cancel);
        }
        catch (NotHere)
        {
            throw new BrokenMessage(404, "unknown verb", name, "a verb that this product has", "one it has not");
        }
    }

    private static Verb Asking<TRequest, TAnswer>(Func<TRequest, CancellationToken, Task<TAnswer>> ask) =>
        async (body, cancel) => ContractJson.Write(await ask(ContractJson.Read<TRequest>(body), cancel));
}
