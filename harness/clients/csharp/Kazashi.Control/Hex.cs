using System;
using System.Globalization;

namespace Kazashi.Control
{
    /// <summary>Octets as the control API writes them.</summary>
    internal static class Hex
    {
        internal static string Of(byte[] octets)
        {
            return BitConverter.ToString(octets).Replace("-", "");
        }

        internal static byte[] Read(string text)
        {
            var octets = new byte[text.Length / 2];
            for (var i = 0; i < octets.Length; i++)
            {
                octets[i] = byte.Parse(text.Substring(2 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
            return octets;
        }
    }
}
