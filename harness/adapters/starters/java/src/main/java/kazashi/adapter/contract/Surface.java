package kazashi.adapter.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import kazashi.adapter.Product;

/**
 * The test surface over HTTP: {@code POST /kazashi/v1/<verb>}, on loopback only, for whoever reaches it sets the
 * product's clock.
 */
public final class Surface {
    private static final Logger LOGGER = System.getLogger(Surface.class.getName());
    private static final String PREFIX = "/kazashi/v1/";
    private static final int LONGEST_BODY = 1 << 20;
    private static final int DISCARDED = 16 << 20;
    private static final int THREADS = 32;

    static {
        // Without it every answer waits some 40 ms for the acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final Verbs verbs;
    private final HttpServer server;

    /** Listens on {@code port} of 127.0.0.1; 0 takes any that is free. */
    public Surface(Product product, int port) throws IOException {
        verbs = new Verbs(product);
        var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        server = HttpServer.create(new InetSocketAddress(loopback, port), 128);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newFixedThreadPool(THREADS));
    }

    /** Starts to answer. */
    public void start() {
        server.start();
    }

    /** Returns where it listens. */
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, 200, answer(exchange));
            } catch (BrokenMessage broken) {
                LOGGER.log(Level.WARNING, broken.http() + " " + broken.getMessage());
                send(exchange, broken.http(), Json.write(broken.body()));
            } catch (RuntimeException | Error fault) {
                LOGGER.log(Level.ERROR, "500: the product failed", fault);
                var failed = new BrokenMessage(500, "the adapter failed", "product", "an answer", "a fault, see its log");
                send(exchange, failed.http(), Json.write(failed.body()));
            }
        }
    }

    private byte[] answer(HttpExchange exchange) throws IOException, BrokenMessage {
        String path = exchange.getRequestURI().getRawPath();
        String method = exchange.getRequestMethod();
        String verb = path != null && path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "";
        byte[] body = body(exchange);
        if (!verbs.knows(verb)) {
            throw new BrokenMessage(404, "unknown path", "request", "POST " + PREFIX + "<verb>", "another path");
        }
        if (!method.equals("POST")) {
            throw new BrokenMessage(405, "wrong method", "request", "POST", "another method");
        }
        return verbs.answer(verb, body);
    }

    /** Returns the body. Of one that is too long enough is read for the sender to get to the answer. */
    private static byte[] body(HttpExchange exchange) throws IOException, BrokenMessage {
        InputStream stream = exchange.getRequestBody();
        byte[] body = stream.readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            // Read, not skipped: this stream's skip would pass the end of the body and wait for the next request.
            byte[] chunk = new byte[1 << 16];
            for (int left = DISCARDED, read = 0; left > 0 && read >= 0; left -= read) {
                read = stream.read(chunk);
            }
            throw new BrokenMessage(
                    413, "oversized message", "body", "at most " + LONGEST_BODY + " bytes", "more than that");
        }
        return body;
    }

    private static void send(HttpExchange exchange, int http, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(http, -1);
            return;
        }
        exchange.sendResponseHeaders(http, body.length);
        try (OutputStream stream = exchange.getResponseBody()) {
            stream.write(body);
        }
    }
}
