using System;
using System.Collections.Generic;
using System.Net.Http;
using Kazashi.Control.Generated.Api;
using Kazashi.Control.Generated.Client;
using Kazashi.Control.Generated.Model;

namespace Kazashi.Control
{
    /// <summary>A running world, as a test drives it.</summary>
    public sealed class World : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly HttpClientHandler handler;
        private readonly HttpClient http;

        /// <summary>Takes the token of a running world, and hands it to nobody else.</summary>
        public World(Announcement announced)
        {
            handler = new HttpClientHandler { UseProxy = false }; // no proxy stands before the loopback
            http = new HttpClient(handler);
            var address = announced.Addresses["control"];
            var configuration = new Configuration
            {
                BasePath = address,
                AccessToken = announced.Token(),
                Timeout = Patience,
            };
            Api = new ControlApi(http, configuration, handler);
            Addresses = announced.Addresses;
            Clock = new WorldClock(Api);
            Residents = new People(Api);
            Jlis = new FakeJlis(Api, Addresses);
            Journal = new Journal(Api);
        }

        /// <summary>Every operation of the control API, as it was generated.</summary>
        public ControlApi Api { get; }

        /// <summary>Every door of the world, by name: what `kazashi up` prints.</summary>
        public IReadOnlyDictionary<string, string> Addresses { get; }

        /// <summary>The world's clock.</summary>
        public WorldClock Clock { get; }

        /// <summary>The people of the world.</summary>
        public People Residents { get; }

        /// <summary>The fake J-LIS.</summary>
        public FakeJlis Jlis { get; }

        /// <summary>What was asked of the fake J-LIS.</summary>
        public Journal Journal { get; }

        /// <summary>The first reader slot and the card in it.</summary>
        public CardSlot Card
        {
            get { return Slot(RefusedException.Ask(() => Api.ListSlots()).Slots[0].Name); }
        }

        /// <summary>A reader slot, by its name, and the card in it.</summary>
        public CardSlot Slot(string name)
        {
            return new CardSlot(Api, Residents, name);
        }

        /// <summary>What a relying party of this world has to trust.</summary>
        public Anchors Anchors()
        {
            return RefusedException.Ask(() => Api.GetAnchors());
        }

        /// <summary>
        /// Takes away what a test left, faults and cards in slots, and lets the journal begin here: to be called in the
        /// constructor of a test class, which xUnit runs before each test.
        /// </summary>
        public World Tidied()
        {
            Jlis.Clear();
            foreach (var slot in RefusedException.Ask(() => Api.ListSlots()).Slots)
            {
                if (slot.Card != null)
                {
                    Slot(slot.Name).Remove();
                }
            }
            Journal.BeginHere();
            return this;
        }

        /// <summary>Closes the connection; the world itself goes on.</summary>
        public void Dispose()
        {
            Api.Dispose();
            http.Dispose();
            handler.Dispose();
        }
    }
}
