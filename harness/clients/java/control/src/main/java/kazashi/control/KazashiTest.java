package kazashi.control;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test class that lives in a world: its tests take {@link Kazashi} as a parameter.
 *
 * <p>What is said here is for a world that is started for the class; one that is found stays as it is. Classes take
 * turns, for one world at a time runs in one installation.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(KazashiExtension.class)
@ResourceLock("kazashi")
public @interface KazashiTest {
    /** Where the clock stands at first, such as {@code 2026-12-01T09:00+09:00}; the host's time by default. */
    String at() default "";

    /** Whether the clock runs; by default it stands until a test moves it. */
    boolean running() default false;

    /** How many residents with cards there are at first. */
    int residents() default 8;

    /** How many reader slots there are. */
    int readers() default 1;

    /** Who lives there follows from it. */
    int seed() default 1;
}
