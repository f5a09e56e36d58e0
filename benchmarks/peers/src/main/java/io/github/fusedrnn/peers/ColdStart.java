package io.github.fusedrnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.ContenderProvider;
import io.github.fusedrnn.peers.race.Family;
import io.github.fusedrnn.peers.race.RaceCase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a fresh JVM takes to its first result, contenders in turn. */
final class ColdStart {
    /** What is computed; small, so that it is the start that counts. */
    static final List<RaceCase> CASES = List.of(
            new RaceCase(Family.STEP, CellKind.LSTM, 1, 1, 128, 128, 1),
            new RaceCase(Family.TRAINING, CellKind.LSTM, 10, 8, 128, 128, 1));

    /**
     * One contender, one thread.
     *
     * @param contender its id
     * @param race the case
     * @param millis from the entry of {@code main} to the first result, without making the case's numbers, each fork
     * @param processMillis the same from the start of the process, each fork
     */
    record Result(String contender, RaceCase race, List<Double> millis, List<Double> processMillis) {}

    private ColdStart() {}

    static List<Result> measure(List<ContenderProvider> contenders, int forks, Path log) throws IOException {
        Map<String, Result> results = new LinkedHashMap<>();
        // The first fork of each only brings the files into memory, and JavaCPP's cache into being.
        for (int fork = -1; fork < forks; fork++) {
            for (int index = 0; index < CASES.size(); index++) {
                for (ContenderProvider contender : contenders) {
                    RaceCase race = CASES.get(index);
                    if (contender.refusal(race) == null) {
                        Result all = results.computeIfAbsent(
                                contender.id() + ' ' + race,
                                key -> new Result(contender.id(), race, new ArrayList<>(), new ArrayList<>()));
                        fork(contender, index, fork >= 0, all, log);
                    }
                }
            }
        }
        return List.copyOf(results.values());
    }

    private static void fork(ContenderProvider contender, int index, boolean counts, Result all, Path log)
            throws IOException {
        long start = System.nanoTime();
        Process process = Jvm.start(
                contender, contender.setups().get(0), FirstResult.class, log, contender.id(), Integer.toString(index));
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Booth.MARK) && counts) {
                    double whole = (System.nanoTime() - start) / 1e6;
                    FirstResult.Times times =
                            new ObjectMapper().readValue(line.substring(Booth.MARK.length()), FirstResult.Times.class);
                    all.millis().add(times.millis());
                    all.processMillis().add(whole - times.numbersMillis());
                }
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
