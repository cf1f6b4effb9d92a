using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>What was asked of the fake J-LIS. It begins anew with each test: earlier questions are not seen.</summary>
    public sealed class Journal
    {
        private const double LongestWait = 30.0;
        private readonly ControlApi api;
        private long begin;

        internal Journal(ControlApi api)
        {
            this.api = api;
        }

        /// <summary>From here on: entries written before are not seen any more.</summary>
        public void BeginHere()
        {
            begin = Page(begin, 0).Mark;
        }

        /// <summary>Every entry of this test so far.</summary>
        public IReadOnlyList<JournalEntry> Entries()
        {
            return Page(begin, 0).Entries;
        }

        /// <summary>Whether an OCSP question asked for this serial number (hexadecimal).</summary>
        public static Func<JournalEntry, bool> Ocsp(string serial)
        {
            return entry => entry.Door == "ocsp" && entry.Serial == serial;
        }

        /// <summary>
        /// Returns the first entry of this test that is meant, as soon as it is there; after that time the test fails
        /// with what was asked instead.
        /// </summary>
        public JournalEntry Await(Func<JournalEntry, bool> meant, TimeSpan patience)
        {
            var clock = Stopwatch.StartNew();
            var others = new List<JournalEntry>();
            var mark = begin;
            while (true)
            {
                var left = Math.Max(0.0, (patience - clock.Elapsed).TotalSeconds);
                var page = Page(mark, Math.Min(left, LongestWait));
                var found = page.Entries.FirstOrDefault(meant);
                if (found != null)
                {
                    return found;
                }
                others.AddRange(page.Entries);
                mark = page.Mark;
                if (left == 0.0)
                {
                    throw new NotAskedException(patience, others);
                }
            }
        }

        private JournalPage Page(long since, double wait)
        {
            return RefusedException.Ask(() => api.GetJournal(since, wait));
        }
    }
}
