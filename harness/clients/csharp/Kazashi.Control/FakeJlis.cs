using System;
using System.Collections.Generic;
using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>The fake J-LIS: where it answers, and what is wrong with its answers on purpose.</summary>
    public sealed class FakeJlis
    {
        private readonly ControlApi api;
        private readonly IReadOnlyDictionary<string, string> addresses;

        internal FakeJlis(ControlApi api, IReadOnlyDictionary<string, string> addresses)
        {
            this.api = api;
            this.addresses = addresses;
        }

        /// <summary>Where the OCSP responder of one of the two authorities answers.</summary>
        public Uri Ocsp(Kind kind)
        {
            return new Uri(addresses[kind == Kind.Auth ? "ocsp-auth" : "ocsp-sign"]);
        }

        /// <summary>From now on every answer at this door is wrong in this way.</summary>
        public FaultState Fault(Fault fault, FaultDoor door = FaultDoor.OcspAuth)
        {
            return Fault(new NewFault(fault, door));
        }

        /// <summary>Sets a fault with everything that can be said of it: for one serial, so many answers, until when.</summary>
        public FaultState Fault(NewFault wanted)
        {
            return RefusedException.Ask(() => api.SetFault(wanted));
        }

        /// <summary>The faults that stand, with how many answers were given under each.</summary>
        public IReadOnlyList<FaultState> Faults()
        {
            return RefusedException.Ask(() => api.ListFaults()).Faults;
        }

        /// <summary>Takes one fault away and returns it as it was.</summary>
        public FaultState Remove(FaultState fault)
        {
            return RefusedException.Ask(() => api.RemoveFault(fault.Id));
        }

        /// <summary>Takes every fault away.</summary>
        public IReadOnlyList<FaultState> Clear()
        {
            return RefusedException.Ask(() => api.ClearFaults()).Faults;
        }
    }
}
