using System;
using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>The world's clock: everybody in it lives by it, but a product only if it is told.</summary>
    public sealed class WorldClock
    {
        private static readonly long Grid = TimeSpan.FromMinutes(15).Ticks;
        private readonly ControlApi api;

        internal WorldClock(ControlApi api)
        {
            this.api = api;
        }

        /// <summary>The world's instant.</summary>
        public DateTimeOffset Now
        {
            get { return State.Instant; }
        }

        /// <summary>Instant, whether it stands or runs, and how often it was set.</summary>
        public ClockState State
        {
            get { return RefusedException.Ask(() => api.GetClock()); }
        }

        /// <summary>Sets the clock.</summary>
        public DateTimeOffset Set(DateTimeOffset instant)
        {
            return RefusedException.Ask(() => api.SetClock(new SetClock(instant.ToUniversalTime()))).Instant;
        }

        /// <summary>Moves the clock on, by whole seconds.</summary>
        public DateTimeOffset Advance(TimeSpan duration)
        {
            return RefusedException.Ask(() => api.AdvanceClock(new AdvanceClock((long)duration.TotalSeconds))).Instant;
        }

        /// <summary>Sets the clock to the next :00, :15, :30 or :45, from when OCSP tells what happened until then.</summary>
        public DateTimeOffset ToNextMark()
        {
            return Set(new DateTimeOffset((Now.UtcTicks / Grid + 1) * Grid, TimeSpan.Zero));
        }

        /// <summary>Stops the clock.</summary>
        public DateTimeOffset Freeze()
        {
            return RefusedException.Ask(() => api.FreezeClock()).Instant;
        }

        /// <summary>Lets the clock run.</summary>
        public DateTimeOffset Run()
        {
            return RefusedException.Ask(() => api.RunClock()).Instant;
        }
    }
}
