using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Kazashi.Control;
using Kazashi.Control.Generated.Model;
using Xunit;

namespace Examples
{
    /// <summary>The world of these tests.</summary>
    public sealed class MorningWorld : KazashiFixture
    {
        public MorningWorld() : base(new WorldOptions { At = "2026-12-01T09:05+09:00" })
        {
        }
    }

    /// <summary>A card is put in, read, lost; the fake J-LIS is asked, and fails. カードの挿入、読取、紛失と障害。</summary>
    public sealed class WorldTest : IClassFixture<MorningWorld>
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
        private readonly World world;

        public WorldTest(MorningWorld fixture)
        {
            world = fixture.World.Tidied();
        }

        [Fact]
        public void CardAnswersApdus()
        {
            var holder = world.Card.Insert();
            Assert.Equal(holder.Resident.Id, world.Card.State.Resident);
            var answer = world.Card.Transmit(new byte[]
            {
                0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
            });
            Assert.Equal(new byte[] { 0x90, 0x00 }, answer);
            world.Card.Remove();
            Assert.Null(world.Card.State.Card);
        }

        [Fact]
        public void ClockIsSetAndGoesToTheNextMark()
        {
            var noon = new DateTimeOffset(2026, 12, 2, 12, 0, 0, TimeSpan.FromHours(9));
            Assert.Equal(noon, world.Clock.Set(noon));
            Assert.Equal(noon.AddSeconds(90), world.Clock.Advance(TimeSpan.FromSeconds(90)));
            Assert.Equal(noon.AddMinutes(15), world.Clock.ToNextMark());
            Assert.Equal(ClockMode.Frozen, world.Clock.State.Mode);
        }

        [Fact]
        public void LostCardIsOnHold()
        {
            var holder = world.Residents.Another();
            Assert.All(holder.Certificates, each => Assert.Null(each.Reason));
            var lost = world.Residents.Lose(holder);
            Assert.All(lost.Certificates, each => Assert.Equal(RevocationReason.CertificateHold, each.Reason));
        }

        [Fact]
        public void NamesComeBackAsTheyWereSaid()
        {
            var registered = world.Residents.Register(new NewResident(name: "検証 花子", card: false));
            Assert.Equal("検証 花子", registered.Resident.Name);
            Assert.Empty(registered.Certificates);
        }

        [Fact]
        public void FaultIsSeenByWhoeverAsks()
        {
            world.Jlis.Fault(Fault.Unavailable);
            using (var product = new HttpClient())
            using (var question = new ByteArrayContent(new byte[] { 0x30, 0x00 }))
            {
                question.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
                var answer = product.PostAsync(world.Jlis.Ocsp(Kind.Auth), question).GetAwaiter().GetResult();
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            }
            var entry = world.Journal.Await(each => each.Door == "ocsp", Patience);
            Assert.Equal(503, entry.Http);
            Assert.Equal(1, world.Jlis.Faults().Single().Given);
        }

        [Fact]
        public void NothingOfATestIsLeftForTheNext()
        {
            world.Jlis.Fault(Fault.Silent);
            world.Card.Insert();
            world.Tidied();
            Assert.Empty(world.Jlis.Faults());
            Assert.Null(world.Card.State.Card);
            Assert.Empty(world.Journal.Entries());
        }

        [Fact]
        public void ProductThatDoesNotAskIsFound()
        {
            var found = Assert.Throws<NotAskedException>(
                () => world.Journal.Await(Journal.Ocsp("1f"), TimeSpan.FromMilliseconds(200)));
            Assert.Contains("none at all", found.Message);
        }

        [Fact]
        public void RefusalIsToldInTheWordsOfTheWorld()
        {
            var refused = Assert.Throws<RefusedException>(() => world.Residents.Get("nobody"));
            Assert.Equal(404, refused.Status);
            Assert.Contains("nobody", refused.Message);
        }
    }
}
