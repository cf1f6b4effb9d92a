using System;

namespace Kazashi.Control
{
    /// <summary>There is no world to drive; the message says what to do. A fault of the set-up, never of the product.</summary>
    public sealed class NoWorldException : Exception
    {
        internal NoWorldException(string message, Exception cause = null) : base(message, cause)
        {
        }
    }
}
