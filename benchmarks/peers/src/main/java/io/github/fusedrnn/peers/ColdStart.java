package io.github.fusedrnn.peers;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import io.github.fusedrnn.peers.comparison.Library;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The time a fresh JVM takes to its first result, for each library in turn. */
final class ColdStart {
    /** Small cases, so that start-up dominates. */
    static final List<CaseSpec> CASES = List.of(
            new CaseSpec(Family.STEP, CellKind.LSTM, 1, 1, 128, 128, 1),
            new CaseSpec(Family.TRAINING, CellKind.LSTM, 10, 8, 128, 128, 1));

    /**
     * The result of one library with one thread.
     *
     * @param library its id
     * @param spec the case
     * @param millis from the entry of {@code main} to the first result, without generating the data, for each fork
     * @param processMillis the same from the start of the process, for each fork
     */
    record Result(
            @JsonAlias("contender") String library,
            @JsonAlias("race") CaseSpec spec,
            List<Double> millis,
            List<Double> processMillis) {}

    private ColdStart() {}

    static List<Result> measure(List<Library> libraries, int forks, Path log) throws IOException {
        Map<String, Result> results = new LinkedHashMap<>();
        // The first fork of each is not counted: it brings the files into memory and fills JavaCPP's cache.
        for (int fork = -1; fork < forks; fork++) {
            for (int index = 0; index < CASES.size(); index++) {
                for (Library library : libraries) {
                    CaseSpec spec = CASES.get(index);
                    if (library.unsupportedReason(spec) == null) {
                        Result all = results.computeIfAbsent(
                                library.id() + ' ' + spec,
                                key -> new Result(library.id(), spec, new ArrayList<>(), new ArrayList<>()));
                        fork(library, index, fork >= 0, all, log);
                    }
                }
            }
        }
        return List.copyOf(results.values());
    }

    private static void fork(Library library, int index, boolean counts, Result all, Path log) throws IOException {
        long start = System.nanoTime();
        Process process = Jvm.start(
                library, library.setups().get(0), FirstResult.class, log, library.id(), Integer.toString(index));
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Worker.PREFIX) && counts) {
                    double whole = (System.nanoTime() - start) / 1e6;
                    FirstResult.Times times = new ObjectMapper()
                            .readValue(line.substring(Worker.PREFIX.length()), FirstResult.Times.class);
                    all.millis().add(times.millis());
                    all.processMillis().add(whole - times.dataMillis());
                }
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
