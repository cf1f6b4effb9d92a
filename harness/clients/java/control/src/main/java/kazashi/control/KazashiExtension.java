package kazashi.control;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives the tests of a class a world.
 *
 * <p>It finds the one that {@code -Dkazashi.world=FILE} (or KAZASHI_WORLD) names, the file of
 * {@code kazashi up --json FILE}; otherwise it starts one with {@code -Dkazashi.command=COMMAND} (or KAZASHI) and ends
 * it after the class. After each test faults are cleared and cards removed.
 */
public final class KazashiExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(KazashiExtension.class);
    private static final String STARTED = "started";

    @Override
    public void beforeAll(ExtensionContext context) {
        if (store(context).get(Kazashi.class) != null) {
            return; // a nested class lives in the world of the one around it
        }
        String found = Setting.WORLD.value();
        if (found != null) {
            Announcement world = Announcement.read(Path.of(found));
            String token = Setting.TOKEN_FILE.value();
            store(context).put(
                    Kazashi.class, Kazashi.at(token == null ? world : world.withTokenFile(Path.of(token))));
            return;
        }
        StartedWorld started = StartedWorld.start(Setting.COMMAND.value(), options(context));
        store(context).put(STARTED, started);
        try {
            store(context).put(Kazashi.class, Kazashi.at(started.announcement()));
        } catch (RuntimeException fault) {
            started.end(); // afterAll is not called when this fails
            throw fault;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // Removed from this class's own store: a nested class has none, and ends nothing.
        StartedWorld started = store(context).remove(STARTED, StartedWorld.class);
        if (started != null) {
            started.end();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        world(context).journal().beginHere();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        world(context).tidy();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Kazashi.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return world(context);
    }

    private static Kazashi world(ExtensionContext context) {
        return store(context).get(Kazashi.class, Kazashi.class);
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(OURS);
    }

    private static KazashiTest options(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestClass(), KazashiTest.class)
                .orElseThrow(() -> new NoWorld(context.getRequiredTestClass().getName()
                        + ": expected @KazashiTest, actual @ExtendWith alone; write @KazashiTest instead", null));
    }
}
