package kazashi.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A world that was started here and is ended here: {@code kazashi up} as a process of our own. */
final class StartedWorld {
    private static final Duration START = Duration.ofSeconds(180); // the first start of an installation makes its keys
    private static final Duration END = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 50;
    private static final int LAST_LINES = 15;
    private final Process process;
    private final Path folder;
    private final Thread atExit;
    private Announcement announcement;

    private StartedWorld(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        this.atExit = new Thread(process::destroy);
    }

    /** Starts a world and returns when it says where its doors are; NoWorld with its last words when it does not. */
    static StartedWorld start(String command, KazashiTest wanted) {
        if (command == null) {
            throw new NoWorld("expected a world, actual none: name the command that starts one in -Dkazashi.command "
                    + "or KAZASHI (the file `kazashi` of the checkout), or a running one's file in -Dkazashi.world "
                    + "or KAZASHI_WORLD", null);
        }
        StartedWorld world;
        try {
            Path folder = Files.createTempDirectory("kazashi-"); // for its owner only
            ProcessBuilder builder = new ProcessBuilder(words(command, wanted, folder))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile());
            Process process = builder.start();
            process.getOutputStream().close();
            world = new StartedWorld(process, folder);
        } catch (IOException fault) {
            throw new NoWorld("kazashi.command " + command + ": expected a program, actual " + fault.getMessage(), fault);
        }
        Runtime.getRuntime().addShutdownHook(world.atExit);
        try {
            world.announcement = world.awaited();
        } catch (RuntimeException | Error fault) {
            world.end();
            throw fault;
        }
        return world;
    }

    Announcement announcement() {
        return announcement;
    }

    /** Ends the world as Ctrl-C does, and with force when it does not listen. */
    void end() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                children.forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException fault) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException left) {
            System.err.println(folder + ": could not be removed: " + left);
        }
    }

    private static List<String> words(String command, KazashiTest wanted, Path folder) {
        List<String> words = new ArrayList<>();
        if (Files.isRegularFile(Path.of(command))) {
            words.add(Path.of(command).toAbsolutePath().toString()); // a path may hold spaces
        } else {
            words.addAll(List.of(command.strip().split("\\s+")));
        }
        words.addAll(List.of("up", "--json", file(folder).toString()));
        words.addAll(List.of("--seed", String.valueOf(wanted.seed()), "--residents", String.valueOf(wanted.residents())));
        words.addAll(List.of("--readers", String.valueOf(wanted.readers()), wanted.running() ? "--running" : "--frozen"));
        if (!wanted.at().isBlank()) {
            words.addAll(List.of("--at", wanted.at()));
        }
        return words;
    }

    private static Path file(Path folder) {
        return folder.resolve("up.json");
    }

    private Announcement awaited() {
        long end = System.nanoTime() + START.toNanos();
        try {
            while (!Files.exists(file(folder))) { // it appears whole, when every door is open
                if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new NoWorld("kazashi up: expected a world, actual exit code " + process.exitValue()
                            + "; its last words:\n" + lastWords(), null);
                }
                if (System.nanoTime() > end) {
                    throw new NoWorld("kazashi up: expected a world within " + START + ", actual none; its last words:\n"
                            + lastWords(), null);
                }
            }
        } catch (InterruptedException fault) {
            Thread.currentThread().interrupt();
            throw new NoWorld("kazashi up: interrupted while it started", fault);
        }
        return Announcement.read(file(folder));
    }

    private String lastWords() {
        try {
            List<String> lines = new String(Files.readAllBytes(folder.resolve("log")), StandardCharsets.UTF_8).lines().toList();
            return lines.stream().skip(Math.max(0, lines.size() - LAST_LINES)).collect(Collectors.joining("\n"));
        } catch (IOException fault) {
            return "(" + fault.getMessage() + ")";
        }
    }
}
