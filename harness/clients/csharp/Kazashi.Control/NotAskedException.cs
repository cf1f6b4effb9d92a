using System;
using System.Collections.Generic;
using System.Linq;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>The fake J-LIS was not asked what the test waited for.</summary>
    public sealed class NotAskedException : Exception
    {
        internal NotAskedException(TimeSpan patience, IReadOnlyCollection<JournalEntry> others)
            : base("journal: expected an entry of the kind awaited within " + patience + ", actual " + Told(others))
        {
        }

        private static string Told(IReadOnlyCollection<JournalEntry> others)
        {
            return others.Count == 0
                ? "none at all"
                : others.Count + " others: " + string.Join("; ", others.Select(
                    each => each.Door + " " + each.Serial + " → " + each.Answer + " " + each.Http));
        }
    }
}
