using Kazashi.Control;
using Xunit;

namespace Examples
{
    /// <summary>The first test: a card is put in and answers. カードを挿して応答を得る、最初の試験。</summary>
    public sealed class FirstTest : IClassFixture<KazashiFixture>
    {
        private readonly World world;

        public FirstTest(KazashiFixture fixture)
        {
            world = fixture.World.Tidied();
        }

        [Fact]
        public void JpkiApplicationIsThere()
        {
            world.Card.Insert();

            var select = new byte[] { 0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1 };
            var answer = world.Card.Transmit(select);

            Assert.Equal(new byte[] { 0x90, 0x00 }, answer);
        }
    }
}
