package io.github.fusedrnn.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a candidate replaces the rule's choice, from given times. */
class TuningRoundsTest {
    private static final List<String> CANDIDATES = List.of("rule", "other", "third");

    /** The first {@code rounds} of the times, given candidate by candidate. */
    private static MeasuredChoice best(double[][] nanos, int rounds) {
        TuningRounds all = new TuningRounds(CANDIDATES.subList(0, nanos.length), "schedules", nanos[0].length);
        for (int round = 0; round < rounds; round++) {
            double[] times = new double[nanos.length];
            for (int i = 0; i < times.length; i++) {
                times[i] = nanos[i][round];
            }
            all.add(times);
        }
        return all.best();
    }

    @Test
    void theBestMedianWins() {
        MeasuredChoice best = best(new double[][] {{100, 100, 100}, {50, 95, 500}, {80, 80, 10}}, 3);
        assertThat(best.choice()).isEqualTo("third");
        assertThat(best.nanos()).isEqualTo(80);
        assertThat(best.ruleNanos()).isEqualTo(100);
        assertThat(best.source()).isEqualTo("measured in this process, best of 3 schedules");
        assertThat(best.describe())
                .isEqualTo("measured in this process, best of 3 schedules: 0.08 us a call, by rule 0.10 us (20% less)");
    }

    @Test
    void theRuleStaysWhereNothingIsClearlyFaster() {
        MeasuredChoice best = best(new double[][] {{100, 100, 100}, {98, 98, 98}, {120, 120, 120}}, 3);
        assertThat(best.choice()).isEqualTo("rule");
        assertThat(best.nanos()).isEqualTo(100);
        assertThat(best.describe())
                .isEqualTo("by rule: no other of 3 schedules was clearly faster in this process: 0.10 us a call");
    }

    @Test
    void whatWonByASlowPhaseOfTheMachineOnlyDoesNotReplaceTheRule() {
        double[][] nanos = {
            {100, 100, 200, 200, 200, 100, 100}, {101, 101, 101, 101, 150, 101, 101}, {1e9, 1, 1, 1, 1, 1, 1}
        };
        MeasuredChoice best = best(new double[][] {nanos[0], nanos[1]}, 5);
        assertThat(best.choice()).isEqualTo("rule");
        assertThat(best.nanos()).isEqualTo(200);
        assertThat(best.source()).startsWith("by rule: no other of 2 schedules");
        assertThat(best(nanos, 7).choice()).isEqualTo("third");
    }

    @Test
    void roundsThatWereNotRunDoNotCount() {
        MeasuredChoice best = best(new double[][] {{100, 0}, {90, 0}, {95, 0}}, 1);
        assertThat(best.choice()).isEqualTo("other");
        best = best(new double[][] {{100, 110, 0}, {90, 200, 0}, {95, 85, 0}}, 2);
        assertThat(best.choice()).isEqualTo("third");
        assertThat(best.ruleNanos()).isEqualTo(105);
    }

    @Test
    void aCandidateThatCannotRunNeverWinsAndARuleThatCannotHasNoMargin() {
        double never = Double.POSITIVE_INFINITY;
        assertThat(best(new double[][] {{100}, {never}}, 1).choice()).isEqualTo("rule");
        MeasuredChoice best = best(new double[][] {{never, never}, {90, 90}, {80, 80}}, 2);
        assertThat(best.choice()).isEqualTo("third");
        assertThat(best.ruleNanos()).isEqualTo(80);
    }

    @Test
    void candidatesTakeTurnsForwardsAndBackwards() {
        List<Integer> turns = new ArrayList<>();
        MeasuredChoice best = TuningRounds.measure(CANDIDATES, "schedules", 3, Long.MAX_VALUE, i -> {
            turns.add(i);
            return 100 - 10 * i;
        });
        assertThat(turns).containsExactly(0, 1, 2, 2, 1, 0, 0, 1, 2);
        assertThat(best.choice()).isEqualTo("third");
    }

    @Test
    void oneRoundRunsWhateverTheBudget() {
        List<Integer> turns = new ArrayList<>();
        TuningRounds.measure(CANDIDATES, "schedules", 3, 0, i -> {
            turns.add(i);
            return 1;
        });
        assertThat(turns).containsExactly(0, 1, 2);
    }
}
