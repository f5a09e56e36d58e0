package io.github.fusedrnn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultCheckTest {
    private static final CaseSpec TRAINING = new CaseSpec(Family.TRAINING, CellKind.LSTM, 4, 3, 5, 6, 1);
    private static final CaseSpec LENGTHS = new CaseSpec(Family.LENGTHS, CellKind.GRU, 5, 4, 3, 2, 1);

    /** Returns a fixed result. */
    private record FixedResult(float[] output, Map<String, float[]> gradients) implements LibraryCase {
        @Override
        public void run() {}

        @Override
        public void reset() {}

        @Override
        public void close() {}
    }

    @Test
    void theReferencesOwnResultPasses(@TempDir Path folder) throws Exception {
        CaseData data = RandomData.of(TRAINING);
        ExpectedResult expected = writtenAndRead(Oracle.expected(TRAINING, data), folder);

        assertThat(ResultCheck.check(fixedResult(expected), TRAINING, data, expected)
                        .problem())
                .isNull();
    }

    @Test
    void oneWrongGradientIsDetectedAndNamed() throws Exception {
        CaseData data = RandomData.of(TRAINING);
        ExpectedResult expected = Oracle.expected(TRAINING, data);
        FixedResult changed = fixedResult(expected);
        changed.gradients().get("weight_hh_l0")[7] += 0.1f;

        assertThat(ResultCheck.check(changed, TRAINING, data, expected).problem())
                .contains("weight_hh_l0");
    }

    @Test
    void aMissingGradientAndNotANumberAreWrong() throws Exception {
        CaseData data = RandomData.of(TRAINING);
        ExpectedResult expected = Oracle.expected(TRAINING, data);
        FixedResult missing = fixedResult(expected);
        missing.gradients().remove("bias_ih_l0");
        FixedResult notANumber = fixedResult(expected);
        notANumber.output()[0] = Float.NaN;

        assertThat(ResultCheck.check(missing, TRAINING, data, expected).problem())
                .contains("bias_ih_l0");
        assertThat(ResultCheck.check(notANumber, TRAINING, data, expected).problem())
                .contains("output");
    }

    @Test
    void paddingIsIgnoredButValidStepsAreChecked() throws Exception {
        CaseData data = RandomData.of(LENGTHS);
        ExpectedResult expected = Oracle.expected(LENGTHS, data);
        float[] output = new float[5 * 4 * 2];
        // The rows that are compared, at their positions; the values of the others do not matter.
        for (int t = 0; t < 5; t++) {
            for (int r = 0; r < expected.rows().length; r++) {
                for (int k = 0; k < 2; k++) {
                    output[(t * 4 + expected.rows()[r]) * 2 + k] =
                            (float) expected.output()[(t * expected.rows().length + r) * 2 + k];
                }
            }
        }
        float[] padded = output.clone();
        padded[(4 * 4 + 3) * 2] = 9;
        float[] broken = output.clone();
        broken[0] += 0.5f;

        assertThat(ResultCheck.check(new FixedResult(padded, Map.of()), LENGTHS, data, expected)
                        .problem())
                .isNull();
        assertThat(ResultCheck.check(new FixedResult(broken, Map.of()), LENGTHS, data, expected)
                        .problem())
                .contains("output");
    }

    private static ExpectedResult writtenAndRead(ExpectedResult expected, Path folder) throws Exception {
        Path file = folder.resolve("expected");
        expected.write(file);
        assertThat(Files.size(file)).isPositive();
        return ExpectedResult.read(file);
    }

    private static FixedResult fixedResult(ExpectedResult expected) {
        Map<String, float[]> gradients = new HashMap<>();
        expected.gradients().forEach((name, values) -> gradients.put(name, narrowed(values)));
        return new FixedResult(narrowed(expected.output()), gradients);
    }

    private static float[] narrowed(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
