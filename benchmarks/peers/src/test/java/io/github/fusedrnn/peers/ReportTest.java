package io.github.fusedrnn.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.Family;
import io.github.fusedrnn.peers.race.RaceCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final RaceCase STEP = new RaceCase(Family.STEP, CellKind.LSTM, 1, 1, 64, 64, 1);
    private static final RaceCase LENGTHS = new RaceCase(Family.LENGTHS, CellKind.GRU, 50, 32, 64, 64, 1);

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoThere() {
        assertThat(Statistics.median(3, 1, 100)).isEqualTo(3);
        assertThat(Statistics.median(4, 1, 2, 100)).isEqualTo(3);
        assertThat(Statistics.geometricMean(List.of(1.0, 4.0))).isCloseTo(2, within(1e-12));
    }

    @Test
    void theRatioTakesTheBetterSetUpOfEachSide() {
        CaseResult row = new CaseResult(
                STEP,
                List.of(
                        side("fusedrnn", 1, 4, 2, 3),
                        side("fusedrnn", 2, 9, 9, 9),
                        side("onednn", 1, 8, 8, 8),
                        side("onednn", 2, 6, 6, 6),
                        side("onnxruntime", 1, 7, 7, 7),
                        Side.untimed("pytorch", 1, "", "wrong answer: output is off", 1)),
                List.of());

        Ratio ratio = row.ratio().orElseThrow();

        assertThat(row.bestPeer().orElseThrow().contender()).isEqualTo("onednn");
        assertThat(ratio.value()).isEqualTo(2);
        assertThat(ratio.least()).isEqualTo(1.5);
        assertThat(ratio.most()).isEqualTo(3);
        assertThat(ratio.isTie()).isFalse();
    }

    @Test
    void aRowWithoutATimedPeerHasNoRatio() {
        CaseResult row = new CaseResult(STEP, List.of(side("fusedrnn", 1, 4)), List.of());

        assertThat(row.ratio()).isEmpty();
    }

    @Test
    void thePageShowsTimesRatiosMissesAndWhoWasNotTimed(@TempDir Path folder) throws Exception {
        CaseResult step = new CaseResult(
                STEP,
                List.of(
                        side("fusedrnn", 1, 10),
                        side("onednn", 1, 11),
                        Side.untimed("deeplearning4j", 1, "", "wrong answer: output is off", 1)),
                List.of());
        CaseResult lengths = new CaseResult(
                LENGTHS, List.of(side("fusedrnn", 1, 7), side("onednn", 1, 14)), List.of(side("fusedrnn", 1, 10)));
        RaceResult result = new RaceResult(
                "2026-01-01T00:00:00Z",
                "abc",
                1,
                0.1,
                new Machine("a processor", 2, List.of("avx2"), List.of("L2 1024K"), "an OS", "a JDK", "0.0"),
                Map.of("fusedrnn", "1", "onednn", "2", "deeplearning4j", "3"),
                List.of(step, lengths),
                List.of());

        String page = new MarkdownReport(result).text();
        RatioChart.draw(result, folder.resolve("race.svg"));

        assertThat(page)
                .contains("| step, N = 1 (LSTM and GRU) | 1 | *1.10* | 1.20 | *1.10* | 2.30 | 3.00 | 1 |")
                .contains("| lstm_T1_N1_C64_H64_L1 | 10.0 / – | 11.0 / – | – / – | oneDNN | **1.10** |")
                .contains("*0.70* (at most 0.6)")
                .contains("Deeplearning4j, step/lstm_T1_N1_C64_H64_L1, 1 thread(s): wrong answer: output is off");
        assertThat(Files.readString(folder.resolve("race.svg"))).contains("<svg");
    }

    private static Side side(String contender, int threads, double... micros) {
        return new Side(
                contender,
                threads,
                "",
                null,
                0,
                java.util.Arrays.stream(micros).boxed().toList(),
                0,
                null);
    }
}
