package kazashi.control;

import static kazashi.control.Asking.ask;

import java.util.HexFormat;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.model.CommandApdu;
import kazashi.control.generated.model.InsertCard;
import kazashi.control.generated.model.RemoveCard;
import kazashi.control.generated.model.ResidentState;
import kazashi.control.generated.model.SlotState;
import kazashi.control.generated.model.TracePage;

/** A reader slot of the world and the card in it. */
public final class Card {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private final ControlApi api;
    private final Residents residents;
    private final String slot;

    Card(ControlApi api, Residents residents, String slot) {
        this.api = api;
        this.residents = residents;
        this.slot = slot;
    }

    /** Puts in the card of somebody whom no test of this class was given before, and returns them. */
    public ResidentState insert() {
        ResidentState holder = residents.another();
        insert(holder);
        return holder;
    }

    /** Puts a resident's card in, and gives it power where no PC/SC reader does. */
    public SlotState insert(ResidentState holder) {
        InsertCard message = new InsertCard().resident(Residents.idOf(holder));
        SlotState state = ask(() -> api.insertCard(slot, message));
        if (state.getReader() == null) {
            powerOn();
        }
        return state();
    }

    /** Takes the card out: its power is gone at once. */
    public SlotState remove() {
        return ask(() -> api.removeCard(slot, new RemoveCard()));
    }

    /** Gives the card power, or a cold reset when it has power already; returns its ATR. */
    public byte[] powerOn() {
        return HEX.parseHex(ask(() -> api.powerOn(slot)).getAtr());
    }

    /** Resets the card (warm) and returns its ATR. */
    public byte[] reset() {
        return HEX.parseHex(ask(() -> api.resetCard(slot)).getAtr());
    }

    /** Takes the card's power away. */
    public SlotState powerOff() {
        return ask(() -> api.powerOff(slot));
    }

    /**
     * Sends one command APDU and returns the response APDU, status word at the end: what javax.smartcardio's channel
     * does. A slot that a PC/SC reader shows refuses this: there the reader is the way in.
     */
    public byte[] transmit(byte[] command) {
        CommandApdu message = new CommandApdu().command(HEX.formatHex(command));
        return HEX.parseHex(ask(() -> api.transmit(slot, message)).getAnswer());
    }

    /** Whose card is in the slot, and whether it has power. */
    public SlotState state() {
        return ask(() -> api.getSlot(slot));
    }

    /** What happened in the slot since a mark, PINs masked. */
    public TracePage trace(long since) {
        return ask(() -> api.getTrace(slot, since));
    }
}
