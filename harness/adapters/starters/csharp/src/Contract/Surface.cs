namespace KazashiAdapter.Contract;

/// <summary>
/// The test surface over HTTP: <c>POST /kazashi/v1/&lt;verb&gt;</c>. Whoever reaches it sets the product's clock.
/// </summary>
public sealed class Surface(IProduct product, ILogger<Surface> logger)
{
    private const string Prefix = "/kazashi/v1/";
    private const int LongestBody = 1 << 20;
    private const int Discarded = 16 << 20;

    private readonly Verbs _verbs = new(product);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await SendAsync(context, StatusCodes.Status200OK, await DecidedAsync(context));
        }
        catch (BrokenMessage broken)
        {
            logger.LogWarning("{Http} {Broken}", broken.Http, broken.Message);
            await SendAsync(context, broken.Http, ContractJson.Write(broken.Body));
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            logger.LogError(fault, "500: the product failed");
            BrokenMessage failed = new(500, "the adapter failed", "product", "an answer", "a fault, see its log");
            await SendAsync(context, failed.Http, ContractJson.Write(failed.Body));
        }
    }

    private async Task<byte[]> DecidedAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string verb = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        byte[] body = await BodyAsync(context.Request.Body, context.RequestAborted);
        if (!_verbs.Knows(verb))
        {
            throw new BrokenMessage(404, "unknown path", "request", $"POST {Prefix}<verb>", "another path");
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            throw new BrokenMessage(405, "wrong method", "request", "POST", "another method");
        }

        return await _verbs.AnswerAsync(verb, body, context.RequestAborted);
    }

    /// <summary>Returns the body. Of one that is too long enough is read for the sender to get to the answer.</summary>
    private static async Task<byte[]> BodyAsync(Stream stream, CancellationToken cancel)
    {
        using MemoryStream body = new();
        byte[] chunk = new byte[1 << 16];
        long total = 0;
        int read;
        while (total <= Discarded && (read = await stream.ReadAsync(chunk, cancel)) > 0)
        {
            total += read;
            if (total <= LongestBody)
            {
                body.Write(chunk, 0, read);
            }
        }

        return total <= LongestBody
            ? body.ToArray()
            : throw new BrokenMessage(413, "oversized message", "body", $"at most {LongestBody} bytes", "more than that");
    }

    private static async Task SendAsync(HttpContext context, int http, byte[] body)
    {
        context.Response.StatusCode = http;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
