namespace Kazashi.Control
{
    /// <summary>How a world is to be that is started for a fixture; one that is found stays as it is.</summary>
    public sealed class WorldOptions
    {
        /// <summary>Where the clock stands at first, such as `2026-12-01T09:00+09:00`; null: the host's time.</summary>
        public string At { get; set; }

        /// <summary>Whether the clock runs; by default it stands until a test moves it.</summary>
        public bool Running { get; set; }

        /// <summary>How many residents with cards there are at first.</summary>
        public int Residents { get; set; } = 8;

        /// <summary>How many reader slots there are.</summary>
        public int Readers { get; set; } = 1;

        /// <summary>Who lives there follows from it.</summary>
        public int Seed { get; set; } = 1;

        internal string Arguments(string file)
        {
            return "up --json \"" + file + "\" --seed " + Seed + " --residents " + Residents + " --readers " + Readers
                + (Running ? " --running" : " --frozen") + (At == null ? "" : " --at " + At);
        }
    }
}
