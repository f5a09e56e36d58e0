package io.github.fusedrnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The process of one library with one setup. It reads requests from standard input and writes responses to standard output. Lines that do not start
 * with {@link #PREFIX} are output of the library, which the reader skips.
 */
final class Worker {
    /** The start of every response line. */
    static final String PREFIX = "@worker ";

    private final Library library;
    private final Setup setup;
    private final Map<CaseSpec, Prepared> prepared = new HashMap<>();

    /** A case that is ready to be timed. */
    private record Prepared(LibraryCase libraryCase, Stopwatch stopwatch) {}

    private Worker(Library library, Setup setup) {
        this.library = library;
        this.setup = setup;
    }

    /** Arguments: id of the library, index of its setup. */
    public static void main(String[] args) throws IOException {
        PrintStream responses = System.out;
        System.setOut(System.err);
        Library library = Libraries.byId(args[0]);
        Worker worker = new Worker(library, library.setups().get(Integer.parseInt(args[1])));
        ObjectMapper json = new ObjectMapper();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Response response = worker.execute(json.readValue(line, Request.class));
            responses.println(PREFIX + json.writeValueAsString(response));
            responses.flush();
        }
        // Ends without waiting for threads of the library.
        Runtime.getRuntime().halt(0);
    }

    private Response execute(Request request) {
        try {
            return switch (request.command()) {
                case VERSION -> Response.text(library.version());
                case PREPARE -> prepare(request);
                case WARM_UP -> Response.value(of(request).stopwatch().warmUp(request.seconds()));
                case ITERATION -> Response.value(of(request).stopwatch().iteration(request.seconds()));
                case LATENCY_ITERATION -> {
                    of(request).stopwatch().latencyIteration(request.seconds());
                    yield Response.value(0);
                }
                case LATENCY -> Response.latency(of(request).stopwatch().latency());
                case DISCARD -> {
                    discard(request);
                    yield Response.value(0);
                }
            };
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            e.printStackTrace();
            return Response.failed(e.toString());
        }
    }

    private Response prepare(Request request) throws Exception {
        CaseSpec spec = Objects.requireNonNull(request.spec());
        CaseData data = RandomData.of(spec);
        LibraryCase libraryCase = library.create(spec, data, setup);
        ExpectedResult expected = expected(request);
        ResultCheck.Outcome outcome = ResultCheck.check(libraryCase, spec, data, expected);
        if (outcome.problem() != null) {
            libraryCase.close();
            return new Response("wrong result: " + outcome.problem(), null, outcome.maxError(), null);
        }
        prepared.put(spec, new Prepared(libraryCase, new Stopwatch(libraryCase)));
        return Response.value(outcome.maxError());
    }

    private static ExpectedResult expected(Request request) {
        try {
            return ExpectedResult.read(Path.of(Objects.requireNonNull(request.expected())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Prepared of(Request request) {
        return Objects.requireNonNull(prepared.get(Objects.requireNonNull(request.spec())), "not prepared");
    }

    private void discard(Request request) throws Exception {
        Prepared removed = prepared.remove(Objects.requireNonNull(request.spec()));
        if (removed != null) {
            removed.libraryCase().close();
        }
    }
}
