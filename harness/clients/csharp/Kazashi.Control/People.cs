using System.Collections.Generic;
using System.Linq;
using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>The people of the world, and what happens to them.</summary>
    public sealed class People
    {
        private readonly ControlApi api;
        private readonly HashSet<string> taken = new HashSet<string>();

        internal People(ControlApi api)
        {
            this.api = api;
        }

        /// <summary>Everybody, in the order they were registered.</summary>
        public IReadOnlyList<ResidentState> All()
        {
            return RefusedException.Ask(() => api.ListResidents()).VarResidents;
        }

        /// <summary>
        /// Somebody with a good card whom no test of this fixture was given before. When nobody is left, somebody new
        /// is registered: OCSP knows their certificates from the next mark on.
        /// </summary>
        public ResidentState Another()
        {
            lock (taken)
            {
                var found = All().FirstOrDefault(each => !taken.Contains(each.Resident.Id) && HasGoodCard(each))
                    ?? Register(new NewResident());
                taken.Add(found.Resident.Id);
                return found;
            }
        }

        /// <summary>Registers somebody, with a card unless `card: false` was said; what is left out is made up.</summary>
        public ResidentState Register(NewResident wanted)
        {
            return RefusedException.Ask(() => api.NewResident(wanted));
        }

        /// <summary>One resident and their certificates, as the register has them now.</summary>
        public ResidentState Get(string residentId)
        {
            return RefusedException.Ask(() => api.GetResident(residentId));
        }

        /// <summary>Hands a card to a resident who has none (新規交付).</summary>
        public ResidentState IssueCard(ResidentState resident)
        {
            RefusedException.Ask(() => api.IssueCard(resident.Resident.Id));
            return Get(resident.Resident.Id);
        }

        /// <summary>Reports a resident's card lost (一時停止): its certificates are on hold.</summary>
        public ResidentState Lose(ResidentState resident)
        {
            return RefusedException.Ask(() => api.LoseCard(resident.Resident.Id));
        }

        /// <summary>Moves a resident (転居・転入) to the other municipality: the signature certificate ends.</summary>
        public ResidentState Move(ResidentState resident)
        {
            return RefusedException.Ask(() => api.MoveResident(resident.Resident.Id, new Move()));
        }

        /// <summary>Revokes one certificate (失効).</summary>
        public ResidentState Revoke(ResidentState resident, Kind kind, RevocationReason reason)
        {
            return RefusedException.Ask(() => api.RevokeCertificate(resident.Resident.Id, new Revoke(kind, reason)));
        }

        private static bool HasGoodCard(ResidentState resident)
        {
            return resident.Certificates.Count > 0 && resident.Certificates.All(each => each.Revoked == null);
        }
    }
}
