// Starts the adapter: the surface of contract 1.0 on loopback, around a product.
// It is a program for tests only. Leave it out of every release build.

using System.Net;
using System.Net.Sockets;
using KazashiAdapter;
using KazashiAdapter.Contract;
using KazashiAdapter.Stub;

const int CannotBegin = 2;

int port = 0;
if (args.Length != 0 && (args.Length != 2 || args[0] != "--port" || !int.TryParse(args[1], out port)
    || port is < 0 or > IPEndPoint.MaxPort))
{
    Console.Error.WriteLine("arguments: expected nothing, or --port N with N from 0 to 65535");
    return CannotBegin;
}

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Services.AddSingleton<IProduct, StubProduct>(); // <- your product goes here
builder.Services.AddSingleton<Surface>();
builder.Logging.ClearProviders();
builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace); // stdout: one line only
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, port);
    kestrel.Limits.MaxRequestBodySize = null; // the surface counts, and answers in the contract's words
});

await using WebApplication app = builder.Build();
app.Run(app.Services.GetRequiredService<Surface>().AnswerAsync);
try
{
    await app.StartAsync();
}
catch (Exception fault) when (fault is IOException or SocketException)
{
    Console.Error.WriteLine($"cannot listen on 127.0.0.1:{port}: {fault.Message}; give another --port, or 0 for any");
    return CannotBegin;
}

Console.WriteLine($"listening {app.Urls.Single()}");
await app.WaitForShutdownAsync(); // until SIGTERM
return 0;
