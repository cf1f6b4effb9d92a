using KazashiAdapter.Contract;
using KazashiAdapter.Stub;
using Xunit;

namespace KazashiAdapter.Tests;

public sealed class StubProductTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 3, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Noise = [1, 2, 3];

    private readonly StubProduct _product = new();

    [Fact]
    public async Task NothingIsAccepted()
    {
        await _product.SetTimeAsync(Now, 41, default);
        Begun begun = await BeginAsync(Purpose.Login);
        Outcome outcome = await CompleteAsync(begun.Session!, begun.Challenge!);
        Assert.Equal(Decision.Reject, outcome.Decision);
        Assert.Equal(Reason.Policy, outcome.Reason);
        Assert.Equal(41, outcome.Epoch);
        Assert.Equal(Step.Challenge, Assert.Single(outcome.Steps));
        Assert.Equal(Reason.ChallengeReplayed, (await CompleteAsync(begun.Session!, begun.Challenge!)).Reason);
        Assert.Null(await _product.AccountAsync(Noise, default));
    }

    [Theory]
    [InlineData(Purpose.Tap)]
    [InlineData(Purpose.Sign)]
    [InlineData(Purpose.Relink)]
    public async Task WhatIsNotThereIsRefusedAtOnce(Purpose purpose) =>
        Assert.Equal(Reason.Policy, (await BeginAsync(purpose)).Outcome!.Reason);

    [Fact]
    public async Task ChallengesAreFresh()
    {
        Begun first = await BeginAsync(Purpose.Enrol);
        Begun second = await BeginAsync(Purpose.Enrol);
        Assert.Equal(32, first.Challenge!.Length);
        Assert.NotEqual(first.Challenge, second.Challenge);
        Assert.NotEqual(first.Session, second.Session);
    }

    [Fact]
    public async Task WrongChallengeSpendsTheRightOne()
    {
        Begun begun = await BeginAsync(Purpose.Login);
        Begun other = await BeginAsync(Purpose.Login);
        Assert.Equal(Reason.ChallengeMismatch, (await CompleteAsync(begun.Session!, other.Challenge!)).Reason);
        Assert.Equal(Reason.ChallengeReplayed, (await CompleteAsync(begun.Session!, begun.Challenge!)).Reason);
        Assert.Equal(Reason.ChallengeMismatch, (await CompleteAsync("unknown", begun.Challenge!)).Reason);
    }

    [Theory]
    [InlineData(-1, Reason.ChallengeExpired)]
    [InlineData(300, Reason.Policy)]
    [InlineData(301, Reason.ChallengeExpired)]
    public async Task ChallengeLivesAsLongAsHelloSays(int seconds, Reason reason)
    {
        await _product.SetTimeAsync(Now, 41, default);
        Begun begun = await BeginAsync(Purpose.Login);
        await _product.SetTimeAsync(Now.AddSeconds(seconds), 42, default);
        Assert.Equal(reason, (await CompleteAsync(begun.Session!, begun.Challenge!)).Reason);
        Assert.Equal(300, (await _product.HelloAsync(default)).Tolerances.ChallengeSeconds);
    }

    private Task<Begun> BeginAsync(Purpose purpose) => _product.BeginAsync(
        new Begin
        {
            Purpose = purpose,
            Service = "library",
            Environment = KazashiAdapter.Contract.Environment.Attended,
        },
        default);

    private Task<Outcome> CompleteAsync(string session, byte[] challenge) => _product.CompleteAsync(
        session, new Presentation { Challenge = challenge, Certificate = Noise, Signature = Noise }, default);
}
