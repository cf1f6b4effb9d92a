using System;
using Kazashi.Control.Generated.Client;
using Kazashi.Control.Generated.Model;
using Newtonsoft.Json;

namespace Kazashi.Control
{
    /// <summary>What the world refused, and why; nothing changed there.</summary>
    public sealed class RefusedException : Exception
    {
        private RefusedException(int status, string message, Exception cause) : base(message, cause)
        {
            Status = status;
        }

        /// <summary>HTTP's number: 404 nobody of that name, 409 not now, 400 a message that cannot be.</summary>
        public int Status { get; }

        /// <summary>Asks the generated client; what it throws becomes a refusal with the world's own words.</summary>
        internal static T Ask<T>(Func<T> request)
        {
            try
            {
                return request();
            }
            catch (ApiException fault)
            {
                throw new RefusedException(fault.ErrorCode, fault.ErrorCode + " " + Reason(fault), fault);
            }
        }

        private static string Reason(ApiException fault)
        {
            var body = fault.ErrorContent as string;
            try
            {
                var said = JsonConvert.DeserializeObject<Refused>(body ?? "").Error;
                return said.What + ": " + said.Where + ": expected " + said.Expected + ", actual " + said.Actual;
            }
            catch (Exception notInThatForm) when (notInThatForm is JsonException || notInThatForm is NullReferenceException)
            {
                return body ?? fault.Message;
            }
        }
    }
}
