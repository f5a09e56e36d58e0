package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import java.util.ArrayList;
import java.util.List;

/** All cases of the comparison. */
final class Cases {
    /** LSTM first: every library supports it. */
    private static final List<CellKind> CELLS = List.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN);

    /** C = H. */
    private static final List<Integer> SIZES = List.of(64, 128, 256, 512, 1024);

    /** C and H that are no multiple of a tile, and C ≠ H. */
    private static final int[][] ODD_SIZES = {{200, 200}, {321, 321}, {64, 256}, {512, 128}};

    private static final int SEQUENCE_STEPS = 100;
    private static final int BATCHED_STEPS = 50;
    private static final List<Integer> BATCHES = List.of(8, 32, 64);

    private Cases() {}

    /** All cases, grouped by family. */
    static List<CaseSpec> all() {
        List<CaseSpec> all = new ArrayList<>();
        for (CellKind cell : CELLS) {
            ofOneRow(all, Family.STEP, cell, 1);
            ofOneRow(all, Family.SEQUENCE, cell, SEQUENCE_STEPS);
            for (int size : SIZES) {
                for (int rows : BATCHES) {
                    all.add(new CaseSpec(Family.BATCHED, cell, BATCHED_STEPS, rows, size, size, 1));
                }
                all.add(new CaseSpec(Family.STACKED, cell, SEQUENCE_STEPS, 1, size, size, 2));
                all.add(new CaseSpec(Family.BIDIRECTIONAL, cell, SEQUENCE_STEPS, 1, size, size, 1));
            }
            for (int[] odd : ODD_SIZES) {
                all.add(new CaseSpec(Family.BATCHED, cell, BATCHED_STEPS, 32, odd[0], odd[1], 1));
            }
            for (int size : List.of(128, 256, 512)) {
                all.add(new CaseSpec(Family.LENGTHS, cell, BATCHED_STEPS, 32, size, size, 1));
            }
            all.add(new CaseSpec(Family.TRAINING, cell, 35, 20, 200, 200, 2));
            all.add(new CaseSpec(Family.TRAINING, cell, 50, 64, 256, 256, 1));
            all.add(new CaseSpec(Family.TRAINING, cell, 50, 32, 512, 512, 1));
        }
        // A stable sort: within a family by cell, then in the order above.
        all.sort((a, b) -> a.family().compareTo(b.family()));
        return List.copyOf(all);
    }

    private static void ofOneRow(List<CaseSpec> all, Family family, CellKind cell, int steps) {
        for (int size : SIZES) {
            all.add(new CaseSpec(family, cell, steps, 1, size, size, 1));
        }
        for (int[] odd : ODD_SIZES) {
            all.add(new CaseSpec(family, cell, steps, 1, odd[0], odd[1], 1));
        }
    }

    /** The same batch with every row as long as the longest, to compare a case with lengths with. */
    static CaseSpec fullBatch(CaseSpec lengths) {
        return new CaseSpec(
                Family.BATCHED,
                lengths.cell(),
                lengths.steps(),
                lengths.rows(),
                lengths.inputSize(),
                lengths.hiddenSize(),
                lengths.layers());
    }
}
