using System.Text.Json;
using System.Text.Json.Nodes;
using KazashiAdapter.Contract;
using Xunit;

namespace KazashiAdapter.Tests;

/// <summary>
/// The messages of the contract, against examples that were made from its JSON Schemas: every sound one is read and
/// written as it was, every broken one (one thing wrong in each) is refused.
/// </summary>
public sealed class ExampleTests
{
    private static readonly JsonArray Examples = Load();

    private static readonly Dictionary<string, Func<byte[], byte[]>> ReadAndWritten = new()
    {
        ["relying-party.hello.request.json"] = Again<Hello>,
        ["relying-party.hello.answer.json"] = Again<Introduction>,
        ["relying-party.configure.request.json"] = Again<Configure>,
        ["relying-party.configure.answer.json"] = Again<Empty>,
        ["relying-party.reset.request.json"] = Again<Empty>,
        ["relying-party.reset.answer.json"] = Again<Empty>,
        ["relying-party.set_time.request.json"] = Again<SetTime>,
        ["relying-party.set_time.answer.json"] = Again<Epoch>,
        ["relying-party.begin.request.json"] = Again<Begin>,
        ["relying-party.begin.answer.json"] = Again<Begun>,
        ["relying-party.complete.request.json"] = Again<Complete>,
        ["relying-party.complete.answer.json"] = Again<Completed>,
        ["relying-party.account.request.json"] = Again<AskAccount>,
        ["relying-party.account.answer.json"] = AccountAgain,
        ["relying-party.unlink.request.json"] = Again<Unlink>,
        ["relying-party.unlink.answer.json"] = Again<Unlinked>,
        ["relying-party.reconcile.request.json"] = Again<Reconcile>,
        ["relying-party.reconcile.answer.json"] = Again<Reconciled>,
        ["error.json"] = Again<Refused>,
    };

    public static IEnumerable<object[]> Sound() => Named(sound: true);

    public static IEnumerable<object[]> Broken() => Named(sound: false);

    [Theory]
    [MemberData(nameof(Sound))]
    public void SoundMessageIsReadAndWrittenAsItWas(string schema, string name)
    {
        JsonNode message = Message(schema, name, sound: true);
        // The contract's nulls are those of `account`; the details of an outcome are free.
        JsonNode? written = JsonNode.Parse(ReadAndWritten[schema](Bytes(message)));
        Assert.True(JsonNode.DeepEquals(message, written), $"{message.ToJsonString()} became {written?.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void BrokenMessageIsRefused(string schema, string name)
    {
        byte[] message = Bytes(Message(schema, name, sound: false));
        BrokenMessage broken = Assert.Throws<BrokenMessage>(() => ReadAndWritten[schema](message));
        Assert.Equal(400, broken.Http);
        Assert.StartsWith("$", broken.Body.Error.Where);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{} {}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"mood\": 1}")]
    [InlineData("{\"a\": 1, \"a\": 1}")]
    public void TextThatIsNoMessageIsRefused(string text) =>
        Assert.Throws<BrokenMessage>(() => ContractJson.Read<Empty>(System.Text.Encoding.UTF8.GetBytes(text)));

    private static byte[] Again<T>(byte[] message) => ContractJson.Write(ContractJson.Read<T>(message));

    /// <summary>No request holds a null, so they are refused wherever they stand; this answer is only written.</summary>
    private static byte[] AccountAgain(byte[] message)
    {
        JsonNode? stored = JsonNode.Parse(message)!["account"];
        if (stored is null)
        {
            return ContractJson.Write(new AccountStored());
        }

        bool knowsChip = stored["chip_key"] is not null;
        if (!knowsChip)
        {
            stored["chip_key"] = new string('0', 64);
        }

        Account account = ContractJson.Read<Account>(Bytes(stored));
        return ContractJson.Write(new AccountStored { Account = knowsChip ? account : account with { ChipKey = null } });
    }

    private static IEnumerable<object[]> Named(bool sound) =>
        from example in Examples
        where (bool)example!["sound"]! == sound
        select new object[] { (string)example["schema"]!, (string)example["name"]! };

    private static JsonNode Message(string schema, string name, bool sound) => Examples.Single(example =>
        (string)example!["schema"]! == schema && (string)example["name"]! == name
        && (bool)example["sound"]! == sound)!["message"]!;

    private static byte[] Bytes(JsonNode message) => JsonSerializer.SerializeToUtf8Bytes(message);

    private static JsonArray Load()
    {
        using Stream stream = typeof(ExampleTests).Assembly.GetManifestResourceStream("examples.json")!;
        return JsonNode.Parse(stream)!.AsArray();
    }
}
