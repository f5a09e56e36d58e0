package io.github.fusedrnn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.Family;
import io.github.fusedrnn.peers.race.RaceCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerCheckTest {
    private static final RaceCase TRAINING = new RaceCase(Family.TRAINING, CellKind.LSTM, 4, 3, 5, 6, 1);
    private static final RaceCase LENGTHS = new RaceCase(Family.LENGTHS, CellKind.GRU, 5, 4, 3, 2, 1);

    /** Gives a fixed answer. */
    private record Parrot(float[] output, Map<String, float[]> gradients) implements Contender {
        @Override
        public void run() {}

        @Override
        public void reset() {}

        @Override
        public void close() {}
    }

    @Test
    void theReferencesOwnAnswerIsRight(@TempDir Path folder) throws Exception {
        CaseData data = Numbers.of(TRAINING);
        Answer answer = sentAround(Oracle.answer(TRAINING, data), folder);

        assertThat(AnswerCheck.check(parrot(answer), TRAINING, data, answer).wrong())
                .isNull();
    }

    @Test
    void oneWrongGradientIsSeenAndNamed() throws Exception {
        CaseData data = Numbers.of(TRAINING);
        Answer answer = Oracle.answer(TRAINING, data);
        Parrot parrot = parrot(answer);
        parrot.gradients().get("weight_hh_l0")[7] += 0.1f;

        assertThat(AnswerCheck.check(parrot, TRAINING, data, answer).wrong()).contains("weight_hh_l0");
    }

    @Test
    void aMissingGradientAndNotANumberAreWrong() throws Exception {
        CaseData data = Numbers.of(TRAINING);
        Answer answer = Oracle.answer(TRAINING, data);
        Parrot missing = parrot(answer);
        missing.gradients().remove("bias_ih_l0");
        Parrot noNumber = parrot(answer);
        noNumber.output()[0] = Float.NaN;

        assertThat(AnswerCheck.check(missing, TRAINING, data, answer).wrong()).contains("bias_ih_l0");
        assertThat(AnswerCheck.check(noNumber, TRAINING, data, answer).wrong()).contains("output");
    }

    @Test
    void paddingIsNotLookedAtButValidStepsAre() throws Exception {
        CaseData data = Numbers.of(LENGTHS);
        Answer answer = Oracle.answer(LENGTHS, data);
        float[] output = new float[5 * 4 * 2];
        // The rows that are compared, at their places; the others' values are free.
        for (int t = 0; t < 5; t++) {
            for (int r = 0; r < answer.rows().length; r++) {
                for (int k = 0; k < 2; k++) {
                    output[(t * 4 + answer.rows()[r]) * 2 + k] =
                            (float) answer.output()[(t * answer.rows().length + r) * 2 + k];
                }
            }
        }
        float[] padded = output.clone();
        padded[(4 * 4 + 3) * 2] = 9;
        float[] broken = output.clone();
        broken[0] += 0.5f;

        assertThat(AnswerCheck.check(new Parrot(padded, Map.of()), LENGTHS, data, answer)
                        .wrong())
                .isNull();
        assertThat(AnswerCheck.check(new Parrot(broken, Map.of()), LENGTHS, data, answer)
                        .wrong())
                .contains("output");
    }

    private static Answer sentAround(Answer answer, Path folder) throws Exception {
        Path file = folder.resolve("answer");
        answer.write(file);
        assertThat(Files.size(file)).isPositive();
        return Answer.read(file);
    }

    private static Parrot parrot(Answer answer) {
        Map<String, float[]> gradients = new HashMap<>();
        answer.gradients().forEach((name, values) -> gradients.put(name, narrowed(values)));
        return new Parrot(narrowed(answer.output()), gradients);
    }

    private static float[] narrowed(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
