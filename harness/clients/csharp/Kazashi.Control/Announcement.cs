using System;
using System.Collections.Generic;
using System.IO;
using Newtonsoft.Json;

namespace Kazashi.Control
{
    /// <summary>
    /// Where the doors of a running world are, and the file with the token of its control API. The token itself is no
    /// part of it: it is read when it is used, and printed nowhere.
    /// </summary>
    public sealed class Announcement
    {
        private Announcement(IReadOnlyDictionary<string, string> addresses, string tokenFile)
        {
            Addresses = addresses;
            TokenFile = tokenFile;
        }

        /// <summary>Every door of the world, by name.</summary>
        public IReadOnlyDictionary<string, string> Addresses { get; }

        /// <summary>The file with the token.</summary>
        public string TokenFile { get; }

        /// <summary>Reads what `kazashi up --json FILE` wrote; the token may be elsewhere than it says.</summary>
        public static Announcement Read(string file, string tokenFile = null)
        {
            Dictionary<string, string> addresses;
            try
            {
                addresses = JsonConvert.DeserializeObject<Dictionary<string, string>>(File.ReadAllText(file));
            }
            catch (Exception fault) when (fault is IOException || fault is JsonException || fault is UnauthorizedAccessException)
            {
                throw new NoWorldException(file + ": expected the addresses of a running world, actual "
                    + fault.GetType().Name + "; start one with: kazashi up --json " + file, fault);
            }
            if (addresses == null || !addresses.ContainsKey("control") || !addresses.ContainsKey("token"))
            {
                throw new NoWorldException(file + ": expected the addresses \"control\" and \"token\", actual others; "
                    + "name the file that `kazashi up --json` writes");
            }
            return new Announcement(addresses, tokenFile ?? new Uri(addresses["token"]).LocalPath);
        }

        internal string Token()
        {
            try
            {
                return File.ReadAllText(TokenFile).Trim();
            }
            catch (Exception fault) when (fault is IOException || fault is UnauthorizedAccessException)
            {
                throw new NoWorldException(TokenFile + ": expected the token of a running world, actual "
                    + fault.GetType().Name + "; does the world still run?", fault);
            }
        }
    }
}
