package kazashi.control;

import static kazashi.control.Asking.ask;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.model.Kind;
import kazashi.control.generated.model.Move;
import kazashi.control.generated.model.NewResident;
import kazashi.control.generated.model.ResidentState;
import kazashi.control.generated.model.RevocationReason;
import kazashi.control.generated.model.Revoke;

/** The people of the world, and what happens to them. */
public final class Residents {
    private final ControlApi api;
    private final Set<String> taken = new HashSet<>();

    Residents(ControlApi api) {
        this.api = api;
    }

    /** Everybody, in the order they were registered. */
    public List<ResidentState> all() {
        return ask(api::listResidents).getResidents();
    }

    /**
     * Somebody with a good card whom no test of this class was given before: what a test does to them meets no other.
     * When nobody is left, somebody new is registered: OCSP knows their certificates from the next mark on.
     */
    public synchronized ResidentState another() {
        ResidentState found = all().stream()
                .filter(each -> !taken.contains(idOf(each)) && hasGoodCard(each))
                .findFirst()
                .orElseGet(() -> register(new NewResident()));
        taken.add(idOf(found));
        return found;
    }

    /** Registers somebody, with a card unless {@code card(false)} was said; what is left out is made up. */
    public ResidentState register(NewResident wanted) {
        return ask(() -> api.newResident(wanted));
    }

    /** One resident and their certificates, as the register has them now. */
    public ResidentState get(String residentId) {
        return ask(() -> api.getResident(residentId));
    }

    /** Hands a card to a resident who has none (新規交付). */
    public ResidentState issueCard(ResidentState resident) {
        ask(() -> api.issueCard(idOf(resident)));
        return get(idOf(resident));
    }

    /** Reports a resident's card lost (一時停止): its certificates are on hold. */
    public ResidentState lose(ResidentState resident) {
        return ask(() -> api.loseCard(idOf(resident)));
    }

    /** Moves a resident (転居・転入) to the other municipality: the signature certificate ends. */
    public ResidentState move(ResidentState resident) {
        return ask(() -> api.moveResident(idOf(resident), new Move()));
    }

    /** Revokes one certificate (失効). */
    public ResidentState revoke(ResidentState resident, Kind kind, RevocationReason reason) {
        Revoke message = new Revoke().kind(kind).reason(reason);
        return ask(() -> api.revokeCertificate(idOf(resident), message));
    }

    static String idOf(ResidentState resident) {
        return resident.getResident().getId();
    }

    private static boolean hasGoodCard(ResidentState resident) {
        return !resident.getCertificates().isEmpty()
                && resident.getCertificates().stream().allMatch(each -> each.getRevoked() == null);
    }
}
