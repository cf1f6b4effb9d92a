package kazashi.control;

import static kazashi.control.Asking.ask;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.http.ApiClient;
import kazashi.control.generated.model.Anchors;
import kazashi.control.generated.model.SlotState;

/** A running world, as a test drives it. */
public final class Kazashi {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final ControlApi api;
    private final Map<String, URI> addresses;
    private final Clock clock;
    private final Residents residents;
    private final Jlis jlis;
    private final Journal journal;

    private Kazashi(ControlApi api, Map<String, URI> addresses) {
        this.api = api;
        this.addresses = addresses;
        this.clock = new Clock(api);
        this.residents = new Residents(api);
        this.jlis = new Jlis(api, addresses);
        this.journal = new Journal(api);
    }

    /** Returns a running world; the token is read now and handed to nobody else. */
    public static Kazashi at(Announcement world) {
        String authorization = "Bearer " + world.token();
        ApiClient http = new ApiClient(
                // HTTP/1.1: nothing is asked of the world that needs an upgrade. No proxy stands before the loopback.
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(HttpClient.Builder.NO_PROXY),
                ApiClient.createDefaultObjectMapper(),
                world.control().toString());
        http.setConnectTimeout(PATIENCE);
        http.setReadTimeout(PATIENCE);
        http.setRequestInterceptor(request -> request.header("Authorization", authorization));
        return new Kazashi(new ControlApi(http), world.addresses());
    }

    /** The world's clock. */
    public Clock clock() {
        return clock;
    }

    /** The people of the world. */
    public Residents residents() {
        return residents;
    }

    /** The first reader slot and the card in it. */
    public Card card() {
        return card(ask(api::listSlots).getSlots().get(0).getName());
    }

    /** A reader slot, by its name, and the card in it. */
    public Card card(String slot) {
        return new Card(api, residents, slot);
    }

    /** The fake J-LIS. */
    public Jlis jlis() {
        return jlis;
    }

    /** What was asked of the fake J-LIS. */
    public Journal journal() {
        return journal;
    }

    /** What a relying party of this world has to trust. */
    public Anchors anchors() {
        return ask(api::getAnchors);
    }

    /** Every door of the world, by name: what {@code kazashi up} prints. */
    public Map<String, URI> addresses() {
        return addresses;
    }

    /** Every operation of the control API, as it was generated. */
    public ControlApi api() {
        return api;
    }

    /** Takes away what a test left: faults, and cards in slots. Clock and people stay as they are. */
    public void tidy() {
        jlis.clear();
        for (SlotState slot : ask(api::listSlots).getSlots()) {
            if (slot.getCard() != null) {
                card(slot.getName()).remove();
            }
        }
    }
}
