// Stands in for the package Polly where no package of .NET can be fetched: the generated client names these types and,
// as long as no retry policy is set, calls nothing of them.
using System;
using System.Threading.Tasks;

namespace Polly
{
    public enum OutcomeType
    {
        Successful,
        Failure,
    }

    public sealed class PolicyResult<T>
    {
        public OutcomeType Outcome { get; set; }

        public T Result { get; set; }

        public Exception FinalException { get; set; }
    }

    public interface ISyncPolicy<T>
    {
    }

    public interface IAsyncPolicy<T>
    {
        Task<PolicyResult<T>> ExecuteAndCaptureAsync(Func<Task<T>> action);
    }
}
