using System;

namespace Kazashi.Control
{
    /// <summary>
    /// An xUnit class fixture: a world for the tests of a class (or of a collection).
    ///
    /// It finds the one that KAZASHI_WORLD names, the file of `kazashi up --json FILE` (with the token in
    /// KAZASHI_TOKEN_FILE when it is not where that file says); otherwise it starts one with the command in KAZASHI and
    /// ends it after the last test. xUnit knows a fixture by its constructor and by Dispose, so that this needs no
    /// version of xUnit.
    /// </summary>
    public class KazashiFixture : IDisposable
    {
        private readonly StartedWorld started;

        /// <summary>A world with the clock at the host's time.</summary>
        public KazashiFixture() : this(new WorldOptions())
        {
        }

        /// <summary>A world as it is wanted: for a fixture class of one's own.</summary>
        protected KazashiFixture(WorldOptions options)
        {
            var found = Said("KAZASHI_WORLD");
            if (found != null)
            {
                World = new World(Announcement.Read(found, Said("KAZASHI_TOKEN_FILE")));
                return;
            }
            started = StartedWorld.Start(Said("KAZASHI"), options);
            try
            {
                World = new World(started.Announcement);
            }
            catch
            {
                started.Dispose();
                throw;
            }
        }

        /// <summary>The world.</summary>
        public World World { get; }

        /// <summary>Ends the world if it was started here.</summary>
        public void Dispose()
        {
            World.Dispose();
            started?.Dispose();
            GC.SuppressFinalize(this);
        }

        private static string Said(string variable)
        {
            var value = Environment.GetEnvironmentVariable(variable);
            return string.IsNullOrWhiteSpace(value) ? null : value;
        }
    }
}
