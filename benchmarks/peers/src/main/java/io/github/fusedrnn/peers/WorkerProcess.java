package io.github.fusedrnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.Setup;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Worker} as seen by the parent process. It is stopped (SIGSTOP) except while it executes a request: idle threads of a library spin for
 * microseconds (FusedRNN), milliseconds (OpenMP, OpenBLAS) or longer, and on a machine with as many cores as threads they would take a core from the
 * process that is timed next. A stopped process uses no CPU time, whatever its library does.
 */
final class WorkerProcess implements AutoCloseable {
    private static final long RESPONSE_TIMEOUT_SECONDS = 300;

    private final Library library;
    private final int setupIndex;
    private final Signals signals;
    private final ObjectMapper json = new ObjectMapper();
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader responses;
    private @Nullable String failure;

    WorkerProcess(Library library, int setupIndex, Signals signals, Path log) throws IOException {
        this.library = library;
        this.setupIndex = setupIndex;
        this.signals = signals;
        Setup setup = library.setups().get(setupIndex);
        process = Jvm.start(library, setup, Worker.class, log, library.id(), Integer.toString(setupIndex));
        requests = process.outputWriter(StandardCharsets.UTF_8);
        responses = process.inputReader(StandardCharsets.UTF_8);
    }

    Library library() {
        return library;
    }

    Setup setup() {
        return library.setups().get(setupIndex);
    }

    long pid() {
        return process.pid();
    }

    int setupIndex() {
        return setupIndex;
    }

    /** Why it no longer responds; null while it does. */
    @Nullable
    String failure() {
        return failure;
    }

    Response send(Request.Command command, @Nullable CaseSpec spec, @Nullable Path expected, double seconds) {
        if (failure != null) {
            return Response.failed(failure);
        }
        try {
            signals.resume(process.pid());
            requests.write(json.writeValueAsString(
                    new Request(command, spec, expected == null ? null : expected.toString(), seconds)));
            requests.newLine();
            requests.flush();
            Response response =
                    CompletableFuture.supplyAsync(this::read).get(RESPONSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (response == null) {
                return fail("worker process exited with status " + process.waitFor());
            }
            signals.stop(process.pid());
            return response;
        } catch (IOException | ExecutionException e) {
            return fail("worker process ended: " + e);
        } catch (TimeoutException e) {
            return fail("no response within " + RESPONSE_TIMEOUT_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    private Response fail(String reason) {
        failure = reason;
        process.destroyForcibly();
        return Response.failed(reason);
    }

    private @Nullable Response read() {
        try {
            for (String line = responses.readLine(); line != null; line = responses.readLine()) {
                if (line.startsWith(Worker.PREFIX)) {
                    return json.readValue(line.substring(Worker.PREFIX.length()), Response.class);
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the process, whatever it is doing. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
