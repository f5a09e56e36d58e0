package io.github.fusedrnn.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final CaseSpec STEP = new CaseSpec(Family.STEP, CellKind.LSTM, 1, 1, 64, 64, 1);
    private static final CaseSpec LENGTHS = new CaseSpec(Family.LENGTHS, CellKind.GRU, 50, 32, 64, 64, 1);

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoThere() {
        assertThat(Statistics.median(3, 1, 100)).isEqualTo(3);
        assertThat(Statistics.median(4, 1, 2, 100)).isEqualTo(3);
        assertThat(Statistics.geometricMean(List.of(1.0, 4.0))).isCloseTo(2, within(1e-12));
    }

    @Test
    void theRatioTakesTheFastestSetupOfEachLibrary() {
        CaseResult row = new CaseResult(
                STEP,
                List.of(
                        result("fusedrnn", 1, 4, 2, 3),
                        result("fusedrnn", 2, 9, 9, 9),
                        result("onednn", 1, 8, 8, 8),
                        result("onednn", 2, 6, 6, 6),
                        result("onnxruntime", 1, 7, 7, 7),
                        ParticipantResult.untimed("pytorch", 1, "", "wrong result: output", 1)),
                List.of());

        Ratio ratio = row.ratio().orElseThrow();

        assertThat(row.fastestPeer().orElseThrow().library()).isEqualTo("onednn");
        assertThat(ratio.value()).isEqualTo(2);
        assertThat(ratio.min()).isEqualTo(1.5);
        assertThat(ratio.max()).isEqualTo(3);
        assertThat(ratio.isTie()).isFalse();
    }

    @Test
    void aRowWithoutATimedPeerHasNoRatio() {
        CaseResult row = new CaseResult(STEP, List.of(result("fusedrnn", 1, 4)), List.of());

        assertThat(row.ratio()).isEmpty();
    }

    @Test
    void thePageShowsTimesRatiosMissedFloorsAndUntimedParticipants(@TempDir Path folder) throws Exception {
        CaseResult step = new CaseResult(
                STEP,
                List.of(
                        result("fusedrnn", 1, 10),
                        result("onednn", 1, 11),
                        ParticipantResult.untimed("deeplearning4j", 1, "", "wrong result: output", 1)),
                List.of());
        CaseResult lengths = new CaseResult(
                LENGTHS,
                List.of(result("fusedrnn", 1, 7), result("onednn", 1, 14)),
                List.of(result("fusedrnn", 1, 10)));
        ComparisonResult result = new ComparisonResult(
                "2026-01-01T00:00:00Z",
                "abc",
                1,
                0.1,
                new Machine("a processor", 2, List.of("avx2"), List.of("L2 1024K"), "an OS", "a JDK", "0.0"),
                Map.of("fusedrnn", "1", "onednn", "2", "deeplearning4j", "3"),
                List.of(step, lengths),
                List.of());

        String page = new MarkdownReport(result).text();
        RatioChart.draw(result, folder.resolve("comparison.svg"));

        assertThat(page)
                .contains("| step, N = 1 (LSTM and GRU) | 1 | *1.10* | 1.20 | *1.10* | 2.30 | 3.00 | 1 |")
                .contains("| lstm_T1_N1_C64_H64_L1 | 10.0 / – | 11.0 / – | – / – | oneDNN | **1.10** |")
                .contains("*0.70* (at most 0.6)")
                .contains("Deeplearning4j, step/lstm_T1_N1_C64_H64_L1, 1 thread(s): wrong result: output");
        assertThat(Files.readString(folder.resolve("comparison.svg"))).contains("<svg");
    }

    /** The results of earlier versions have other field names. */
    @Test
    void aRecordedResultMakesTheSameTables(@TempDir Path folder) throws Exception {
        Path results = Path.of("..", "results");
        ComparisonResult recorded = ComparisonResult.read(results.resolve("2026-11-21-race.json"));
        List<String> rows = Files.readAllLines(results.resolve("2026-11-21-race.md")).stream()
                .filter(line -> line.matches("\\| (lstm|gru|rnn|step|training)[_, ].*"))
                .toList();

        assertThat(rows).hasSizeGreaterThan(recorded.cases().size());
        assertThat(new MarkdownReport(recorded).text().lines()).containsAll(rows);
        recorded.write(folder.resolve("comparison.json"));
        assertThat(ComparisonResult.read(folder.resolve("comparison.json"))).isEqualTo(recorded);
        assertThat(recorded.cases())
                .flatExtracting(CaseResult::participants)
                .anyMatch(ParticipantResult::unsupported)
                .anyMatch(participant -> participant.interfered() == 0 && participant.timed());
    }

    private static ParticipantResult result(String library, int threads, double... micros) {
        return new ParticipantResult(
                library,
                threads,
                "",
                null,
                0,
                java.util.Arrays.stream(micros).boxed().toList(),
                0,
                null);
    }
}
