package kazashi.adapter.contract;

import java.util.Map;
import java.util.function.Function;
import kazashi.adapter.Product;
import kazashi.adapter.contract.Answers.AccountStored;
import kazashi.adapter.contract.Answers.Completed;
import kazashi.adapter.contract.Answers.Done;
import kazashi.adapter.contract.Answers.Epoch;
import kazashi.adapter.contract.Answers.Reconciled;

/** The verbs of contract 1.0, each with the message it takes and what it asks of the product. */
final class Verbs {
    private static final Done DONE = new Done();

    private final Map<String, Verb<?>> verbs;

    Verbs(Product product) {
        verbs = Map.of(
                "hello", new Verb<>(Requests.Hello.class, hello -> product.hello()),
                "configure", new Verb<>(Requests.Configuration.class, configuration -> {
                    product.configure(configuration);
                    return DONE;
                }),
                "reset", new Verb<>(Requests.Nothing.class, nothing -> {
                    product.reset();
                    return DONE;
                }),
                "set_time", new Verb<>(
                        Requests.ClockSetting.class,
                        setting -> new Epoch(product.setTime(setting.instant(), setting.epoch()))),
                "begin", new Verb<>(Requests.Attempt.class, product::begin),
                "complete", new Verb<>(
                        Requests.Completion.class,
                        done -> new Completed(product.complete(done.session(), done.presentation()))),
                "account", new Verb<>(
                        Requests.AccountQuestion.class,
                        asked -> new AccountStored(product.account(asked.certificate()).orElse(null))),
                "unlink", new Verb<>(
                        Requests.Unlinking.class,
                        asked -> new Completed(product.unlink(asked.certificate(), asked.service()))),
                "reconcile", new Verb<>(
                        Requests.Reconciliation.class, records -> new Reconciled(product.reconcile(records))));
    }

    /** Returns whether there is such a verb. */
    boolean knows(String name) {
        return verbs.containsKey(name);
    }

    /** Returns the answer to a message as JSON; a verb that the product left out is unknown, too. */
    byte[] answer(String name, byte[] body) throws BrokenMessage {
        try {
            return Json.write(verbs.get(name).answer(body));
        } catch (Product.NotHere fault) {
            throw new BrokenMessage(404, "unknown verb", name, "a verb that this product has", "one it has not");
        }
    }

    private record Verb<T>(Class<T> takes, Function<T, Object> asks) {
        Object answer(byte[] body) throws BrokenMessage {
            return asks.apply(Json.read(body, takes));
        }
    }
}
