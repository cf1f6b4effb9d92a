package kazashi.adapter;

import java.io.IOException;
import kazashi.adapter.contract.Surface;
import kazashi.adapter.stub.StubProduct;

/**
 * Starts the adapter: the surface of contract 1.0 on loopback, around a product.
 *
 * <p>It is a program for tests only. Leave it out of every release build.
 */
public final class Main {
    private static final int CANNOT_BEGIN = 2;

    private Main() {}

    /** Runs until SIGTERM, and says on stdout where it listens when it is ready. */
    public static void main(String[] arguments) {
        Product product = new StubProduct(); // <- your product goes here

        int port = port(arguments);
        try {
            Surface surface = new Surface(product, port);
            surface.start();
            System.out.println("listening " + surface.address()); // the only line on stdout; logs go to stderr
        } catch (IOException fault) {
            stop("cannot listen on 127.0.0.1:%d: %s; give another --port, or 0 for any"
                    .formatted(port, fault.getMessage()));
        }
    }

    private static int port(String[] arguments) {
        if (arguments.length == 0) {
            return 0;
        }
        if (arguments.length == 2 && arguments[0].equals("--port") && arguments[1].matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(arguments[1]);
            if (port <= 0xFFFF) {
                return port;
            }
        }
        stop("arguments: expected nothing, or --port N with N from 0 to 65535");
        throw new AssertionError("stopped");
    }

    private static void stop(String reason) {
        System.err.println(reason);
        System.exit(CANNOT_BEGIN);
    }
}
