using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>A reader slot of the world and the card in it.</summary>
    public sealed class CardSlot
    {
        private readonly ControlApi api;
        private readonly People people;
        private readonly string slot;

        internal CardSlot(ControlApi api, People people, string slot)
        {
            this.api = api;
            this.people = people;
            this.slot = slot;
        }

        /// <summary>Whose card is in the slot, and whether it has power.</summary>
        public SlotState State
        {
            get { return RefusedException.Ask(() => api.GetSlot(slot)); }
        }

        /// <summary>Puts in the card of somebody whom no test of this fixture was given before, and returns them.</summary>
        public ResidentState Insert()
        {
            var holder = people.Another();
            Insert(holder);
            return holder;
        }

        /// <summary>Puts a resident's card in, and gives it power where no PC/SC reader does.</summary>
        public SlotState Insert(ResidentState holder)
        {
            var state = RefusedException.Ask(() => api.InsertCard(slot, new InsertCard(holder.Resident.Id)));
            if (state.Reader == null)
            {
                PowerOn();
            }
            return State;
        }

        /// <summary>Takes the card out: its power is gone at once.</summary>
        public SlotState Remove()
        {
            return RefusedException.Ask(() => api.RemoveCard(slot));
        }

        /// <summary>Gives the card power, or a cold reset when it has power already; returns its ATR.</summary>
        public byte[] PowerOn()
        {
            return Hex.Read(RefusedException.Ask(() => api.PowerOn(slot)).Atr);
        }

        /// <summary>Resets the card (warm) and returns its ATR.</summary>
        public byte[] Reset()
        {
            return Hex.Read(RefusedException.Ask(() => api.ResetCard(slot)).Atr);
        }

        /// <summary>Takes the card's power away.</summary>
        public SlotState PowerOff()
        {
            return RefusedException.Ask(() => api.PowerOff(slot));
        }

        /// <summary>
        /// Sends one command APDU and returns the response APDU, status word at the end. A slot that a PC/SC reader
        /// shows refuses this: there the reader is the way in.
        /// </summary>
        public byte[] Transmit(byte[] command)
        {
            return Hex.Read(RefusedException.Ask(() => api.Transmit(slot, new CommandApdu(Hex.Of(command)))).Answer);
        }

        /// <summary>What happened in the slot since a mark, PINs masked.</summary>
        public TracePage Trace(long since = 0)
        {
            return RefusedException.Ask(() => api.GetTrace(slot, since));
        }
    }
}
