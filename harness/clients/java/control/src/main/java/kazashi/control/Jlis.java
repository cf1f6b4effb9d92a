package kazashi.control;

import static kazashi.control.Asking.ask;

import java.net.URI;
import java.util.List;
import java.util.Map;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.model.Fault;
import kazashi.control.generated.model.FaultDoor;
import kazashi.control.generated.model.FaultState;
import kazashi.control.generated.model.Kind;
import kazashi.control.generated.model.NewFault;

/** The fake J-LIS: where it answers, and what is wrong with its answers on purpose. */
public final class Jlis {
    private final ControlApi api;
    private final Map<String, URI> addresses;

    Jlis(ControlApi api, Map<String, URI> addresses) {
        this.api = api;
        this.addresses = addresses;
    }

    /** Where the OCSP responder of one of the two authorities answers. */
    public URI ocsp(Kind kind) {
        return addresses.get("ocsp-" + kind.getValue());
    }

    /** From now on every OCSP answer about authentication certificates (利用者証明用) is wrong in this way. */
    public FaultState fault(Fault fault) {
        return fault(fault, FaultDoor.OCSP_AUTH);
    }

    /** From now on every answer at this door is wrong in this way. */
    public FaultState fault(Fault fault, FaultDoor door) {
        return fault(new NewFault().fault(fault).door(door));
    }

    /** Sets a fault with everything that can be said of it: for one serial, so many answers, from when until when. */
    public FaultState fault(NewFault wanted) {
        return ask(() -> api.setFault(wanted));
    }

    /** The faults that stand, with how many answers were given under each. */
    public List<FaultState> faults() {
        return ask(api::listFaults).getFaults();
    }

    /** Takes one fault away and returns it as it was. */
    public FaultState remove(FaultState fault) {
        return ask(() -> api.removeFault(fault.getId()));
    }

    /** Takes every fault away; after each test the extension does. */
    public List<FaultState> clear() {
        return ask(api::clearFaults).getFaults();
    }
}
